import { CATEGORIES } from '../categories.js';
import { readTicket } from './encoder.js';
import { Predictor } from './predictor.js';
import { chooseRoute } from './routing.js';

// A ticket is answered or refused within 10 s; this leaves time for all that is not the gateway.
const GATEWAY_BUDGET_MS = 9_000;
const round = (value) => Math.round(value * 10_000) / 10_000;

/** Answers tickets with a loaded model; `embeddings` may be null only for a model trained without. */
export class Classifier {
  constructor({ facts, boilerplate, parts }, embeddings) {
    if (facts.embeddings && embeddings === null) {
      throw new Error('the model was trained with embeddings: EMBEDDINGS_URL must be set');
    }
    this.facts = facts;
    this.boilerplate = boilerplate;
    this.predictor = new Predictor(parts);
    this.embeddings = facts.embeddings ? embeddings : null;
  }

  describe() {
    const { version, training_sha256, claims } = this.facts;
    return { version, training_sha256, claims };
  }

  /** Answers in the order of the tickets; all of them are embedded at once. */
  async classify(tickets) {
    const read = tickets.map((ticket) => readTicket(ticket, this.boilerplate));
    const embed = await this.embedAll(read);
    return read.map((one) => this.toAnswer(this.predictor.predict(one, embed(one.text))));
  }

  async embedAll(read) {
    const texts = [...new Set(read.map(({ text }) => text))].filter((text) => text !== '');
    if (this.embeddings === null || texts.length === 0) return () => null;
    const vectors = await this.embeddings.embed(texts, GATEWAY_BUDGET_MS);
    const byText = new Map(texts.map((text, i) => [text, vectors[i]]));
    return (text) => byText.get(text) ?? null;
  }

  toAnswer(prediction) {
    return {
      category: CATEGORIES[prediction.predicted],
      confidence: round(prediction.confidence),
      route: chooseRoute(prediction, this.facts.policy),
    };
  }
}
