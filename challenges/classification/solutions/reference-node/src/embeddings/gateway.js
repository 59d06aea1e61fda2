import { setTimeout as sleep } from 'node:timers/promises';
import { splitRequests } from './requests.js';

export const DIMENSIONS = 384;
const ATTEMPT_MS = 3_000;
const FIRST_PAUSE_MS = 150;
const MAX_PAUSE_MS = 400;
const TRANSIENT = new Set([408, 425, 429]);

/** The gateway gave no usable answer before the deadline. */
export class GatewayUnavailable extends Error {
  constructor(cause) {
    super('the embeddings gateway gave no usable answer in time', { cause });
    this.name = 'GatewayUnavailable';
  }
}

/** One failed call; `pauseMs` is how long the gateway asked us to wait, Infinity when it is no use. */
class CallFailed extends Error {
  constructor(message, pauseMs) {
    super(message);
    this.name = 'CallFailed';
    this.pauseMs = pauseMs;
  }
}

function pauseAfter(response) {
  if (response.status < 500 && !TRANSIENT.has(response.status)) return Infinity;
  const seconds = Number.parseFloat(response.headers.get('retry-after') ?? '');
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : undefined;
}

function isVector(value) {
  return Array.isArray(value) && value.length === DIMENSIONS && value.every(Number.isFinite);
}

/** The vectors of an answer in the order of the inputs; an answer with a hole in it is a failed call. */
export function readVectors(payload, count) {
  const vectors = new Array(count).fill(null);
  for (const item of Array.isArray(payload?.data) ? payload.data : []) {
    if (Number.isInteger(item?.index) && item.index >= 0 && item.index < count && isVector(item.embedding)) {
      vectors[item.index] = Float32Array.from(item.embedding);
    }
  }
  if (vectors.includes(null)) throw new CallFailed('the answer lacks vectors');
  return vectors;
}

export class EmbeddingGateway {
  constructor({ url, key, model }, attemptMs = ATTEMPT_MS) {
    this.url = url;
    this.headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    this.model = model;
    this.attemptMs = attemptMs;
  }

  /** Vectors of all texts, or GatewayUnavailable when `budgetMs` runs out. */
  async embed(texts, budgetMs) {
    const deadline = performance.now() + budgetMs;
    const vectors = [];
    // One after another: the gateway works through its requests in turn, and those that wait would time out.
    for (const inputs of splitRequests(texts)) vectors.push(...(await this.callUntil(inputs, deadline)));
    return vectors;
  }

  async callUntil(inputs, deadline) {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
      try {
        return await this.call(inputs, Math.min(this.attemptMs, deadline - performance.now()));
      } catch (error) {
        const wait = error.pauseMs ?? pause;
        if (performance.now() + wait >= deadline) throw new GatewayUnavailable(error);
        await sleep(wait);
      }
    }
  }

  async call(inputs, timeoutMs) {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: this.headers,
      body: JSON.stringify({ model: this.model, input: inputs }),
      signal: AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs))),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new CallFailed(`status ${response.status}`, pauseAfter(response));
    }
    return readVectors(await response.json(), inputs.length);
  }
}
