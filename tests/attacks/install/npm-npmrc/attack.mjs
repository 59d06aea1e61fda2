/** Tells which marks stand where the installer could write. */
import { tellMarks } from "./tells.mjs";

export function atStart() {
  tellMarks();
}
