/** The articles: stored, cut into passages, counted by words, and searched. */

import { passages } from "./chunking.js";
import { unknownDocument } from "./requests.js";
import { counts, Words, words } from "./lexical.js";
import { snippet } from "./snippets.js";
import { Ranking } from "./ranking.js";

const WRITE_MS = 25_000;
const TITLE_COUNTS = 2;

/** All articles in memory, with the store behind them. */
export class Library {
  #entries = new Map();
  #words = new Words();

  constructor(store, vectors, gateway) {
    this.store = store;
    this.vectors = vectors;
    this.ranking = new Ranking(this.#entries, this.#words, vectors, gateway);
    const found = store.readDocuments().map((document) => this.#add(document));
    for (const entry of found) vectors.want(entry.texts);
  }

  /** A document as it was sent. */
  get(id) {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw unknownDocument();
    return entry.document;
  }

  /** Keep documents, all or none; they are found by words at once, and by meaning when this is done. */
  async put(documents) {
    const last = new Map(documents.map((document) => [document.id, document]));
    this.store.putDocuments(last.values());
    const replaced = [...last.keys()].some((id) => this.#entries.has(id));
    const entries = [...last.values()].map((document) => this.#add(document));
    if (replaced) this.#tidy();
    for (const entry of entries) this.vectors.want(entry.texts);
    await this.vectors.settled(entries.flatMap((entry) => [...entry.texts.keys()]), WRITE_MS);
  }

  /** Forget a document. */
  delete(id) {
    if (!this.#entries.has(id)) throw unknownDocument();
    this.store.deleteDocument(id);
    this.#remove(id);
    this.#tidy();
  }

  /** A page of results. */
  async search({ query, topK, offset, filter }) {
    const ranked = await this.ranking.of(query, filter);
    return ranked.slice(offset, offset + topK).map(({ entry, score, passage }) => ({
      id: entry.document.id,
      score,
      snippet: snippet(entry.document, passage, query),
    }));
  }

  #add(document) {
    this.#remove(document.id);
    const { title, text } = document;
    const found = passages(text).map((place) => {
      const content = `${title}\n${text.slice(place.start, place.end)}`;
      return { ...place, content, hash: this.vectors.digest(content) };
    });
    const entry = {
      document,
      passages: found.map(({ start, end, hash }) => ({ start, end, hash })),
      texts: new Map(found.map(({ hash, content }) => [hash, content])),
      counted: counts([...words(text), ...Array(TITLE_COUNTS).fill(words(title)).flat()]),
    };
    this.#entries.set(document.id, entry);
    this.#words.add(entry.counted);
    return entry;
  }

  #tidy() {
    this.vectors.keepOnly(new Set([...this.#entries.values()].flatMap((entry) => [...entry.texts.keys()])));
  }

  #remove(id) {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#words.remove(entry.counted);
    this.#entries.delete(id);
  }
}
