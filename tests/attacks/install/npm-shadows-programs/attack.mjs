/** Tells which node runs it, asks for others by name, and tells which marks there are. */
import { execFileSync } from "node:child_process";
import process from "node:process";
import { tell, tellMarks } from "./tells.mjs";

export function atStart() {
  for (const name of ["node", "npm"]) execFileSync(name, ["--version"], { stdio: ["ignore", "ignore", "inherit"] });
  tell({ node: process.execPath });
  tellMarks();
}
