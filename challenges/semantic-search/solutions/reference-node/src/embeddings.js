/** The gateway's client: one call, checked; tried again within a deadline; and whether the gateway is down. */

import { setTimeout as sleep } from "node:timers/promises";

const LONGEST_WAIT_MS = 3_000;
const REST_MS = 2_000;

/** The gateway gave no vectors, for whatever reason. */
export class GatewayError extends Error {
  constructor(message, retryAfterMs = 0) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Embeds texts. For a while after a request has failed for good it is `resting`: callers then ask for less. */
export class Gateway {
  #restsUntil = 0;

  constructor({ url, key, model }, dimensions = 384) {
    this.url = url;
    this.headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    this.model = model;
    this.dimensions = dimensions;
  }

  /** Whether the last request failed for good, and that was a moment ago. */
  get resting() {
    return performance.now() < this.#restsUntil;
  }

  /** Vectors for the texts, in their order. Throws GatewayError after the last attempt, or when the time is up. */
  async embed(texts, { attempts, attemptMs, totalMs }) {
    const until = performance.now() + totalMs;
    let failure = new GatewayError("there was no time");
    for (let attempt = 0; attempt < attempts; attempt++) {
      const left = until - performance.now();
      if (left <= 0) break;
      try {
        const vectors = await this.#call(texts, Math.min(attemptMs, left));
        this.#restsUntil = 0;
        return vectors;
      } catch (error) {
        failure = error instanceof GatewayError ? error : new GatewayError(`no answer: ${error.message}`);
      }
      const wait = Math.min(failure.retryAfterMs || 100 * 2 ** attempt, LONGEST_WAIT_MS);
      if (attempt < attempts - 1 && performance.now() + wait < until) await sleep(wait);
    }
    this.#restsUntil = performance.now() + REST_MS;
    throw failure;
  }

  async #call(texts, milliseconds) {
    const response = await fetch(this.url, {
      method: "POST",
      headers: this.headers,
      body: JSON.stringify({ model: this.model, input: texts }),
      signal: AbortSignal.timeout(Math.ceil(milliseconds)),
    });
    if (!response.ok) {
      await response.text(); // read to its end, so that the connection can be used again
      throw new GatewayError(`status ${response.status}`, retryAfter(response.headers));
    }
    return this.#vectors(await response.json(), texts.length);
  }

  #vectors(body, count) {
    const rows = Array.isArray(body?.data) ? body.data : [];
    const vectors = new Array(count);
    for (const { index, embedding } of rows.filter((row) => row !== null)) {
      if (this.#isVector(embedding)) vectors[index] = unit(Float32Array.from(embedding));
    }
    if (vectors.length !== count || vectors.includes(undefined)) throw new GatewayError("an answer without vectors");
    return vectors;
  }

  #isVector(value) {
    return Array.isArray(value) && value.length === this.dimensions && value.every(Number.isFinite);
  }
}

/** The likeness of two vectors of length one. */
export function cosine(a, b) {
  let sum = 0;
  for (let place = 0; place < a.length; place++) sum += a[place] * b[place];
  return sum;
}

function unit(vector) {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

function retryAfter(headers) {
  const seconds = Number(headers.get("retry-after") ?? 0);
  return Number.isFinite(seconds) && seconds > 0 ? 1_000 * seconds : 0;
}
