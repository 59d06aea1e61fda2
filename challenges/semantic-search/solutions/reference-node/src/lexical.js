/** Words and identifiers, and how well a document matches them (BM25, Robertson and Zaragoza 2009). */

const WORD = /[\p{L}\p{N}\p{M}]+(?:[-_.:/][\p{L}\p{N}\p{M}]+)*/gu;
const PARTS = /[-_.:/]+/;
const STOP = new Set(
  ("a an and are as at be but by can do does for from had has have how i if in into is it its me my no not of on or our " +
    "so that the their them then there these they this to was we what when where which who why will with you your").split(" "),
);
const [K1, B] = [1.2, 0.6];

/** The words of a text in small letters, plurals taken off; an identifier is a word, and so are its parts. */
export function words(text) {
  const found = [];
  for (const [match] of text.normalize("NFKC").toLowerCase().matchAll(WORD)) {
    const parts = match.split(PARTS);
    if (parts.length > 1) found.push(match);
    for (const part of parts) if (!STOP.has(part)) found.push(stem(part));
  }
  return found;
}

/** Whether a word looks like a code and not like language. */
export function isIdentifier(word) {
  return /[\p{L}]/u.test(word) ? /[\d_]/.test(word) : /\d{3}/.test(word);
}

function stem(word) {
  if (word.length > 4 && word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  return word.length > 3 && word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}

/** How often each word stands in a text. */
export function counts(found) {
  const counted = new Map();
  for (const word of found) counted.set(word, (counted.get(word) ?? 0) + 1);
  return counted;
}

/** Statistics over all documents, kept up to date as they come and go. */
export class Words {
  #containing = new Map();
  #documents = 0;
  #length = 0;

  /** Count a document's words in. */
  add(counted) {
    this.#change(counted, 1);
  }

  /** Count them out again. */
  remove(counted) {
    this.#change(counted, -1);
  }

  /** How many documents have a word. */
  documentsWith(word) {
    return this.#containing.get(word) ?? 0;
  }

  /** How much a word that so many documents have tells. */
  weight(documents) {
    return Math.log(1 + (this.#documents - documents + 0.5) / (documents + 0.5));
  }

  /** A document's match with weighted words: 0 for none of them, towards 1 for all of them often. */
  match(counted, wanted) {
    const average = this.#length / Math.max(1, this.#documents);
    const long = K1 * (1 - B + B * total(counted) / Math.max(1, average));
    let [score, best] = [0, 0];
    for (const [word, weight] of wanted) {
      const often = counted.get(word) ?? 0;
      score += weight * often * (K1 + 1) / (often + long);
      best += weight * (K1 + 1);
    }
    return best > 0 ? score / best : 0;
  }

  #change(counted, by) {
    this.#documents += by;
    this.#length += by * total(counted);
    for (const word of counted.keys()) {
      const left = this.documentsWith(word) + by;
      if (left > 0) this.#containing.set(word, left);
      else this.#containing.delete(word);
    }
  }
}

function total(counted) {
  let sum = 0;
  for (const often of counted.values()) sum += often;
  return sum;
}
