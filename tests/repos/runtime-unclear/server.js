/** An echo service on node:http; JSON is read by a package, which refuses keys that change prototypes. */
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { parse } from "secure-json-parse";

const notes = join(process.env.DATA_DIR, "note.json");

async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function answer(request) {
  if (request.url === "/health") return [200, { status: "ok" }];
  if (request.method === "GET") return [200, parse(await readFile(notes, "utf8"))];
  const text = await read(request);
  let given;
  try {
    given = parse(text);
  } catch {
    return [400, { error: { code: "bad_json", message: "not JSON" } }];
  }
  if (request.method === "POST") return [200, given];
  await writeFile(notes, text);
  return [200, {}];
}

const server = createServer(async (request, response) => {
  const [status, value] = await answer(request);
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
});

server.listen(Number(process.env.PORT), "127.0.0.1");
