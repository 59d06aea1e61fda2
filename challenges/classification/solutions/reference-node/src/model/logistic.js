import { createRandom, shuffle } from '../random.js';

const DEFAULTS = { epochs: 15, rate: 0.03, decay: 1e-5, smoothing: 0.03, seed: 20_240_117 };

/** Turns scores into probabilities, in place; `temperature` above 1 flattens them. */
export function softmax(scores, temperature = 1) {
  const top = Math.max(...scores);
  let sum = 0;
  for (let k = 0; k < scores.length; k += 1) {
    scores[k] = Math.exp((scores[k] - top) / temperature);
    sum += scores[k];
  }
  for (let k = 0; k < scores.length; k += 1) scores[k] /= sum;
  return scores;
}

/** Multinomial logistic regression over sparse vectors; weights lie feature by feature. */
export class LogisticModel {
  constructor(classes, inputs, weights = new Float32Array((inputs + 1) * classes)) {
    this.classes = classes;
    this.weights = weights;
    this.bias = inputs * classes; // the bias is the row behind the last input
  }

  scores({ indices, values }) {
    const { classes, weights } = this;
    const result = Float64Array.from(weights.subarray(this.bias, this.bias + classes));
    for (let i = 0; i < indices.length; i += 1) {
      const row = indices[i] * classes;
      for (let k = 0; k < classes; k += 1) result[k] += weights[row + k] * values[i];
    }
    return result;
  }
}

class AdagradTrainer {
  constructor(model, options) {
    this.model = model;
    this.options = options;
    this.squares = new Float32Array(model.weights.length).fill(1e-4);
  }

  learn({ vector, label, weight }) {
    const { classes, bias } = this.model;
    const gradient = this.gradient(vector, label, weight);
    for (let i = 0; i < vector.indices.length; i += 1) {
      this.update(vector.indices[i] * classes, gradient, vector.values[i]);
    }
    this.update(bias, gradient, 1);
  }

  gradient(vector, label, weight) {
    const { smoothing } = this.options;
    const gradient = softmax(this.model.scores(vector));
    const rest = smoothing / gradient.length;
    for (let k = 0; k < gradient.length; k += 1) {
      gradient[k] = weight * (gradient[k] - rest - (k === label ? 1 - smoothing : 0));
    }
    return gradient;
  }

  update(row, gradient, value) {
    const { weights } = this.model;
    const { rate, decay } = this.options;
    for (let k = 0; k < gradient.length; k += 1) {
      const slope = gradient[k] * value + decay * weights[row + k];
      this.squares[row + k] += slope * slope;
      weights[row + k] -= (rate * slope) / Math.sqrt(this.squares[row + k]);
    }
  }
}

/** Trains on [{vector, label, weight}]; the same examples in the same order give the same weights. */
export function trainLogistic(examples, { classes, inputs, ...overrides }) {
  const options = { ...DEFAULTS, ...overrides };
  const model = new LogisticModel(classes, inputs);
  const trainer = new AdagradTrainer(model, options);
  const random = createRandom(options.seed);
  const order = examples.map((_, i) => i);
  for (let epoch = 0; epoch < options.epochs; epoch += 1) {
    for (const i of shuffle(order, random)) trainer.learn(examples[i]);
  }
  return model;
}
