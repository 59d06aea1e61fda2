import { stripHtml } from './html.js';

// Longest text that is looked at; what a person wants is not said after ten thousand characters.
const MAX_TEXT = 10_000;
const QUOTE_START = [
  /^-{2,}\s*(?:original|forwarded) message/i,
  /^on .{1,120} wrote:$/i,
  /^_{10,}$/,
];
const SIGNATURE = /^--$|^sent from my \w+/i;

function isQuoteStart(line) {
  return QUOTE_START.some((pattern) => pattern.test(line));
}

/** The writer's own lines: no quoted lines, nothing after a quoted mail's header or a signature mark. */
export function ownLines(text) {
  const kept = [];
  for (const raw of text.split(/\r\n|\r|\n/)) {
    const line = raw.trim();
    if (isQuoteStart(line) || SIGNATURE.test(line)) break;
    if (line !== '' && !line.startsWith('>')) kept.push(line);
  }
  return kept;
}

function normalise(text) {
  return stripHtml(text.slice(0, MAX_TEXT).toWellFormed()).normalize('NFKC').replace(/[’‘`´]/g, "'");
}

/** One line's sentences; a dot or colon inside a number or an address ends none. */
function splitSentences(line) {
  return line
    .split(/(?<=[.!?…:])\s+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

/** Splits a ticket into the sentences that its writer wrote. */
export function ticketSentences({ subject, body }) {
  const plain = normalise(body);
  const own = ownLines(plain);
  // A mail that is nothing but a quotation or forward is read whole: something must have been meant.
  const lines = own.length > 0 ? own : plain.split('\n').map((line) => line.replace(/^[>\s]+/, ''));
  return {
    subject: splitSentences(normalise(subject).replace(/^(?:\s*(?:re|fwd?|aw)\s*:)+/i, '')),
    body: lines.flatMap(splitSentences),
  };
}
