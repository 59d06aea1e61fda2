/** Acronyms of a query, and what the titles of the articles say they stand for. */

const ACRONYM = /(?<![\p{L}\p{N}])[A-Z][A-Z0-9]{1,5}(?![\p{L}\p{N}])/gu;
const WORD = /[\p{L}\p{N}]+/gu;

/** The acronyms of a query; none when all of it is in capitals. */
export function acronyms(query) {
  const found = [...new Set([...query.matchAll(ACRONYM)].map(([match]) => match))];
  return found.length > 1 && query === query.toUpperCase() ? [] : found;
}

/**
 * What an acronym stands for in each of some titles, as pairs of key and words.
 *
 * Runs of words with these initials come first; only without any of them do letters from within words count, as in
 * "radio frequency identification" for RFID.
 */
export function meanings(acronym, titles) {
  const letters = acronym.toLowerCase();
  const found = (matches) => {
    const pairs = [...titles].map(([key, title]) => [key, firstRun(letters, title, matches)]);
    return pairs.filter(([, run]) => run !== "");
  };
  const exact = found(hasInitials);
  return exact.length > 0 ? exact : found(abbreviates);
}

function firstRun(letters, title, matches) {
  const words = (title.match(WORD) ?? []).map((word) => word.toLowerCase());
  for (let start = 0; start < words.length; start++) {
    for (let end = Math.min(words.length, start + letters.length); end > start; end--) {
      const run = words.slice(start, end);
      if (run.join("") !== letters && matches(letters, run)) return run.join(" ");
    }
  }
  return "";
}

function hasInitials(letters, run) {
  return run.length === letters.length && run.every((word, place) => word[0] === letters[place]);
}

/** Whether the letters are the words' first ones in order, each perhaps with more letters from within its word. */
function abbreviates(letters, run) {
  if (run.length === 0) return letters === "";
  const [word, ...rest] = run;
  for (let taken = 1, at = 0; letters[0] === word[0] && at >= 0 && taken <= letters.length; taken++) {
    if (abbreviates(letters.slice(taken), rest)) return true;
    at = word.indexOf(letters[taken], at + 1);
  }
  return false;
}
