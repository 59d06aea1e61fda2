/** Starts the service. */

import process from "node:process";
import pino from "pino";
import { makeApp } from "./app.js";
import { Gateway } from "./embeddings.js";
import { Library } from "./library.js";
import { readSettings } from "./settings.js";
import { Store } from "./store.js";
import { Vectors } from "./vectors.js";

const settings = readSettings(process.env);
const logger = pino({ level: "warn" });
const store = new Store(settings.dataDir);
const gateway = new Gateway(settings.embeddings);
const vectors = new Vectors(store, gateway, logger);
const app = makeApp(new Library(store, vectors, gateway), logger);

app.addHook("onClose", () => {
  vectors.close();
  store.close();
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => app.close());

await app.listen({ host: "127.0.0.1", port: settings.port });
