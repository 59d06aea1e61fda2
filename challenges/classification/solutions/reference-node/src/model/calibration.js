import { softmax } from './logistic.js';

const COARSE = Array.from({ length: 60 }, (_, i) => 0.1 * 1.06 ** i); // 0.1 to about 3.1

/** Mean negative log-likelihood of the truths at a temperature. */
export function logLoss(scored, temperature) {
  let sum = 0;
  for (const { scores, truth } of scored) {
    sum -= Math.log(Math.max(softmax(scores.slice(), temperature)[truth], 1e-12));
  }
  return sum / scored.length;
}

/** The temperature under which [{scores, truth}] is most likely. */
export function fitTemperature(scored) {
  let best = { temperature: 1, loss: Infinity };
  for (const temperature of COARSE) {
    const loss = logLoss(scored, temperature);
    if (loss < best.loss) best = { temperature, loss };
  }
  return best.temperature;
}

/** Expected calibration error in ten bins over [{confidence, correct}]. */
export function calibrationError(outcomes) {
  const bins = Map.groupBy(outcomes, ({ confidence }) => Math.min(9, Math.floor(confidence * 10)));
  let error = 0;
  for (const bin of bins.values()) {
    const gap = bin.reduce((sum, { confidence, correct }) => sum + confidence - Number(correct), 0);
    error += Math.abs(gap) / outcomes.length;
  }
  return error;
}
