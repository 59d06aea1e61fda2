import { DIMENSIONS } from '../embeddings/gateway.js';
import { tellingSentences } from '../text/boilerplate.js';
import { ticketSentences } from '../text/clean.js';
import { countFeatures, FEATURE_COUNT, toSparse } from '../text/features.js';

export const INPUTS = FEATURE_COUNT + DIMENSIONS;
// What the embedding weighs against the n-grams, whose blocks have length 1 and 0.8.
const DENSE_WEIGHT = 1.5;
// Longer inputs cost time at the gateway, and few tickets tell more than this.
const MAX_EMBEDDED = 300;

const truncatedCopy = (sentence) => /(?:…|\.\.\.)$/.test(sentence);

/** What a ticket says once boilerplate is out: the sentences, and the text to embed. */
export function readTicket(ticket, boilerplate) {
  const { subject, body } = tellingSentences(ticketSentences(ticket), boilerplate);
  const told = body.length > 0 ? body : subject;
  return {
    sentences: { subject: subject.filter((sentence) => !truncatedCopy(sentence)), body },
    text: told.join(' ').slice(0, MAX_EMBEDDED).toWellFormed(),
  };
}

/** Turns read tickets into the model's sparse vectors; all that it needs is learnt in training. */
export class Encoder {
  constructor(idf, center) {
    this.idf = idf;
    this.center = center;
  }

  encode({ sentences }, embedding) {
    const { indices, values } = toSparse(countFeatures(sentences), this.idf);
    if (embedding !== null) {
      for (let i = 0; i < DIMENSIONS; i += 1) {
        indices.push(FEATURE_COUNT + i);
        values.push(DENSE_WEIGHT * (embedding[i] - this.center[i]));
      }
    }
    return { indices: Int32Array.from(indices), values: Float32Array.from(values) };
  }
}

/** Mean of the embeddings that there are. */
export function meanEmbedding(embeddings) {
  const mean = new Float32Array(DIMENSIONS);
  const present = embeddings.filter((embedding) => embedding !== null);
  for (const embedding of present) {
    for (let i = 0; i < DIMENSIONS; i += 1) mean[i] += embedding[i] / present.length;
  }
  return mean;
}
