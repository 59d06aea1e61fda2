import { DIMENSIONS } from '../embeddings/gateway.js';

/** Embeddings of the trained texts, to tell how far a ticket is from all that was ever seen. */
export class Exemplars {
  constructor(vectors) {
    this.vectors = vectors; // one flat Float32Array
  }

  static of(embeddings) {
    const vectors = new Float32Array(embeddings.length * DIMENSIONS);
    embeddings.forEach((embedding, i) => vectors.set(embedding, i * DIMENSIONS));
    return new Exemplars(vectors);
  }

  /** Cosine similarity to the nearest one; 1 when there are none to compare with. */
  similarity(embedding) {
    if (embedding === null || this.vectors.length === 0) return 1;
    let best = -1;
    for (let row = 0; row < this.vectors.length; row += DIMENSIONS) {
      let dot = 0;
      for (let i = 0; i < DIMENSIONS; i += 1) dot += this.vectors[row + i] * embedding[i];
      if (dot > best) best = dot;
    }
    return best;
  }
}
