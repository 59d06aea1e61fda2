/** The order of the articles for a query: meaning first, words beside it; words alone while the gateway is down. */

import { acronyms, meanings } from "./acronyms.js";
import { cosine, GatewayError } from "./embeddings.js";
import { isIdentifier, words } from "./lexical.js";
import { RequestError } from "./requests.js";

const PATIENCE = { attempts: 3, attemptMs: 2_200, totalMs: 7_500 };
const IN_OUTAGE = { attempts: 1, attemptMs: 1_000, totalMs: 1_000 };
const WORDS_SHARE = 0.25;
const IDENTIFIER_SHARE = 0.6;
const IDENTIFIER_WEIGHT = 2;
const MOST_MEANINGS = 3;
const REMEMBERED = 500;

/** Ranks entries; remembers the vectors of queries, so that the next page costs nothing. */
export class Ranking {
  #queries = new Map();

  constructor(entries, statistics, vectors, gateway) {
    this.entries = entries;
    this.statistics = statistics;
    this.vectors = vectors;
    this.gateway = gateway;
  }

  /** Every entry that the filter lets through, the best first. */
  async of(query, filter) {
    const long = this.#writtenOut(query);
    const found = await this.#embedded([...new Set([query, ...long.queries])]);
    const pool = [...this.entries.values()].filter((entry) => passes(entry.document.metadata, filter));
    const wanted = this.#wanted(query, long.words);
    const ranked = found ? this.#fused(pool, found, wanted) : this.#byWords(pool, wanted);
    return ranked.sort((a, b) => b.score - a.score || (a.entry.document.id < b.entry.document.id ? -1 : 1));
  }

  /** The query with its acronyms written out as titles have them, and the words that this brings. */
  #writtenOut(query) {
    const titles = new Map([...this.entries].map(([id, entry]) => [id, entry.document.title]));
    const long = { queries: [], words: [] };
    for (const acronym of acronyms(query)) {
      const said = [...new Set(meanings(acronym, titles).map(([, run]) => run))];
      if (said.length === 0 || said.length > MOST_MEANINGS) continue;
      long.queries = [(long.queries[0] ?? query).replaceAll(acronym, said.join(", "))];
      long.words.push(...said.flatMap(words));
    }
    return long;
  }

  /** Words with their weights: rare ones tell more, identifiers most. */
  #wanted(query, more) {
    const wanted = new Map();
    for (const word of [...words(query), ...more]) {
      const weight = this.statistics.weight(this.statistics.documentsWith(word));
      wanted.set(word, isIdentifier(word) ? IDENTIFIER_WEIGHT * weight : weight);
    }
    return wanted;
  }

  #fused(pool, queries, wanted) {
    const named = [...wanted.keys()].some((word) => isIdentifier(word) && this.statistics.documentsWith(word) > 0);
    const share = named ? IDENTIFIER_SHARE : WORDS_SHARE;
    return pool.map((entry) => {
      const { likeness, passage } = this.#nearest(entry, queries);
      const score = (1 - share) * likeness + share * this.statistics.match(entry.counted, wanted);
      return { entry, passage, score };
    });
  }

  /** The passage that is nearest to one of the queries; what has no vector yet counts as far away. */
  #nearest(entry, queries) {
    let nearest = { likeness: 0, passage: null };
    for (const passage of entry.passages) {
      const vector = this.vectors.get(passage.hash);
      if (vector === undefined) continue;
      const likeness = Math.max(...queries.map((query) => cosine(query, vector)));
      if (nearest.passage === null || likeness > nearest.likeness) nearest = { likeness, passage };
    }
    return nearest;
  }

  /** Only what has one of the words; when nothing has, there is no answer that could be given now. */
  #byWords(pool, wanted) {
    const match = (entry) => this.statistics.match(entry.counted, wanted);
    const ranked = pool.map((entry) => ({ entry, passage: null, score: match(entry) })).filter(({ score }) => score > 0);
    if (pool.length > 0 && ranked.length === 0) {
      throw new RequestError(503, "gateway_down", "The embeddings gateway does not answer, and no article has these words.");
    }
    return ranked;
  }

  /** Vectors of the queries, or nothing while the gateway is down; then one short attempt shows when it is back. */
  async #embedded(queries) {
    const known = queries.map((query) => this.#queries.get(query));
    if (!known.includes(undefined)) return known;
    try {
      const vectors = await this.gateway.embed(queries, this.gateway.resting ? IN_OUTAGE : PATIENCE);
      queries.forEach((query, place) => this.#remember(query, vectors[place]));
      return vectors;
    } catch (error) {
      if (error instanceof GatewayError) return null;
      throw error;
    }
  }

  #remember(query, vector) {
    this.#queries.set(query, vector);
    if (this.#queries.size > REMEMBERED) this.#queries.delete(this.#queries.keys().next().value);
  }
}

/** Whether metadata has one of the values in every field of a filter; a value has its type, and 2 is not "2". */
export function passes(metadata, filter) {
  return filter.every(({ field, values }) => Object.hasOwn(metadata, field) && values.includes(metadata[field]));
}
