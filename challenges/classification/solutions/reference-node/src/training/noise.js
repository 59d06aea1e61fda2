import { CATEGORIES } from '../categories.js';
import { createRandom, shuffle } from '../random.js';

const FOLDS = 3;
const SEED = 7_071;
const SURE = 0.5;
const UNLIKELY = 0.15;

/** Assigns each of `count` examples to one of the folds, at random but the same each time. */
export function assignFolds(count, folds = FOLDS, seed = SEED) {
  const fold = new Int32Array(count);
  const order = shuffle([...fold.keys()], createRandom(seed));
  order.forEach((i, position) => {
    fold[i] = position % folds;
  });
  return fold;
}

/** Whether others' tickets speak clearly against a label. */
export function contradicted(probabilities, label) {
  return probabilities[label] < UNLIKELY && Math.max(...probabilities) > SURE;
}

/**
 * Keeps the examples whose labels the others do not contradict: each is judged by a model that has not
 * seen it. `fit(examples)` returns a function from an example to probabilities.
 */
export function dropContradicted(examples, fit) {
  const fold = assignFolds(examples.length);
  const keep = new Array(examples.length).fill(true);
  for (let held = 0; held < FOLDS; held += 1) {
    const probabilities = fit(examples.filter((_, i) => fold[i] !== held));
    examples.forEach((example, i) => {
      if (fold[i] === held) keep[i] = !contradicted(probabilities(example), example.label);
    });
  }
  return examples.filter((_, i) => keep[i]);
}

/** Weights that lift rare categories: the root of the inverse share, 1 for an even share. */
export function categoryWeights(examples) {
  const counts = new Array(CATEGORIES.length).fill(0);
  for (const { label } of examples) counts[label] += 1;
  return counts.map((count) => Math.sqrt(examples.length / CATEGORIES.length / Math.max(count, 1)));
}
