/** A stand-in for the gateway, and services over it. */

import { createServer } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { makeApp } from "../src/app.js";
import { Gateway } from "../src/embeddings.js";
import { Library } from "../src/library.js";
import { Store } from "../src/store.js";
import { Vectors } from "../src/vectors.js";

const KINDS = { sea: 0, ocean: 0, water: 0, car: 1, vehicle: 1, bread: 2, loaf: 2 };

/** Vectors that know which of a few words mean the same; `fail` makes calls go wrong: a status, "hang" or "garbage". */
export class PracticeGateway {
  texts = [];
  faults = [];
  lasting = null;

  constructor() {
    this.server = createServer((request, response) => this.#answer(request, response));
  }

  /** Begin to listen; gives the URL. */
  async start() {
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${this.server.address().port}/v1/embeddings`;
  }

  /** Stop, whatever is under way. */
  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #answer(request, response) {
    let text = "";
    for await (const part of request) text += part;
    const fault = this.faults.shift() ?? this.lasting;
    if (fault === "hang") return;
    if (fault === "garbage") return response.end("<html>");
    if (fault !== null) return response.writeHead(fault, { "retry-after": "1" }).end();
    const { input } = JSON.parse(text);
    this.texts.push(...input);
    const data = input.map((one, index) => ({ index, embedding: vectorOf(one) }));
    response.end(JSON.stringify({ data: data.reverse() }));
  }
}

function vectorOf(text) {
  const vector = new Array(384).fill(0.001);
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) vector[KINDS[word] ?? 10 + word.length] += 1;
  return vector;
}

/** A service on a practice gateway and a folder of its own; `restart` starts another one on the same folder. */
export async function service(test) {
  const practice = new PracticeGateway();
  const url = await practice.start();
  const folder = mkdtempSync(join(tmpdir(), "search-"));
  const running = {};
  const start = () => {
    const silent = pino({ level: "silent" });
    const store = new Store(folder);
    const gateway = new Gateway({ url, key: "k", model: "m" });
    const vectors = new Vectors(store, gateway, silent);
    Object.assign(running, { store, vectors, app: makeApp(new Library(store, vectors, gateway), silent) });
  };
  const stop = async () => {
    running.vectors.close();
    await running.app.close();
    running.store.close();
  };
  start();
  test.after(async () => {
    await stop();
    await practice.stop();
    rmSync(folder, { recursive: true });
  });
  const call = async (method, path, body) => {
    const payload = typeof body === "string" || Buffer.isBuffer(body) ? body : body && JSON.stringify(body);
    const answer = await running.app.inject({ method, url: path, payload, headers: { "content-type": "application/json" } });
    return { status: answer.statusCode, body: answer.body ? JSON.parse(answer.body) : null, text: answer.body };
  };
  const ids = async (query, more = {}) =>
    (await call("POST", "/search", { query, ...more })).body.results.map((result) => result.id);
  return { call, ids, practice, restart: async () => (await stop(), start()) };
}
