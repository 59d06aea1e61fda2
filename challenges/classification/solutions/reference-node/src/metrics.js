/** Per-class counts over [{truth, predicted}]. */
function countOutcomes(outcomes, classes) {
  const counts = Array.from({ length: classes }, () => ({ hits: 0, truths: 0, guesses: 0 }));
  for (const { truth, predicted } of outcomes) {
    counts[truth].truths += 1;
    counts[predicted].guesses += 1;
    if (truth === predicted) counts[truth].hits += 1;
  }
  return counts;
}

/** Recall and F1 of each class. */
export function perClass(outcomes, classes) {
  return countOutcomes(outcomes, classes).map(({ hits, truths, guesses }) => ({
    support: truths,
    recall: truths === 0 ? 0 : hits / truths,
    f1: hits === 0 ? 0 : (2 * hits) / (truths + guesses),
  }));
}

/** Mean F1 over the classes that occur. */
export function macroF1(outcomes, classes) {
  const present = perClass(outcomes, classes).filter(({ support }) => support > 0);
  if (present.length === 0) return 0;
  return present.reduce((sum, { f1 }) => sum + f1, 0) / present.length;
}
