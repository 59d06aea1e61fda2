/** Vectors of passages: kept by the digest of their text, made in the background, and made again after an outage. */

import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

const AT_ONCE = 12;
const PATIENCE = { attempts: 3, attemptMs: 6_000, totalMs: 20_000 };
const AGAIN_MS = 1_500;

/** Vectors by digest, and the texts that still wait for theirs. */
export class Vectors {
  #waiting = new Map();
  #known;
  #working = false;
  #closed = new AbortController();
  #progress = Promise.withResolvers();

  constructor(store, gateway, log) {
    this.store = store;
    this.gateway = gateway;
    this.log = log;
    this.#known = store.readVectors();
  }

  /** The digest of a text under this model. */
  digest(text) {
    return createHash("sha256").update(`${this.gateway.model}\0${text}`).digest("base64url");
  }

  /** A text's vector, if it is there. */
  get(hash) {
    return this.#known.get(hash);
  }

  /** Want vectors for these texts (a map by digest). */
  want(texts) {
    for (const [hash, text] of texts) if (!this.#known.has(hash)) this.#waiting.set(hash, text);
    if (this.#waiting.size > 0 && !this.#working) this.#work();
  }

  /** Wait until these are there, the gateway has failed for good, or the time is up. */
  async settled(hashes, milliseconds) {
    const until = performance.now() + milliseconds;
    while (hashes.some((hash) => this.#waiting.has(hash)) && !this.gateway.resting) {
      const left = until - performance.now();
      if (left <= 0) return;
      await Promise.race([this.#progress.promise, sleep(left, undefined, { ref: false })]);
    }
  }

  /** Let go of what no document needs: texts that wait, and vectors once they are many. */
  keepOnly(needed) {
    for (const hash of this.#waiting.keys()) if (!needed.has(hash)) this.#waiting.delete(hash);
    const spare = [...this.#known.keys()].filter((hash) => !needed.has(hash));
    if (this.store.dropVectors(spare)) for (const hash of spare) this.#known.delete(hash);
  }

  /** Stop working. */
  close() {
    this.#closed.abort();
  }

  async #work() {
    this.#working = true;
    while (this.#waiting.size > 0 && !this.#closed.signal.aborted) {
      const batch = [...this.#waiting].slice(0, AT_ONCE);
      const failed = await this.#embed(batch);
      this.#progress.resolve();
      this.#progress = Promise.withResolvers();
      if (failed) await sleep(AGAIN_MS, undefined, { signal: this.#closed.signal }).catch(() => {});
    }
    this.#working = false;
  }

  /** Embed a batch and keep it; says whether that failed. */
  async #embed(batch) {
    try {
      const vectors = await this.gateway.embed(batch.map(([, text]) => text), PATIENCE);
      const pairs = batch.map(([hash], place) => [hash, vectors[place]]);
      for (const [hash, vector] of pairs) {
        this.#known.set(hash, vector);
        this.#waiting.delete(hash);
      }
      this.store.putVectors(pairs);
      return false;
    } catch (error) {
      this.log.warn({ waiting: this.#waiting.size, reason: error.message }, "passages could not be embedded");
      return true;
    }
  }
}
