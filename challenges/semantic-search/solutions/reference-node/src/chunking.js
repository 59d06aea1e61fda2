/** Cuts a text into passages that the encoder reads whole (it stops after 256 tokens). */

const SENTENCES = new Intl.Segmenter("en", { granularity: "sentence" });
const MOST = 170;
const OVERLAP = 40;
const LONGEST = 500;

/** Passages as pairs of places in the text; each begins with the end of the one before it, where that is short. */
export function passages(text) {
  const found = [];
  let [start, cost] = [0, 0];
  let last = { start: 0, cost: 0 };
  for (const piece of pieces(text)) {
    if (cost > 0 && cost + piece.cost > MOST) {
      found.push({ start, end: piece.start });
      const shared = last.cost <= OVERLAP && last.start > start;
      [start, cost] = shared ? [last.start, last.cost] : [piece.start, 0];
    }
    cost += piece.cost;
    last = piece;
  }
  found.push({ start, end: text.length });
  return found;
}

/** Sentences, the long ones cut, with about as many tokens as each has. */
function* pieces(text) {
  for (const { segment, index } of SENTENCES.segment(text)) {
    for (let at = 0; at < segment.length;) {
      const end = cut(segment, at);
      yield { start: index + at, cost: tokens(segment.slice(at, end)) };
      at = end;
    }
  }
}

/** Where a piece that begins at `at` ends: after a space if there is one, and never inside a character. */
function cut(segment, at) {
  if (segment.length - at <= LONGEST) return segment.length;
  const space = segment.lastIndexOf(" ", at + LONGEST);
  if (space > at) return space + 1;
  const end = at + LONGEST;
  return segment.codePointAt(end - 1) > 0xffff ? end + 1 : end;
}

/** A guess from above: four letters a token in Latin script, one elsewhere. */
function tokens(text) {
  let wide = 0;
  for (const character of text) wide += character > "\u024f" ? 1 : 0;
  return wide + (text.length - wide) / 4;
}
