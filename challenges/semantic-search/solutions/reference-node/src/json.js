/** JSON in and out, exact where JavaScript's own numbers are not. */

const WHOLE = /^-?\d+$/;
const MOST_DIGITS = 400;

/** Parse bytes as UTF-8 JSON; whole numbers that a double cannot hold become BigInt. Throws SyntaxError or TypeError. */
export function parse(bytes) {
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes), exact);
}

function exact(_key, value, context) {
  if (typeof value !== "number" || !WHOLE.test(context.source) || Number.isSafeInteger(value)) return value;
  if (context.source.length > MOST_DIGITS) throw new SyntaxError("a number has too many digits");
  return BigInt(context.source);
}

/** The text of a value that `parse` gave. */
export function stringify(value) {
  return JSON.stringify(value, (_key, inner) => typeof inner === "bigint" ? JSON.rawJSON(inner.toString()) : inner);
}
