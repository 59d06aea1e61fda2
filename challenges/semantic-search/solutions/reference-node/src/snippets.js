/** A passage of an article to show: the sentence of its best part that has most of the query's words. */

import { words } from "./lexical.js";

const SENTENCES = new Intl.Segmenter("en", { granularity: "sentence" });
const MOST = 300;
const READ = 20_000;

/** 1 to 300 characters of the document's text, exactly as they stand there. */
export function snippet(document, passage, query) {
  const { start, end } = passage ?? { start: 0, end: Math.min(document.text.length, READ) };
  const wanted = new Set(words(query));
  let [best, most] = ["", -1];
  for (const { segment } of SENTENCES.segment(document.text.slice(start, end))) {
    const sentence = segment.trim();
    const hits = new Set(words(sentence).filter((word) => wanted.has(word))).size;
    if (sentence !== "" && hits > most) [best, most] = [sentence, hits];
  }
  return first(best || document.text);
}

/** At most so many characters, none cut in two. */
function first(text) {
  return text.length <= MOST ? text : [...text.slice(0, 2 * MOST)].slice(0, MOST).join("");
}
