/** Remembers the vectors of recent texts, and asks `source` only for new ones, each once per call. */
export class CachedEmbeddings {
  constructor(source, capacity = 4096) {
    this.source = source;
    this.capacity = capacity;
    this.known = new Map();
  }

  async embed(texts, budgetMs) {
    const missing = [...new Set(texts)].filter((text) => !this.known.has(text));
    const found = new Map(texts.map((text) => [text, this.known.get(text)]));
    if (missing.length > 0) {
      const vectors = await this.source.embed(missing, budgetMs);
      missing.forEach((text, i) => {
        found.set(text, vectors[i]);
        this.remember(text, vectors[i]);
      });
    }
    return texts.map((text) => found.get(text));
  }

  remember(text, vector) {
    if (this.known.size >= this.capacity) this.known.delete(this.known.keys().next().value);
    this.known.set(text, vector);
  }
}
