import { sentenceKey } from './tokens.js';

const MIN_TICKETS = 4;
const MIN_CATEGORIES = 3;
const MAX_TOP_SHARE = 0.6;
const SHORT_WORD = 4;
const LONG_SENTENCE = 8;

function commonPrefix(a, b) {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

/** What is left of two different words after each edit that their first letters may have seen. */
function afterOneEdit(a, b) {
  const rests = [[a.slice(1), b.slice(1)]];
  if (a !== '') rests.push([a.slice(1), b]);
  if (b !== '') rests.push([a, b.slice(1)]);
  if (a.length > 1 && a[0] === b[1] && a[1] === b[0]) rests.push([a.slice(2), b.slice(2)]);
  return rests;
}

/** Whether two words differ by at most `limit` dropped, added, changed or swapped neighbouring letters. */
export function withinEdits(a, b, limit) {
  if (a === b) return true;
  if (limit === 0) return false;
  const same = commonPrefix(a, b);
  return afterOneEdit(a.slice(same), b.slice(same)).some(([x, y]) => withinEdits(x, y, limit - 1));
}

function sameWord(a, b) {
  if (a === b) return true;
  if (a[0] === '#' || b[0] === '#' || Math.abs(a.length - b.length) > 2) return false;
  return withinEdits(a, b, Math.min(a.length, b.length) < SHORT_WORD ? 1 : 2);
}

/** Same words in the same order; a long sentence may have one word that is beyond recognition. */
function sameSentence(known, words) {
  let forgiven = known.length >= LONG_SENTENCE ? 1 : 0;
  return known.every((word, i) => {
    if (sameWord(word, words[i])) return true;
    forgiven -= 1;
    return forgiven >= 0;
  });
}

/** Sentences that say nothing about the category, recognised in spite of typing errors. */
export class Boilerplate {
  constructor(sentences) {
    this.sentences = sentences;
    this.exact = new Set(sentences);
    this.byLength = Map.groupBy(
      sentences.map((sentence) => sentence.split(' ')),
      (words) => words.length,
    );
  }

  includes(sentence) {
    const key = sentenceKey(sentence);
    if (this.exact.has(key)) return true;
    const words = key.split(' ');
    const candidates = this.byLength.get(words.length) ?? [];
    return candidates.some((known) => sameSentence(known, words));
  }
}

function isBoilerplate({ total, labels }) {
  if (total < MIN_TICKETS || labels.size < MIN_CATEGORIES) return false;
  return Math.max(...labels.values()) / total <= MAX_TOP_SHARE;
}

/** What is left of a ticket's sentences once the boilerplate is taken out. */
export function tellingSentences({ subject, body }, boilerplate) {
  const tells = (sentence) => !boilerplate.includes(sentence);
  return { subject: subject.filter(tells), body: body.filter(tells) };
}

/** Learns boilerplate: sentences that come with tickets of many categories and favour none. */
export function learnBoilerplate(examples) {
  const seen = new Map();
  for (const { sentences, label } of examples) {
    const keys = [...sentences.subject, ...sentences.body].map(sentenceKey);
    for (const key of new Set(keys)) {
      const entry = seen.get(key) ?? { total: 0, labels: new Map() };
      entry.total += 1;
      entry.labels.set(label, (entry.labels.get(label) ?? 0) + 1);
      seen.set(key, entry);
    }
  }
  const found = [...seen].filter(([key, entry]) => key !== '' && isBoilerplate(entry));
  return new Boilerplate(found.map(([key]) => key).sort());
}
