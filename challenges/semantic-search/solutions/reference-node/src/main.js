/** Starts the service. */

import process from "node:process";
import pino from "pino";
import { makeApp } from "./app.js";
import { Gateway } from "./embeddings.js";
import { Library } from "./library.js";
import { Store } from "./store.js";
import { Vectors } from "./vectors.js";

function needed(name) {
  if (!process.env[name]) throw new Error(`${name} is not set`);
  return process.env[name];
}

const logger = pino({ level: "warn" });
const store = new Store(needed("DATA_DIR"));
const gateway = new Gateway({
  url: `${needed("EMBEDDINGS_URL")}/embeddings`,
  key: needed("EMBEDDINGS_API_KEY"),
  model: needed("EMBEDDINGS_MODEL"),
});
const vectors = new Vectors(store, gateway, logger);
const app = makeApp(new Library(store, vectors, gateway), logger);

app.addHook("onClose", () => {
  vectors.close();
  store.close();
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => app.close());

await app.listen({ host: "127.0.0.1", port: Number(needed("PORT")) });
