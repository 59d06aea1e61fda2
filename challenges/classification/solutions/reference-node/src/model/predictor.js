import { softmax } from './logistic.js';
import { expectedUtility } from './routing.js';

export function argmax(values) {
  let best = 0;
  for (let k = 1; k < values.length; k += 1) if (values[k] > values[best]) best = k;
  return best;
}

/** All that is known about one ticket, before it is put into words. */
export class Predictor {
  constructor({ encoder, logistic, exemplars, temperature }) {
    Object.assign(this, { encoder, logistic, exemplars, temperature });
  }

  predict(read, embedding) {
    const scores = this.logistic.scores(this.encoder.encode(read, embedding));
    const probabilities = softmax(scores, this.temperature);
    const predicted = argmax(probabilities);
    return {
      predicted,
      confidence: probabilities[predicted],
      expected: expectedUtility(probabilities, predicted),
      similarity: this.exemplars.similarity(embedding),
      empty: read.text === '',
    };
  }
}
