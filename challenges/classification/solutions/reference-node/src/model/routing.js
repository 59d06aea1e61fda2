import { SECURITY } from '../categories.js';

export const GAIN_RIGHT = 1;
export const COST_WRONG = 3;
export const COST_SECURITY_MISSED = 10;
const MARGINS = Array.from({ length: 13 }, (_, i) => i * 0.05);

/** What sending the ticket to `category` unseen earns on average under these probabilities. */
export function expectedUtility(probabilities, category) {
  const right = probabilities[category];
  const missed = category === SECURITY ? 0 : probabilities[SECURITY];
  const wrong = Math.max(0, 1 - right - missed);
  return GAIN_RIGHT * right - COST_WRONG * wrong - COST_SECURITY_MISSED * missed;
}

/** What it really earned. */
export function utility(predicted, truth) {
  if (predicted === truth) return GAIN_RIGHT;
  return truth === SECURITY ? -COST_SECURITY_MISSED : -COST_WRONG;
}

/** Route of a prediction: only what says something, is like what was trained on, and pays off, is automatic. */
export function chooseRoute({ expected, similarity, empty }, { margin, minSimilarity }) {
  const automatic = !empty && expected > margin && similarity >= minSimilarity;
  return automatic ? 'auto' : 'human';
}

function earned(predictions, policy) {
  return predictions
    .filter((prediction) => chooseRoute(prediction, policy) === 'auto')
    .reduce((sum, { predicted, truth }) => sum + utility(predicted, truth), 0);
}

/** The margin that earns most on validation; of equals the most careful. Never below break-even. */
export function chooseMargin(predictions, minSimilarity) {
  let best = { margin: 0, total: -Infinity };
  for (const margin of MARGINS) {
    const total = earned(predictions, { margin, minSimilarity });
    if (total >= best.total) best = { margin, total };
  }
  return best;
}
