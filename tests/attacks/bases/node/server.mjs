/** The honest echo service of bases/echo, for Node. An attack's own attack.mjs has `atStart()`, called before it listens. */
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { atStart } from "./attack.mjs";

const notes = join(process.env.DATA_DIR, "note.json");

function answer(method, path, body) {
  if (path === "/health") return [200, { status: "ok" }];
  let given = {};
  try {
    given = body ? JSON.parse(body) : {};
  } catch {
    return [400, { error: { code: "bad_json", message: "not JSON" } }];
  }
  if (method === "POST") return [200, given];
  if (method === "PUT") {
    writeFileSync(notes, JSON.stringify(given));
    return [200, {}];
  }
  return [200, JSON.parse(readFileSync(notes, "utf8"))];
}

const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const [status, value] = answer(request.method, request.url, Buffer.concat(parts).toString());
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
});

atStart();
server.listen(Number(process.env.PORT), "127.0.0.1");
