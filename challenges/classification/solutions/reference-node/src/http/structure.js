// A batch of 64 tickets with all fields needs fewer than 1,000 of these; a bomb has millions.
const MAX_MARKS = 20_000;
const [QUOTE, BACKSLASH] = Buffer.from('"\\');
const MARKS = new Set(Buffer.from('[{,'));

function endOfString(bytes, start) {
  let i = start + 1;
  while (i < bytes.length && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
  return i;
}

/** Whether JSON text has so many arrays, objects or members that parsing it would cost too much memory. */
export function isTooComplex(bytes) {
  let marks = 0;
  for (let i = 0; i < bytes.length && marks <= MAX_MARKS; i += 1) {
    if (bytes[i] === QUOTE) i = endOfString(bytes, i);
    else if (MARKS.has(bytes[i])) marks += 1;
  }
  return marks > MAX_MARKS;
}
