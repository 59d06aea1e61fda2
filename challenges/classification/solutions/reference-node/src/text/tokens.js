const TOKEN =
  /https?:\/\/[^\s<>]+|www\.[^\s<>]+|[^\s<>@]{1,64}@[^\s<>@]{1,255}|[£€$]?\p{N}+(?:[.,:]\p{N}+)*|\p{L}+(?:'\p{L}+)*/gu;
const DATE = /(?:the )?#number (?:st|nd|rd|th)\b|#number #month|#day(?: last)?/g;
const words = (text) => text.split(' ');
const MARKS = new Map([
  ...words('january february march april june july august september october november december').map(
    (month) => [month, '#month'],
  ),
  ...words('monday tuesday wednesday thursday friday saturday sunday').map((day) => [day, '#day']),
  ...words('two three four five six seven eight nine ten eleven twelve').map((n) => [n, '#number']),
]);

function markOf(token) {
  if (/^(?:https?:|www\.)/.test(token)) return '#link';
  if (token.includes('@')) return '#mail';
  if (/^[£€$]/.test(token)) return '#money';
  if (/^\p{N}/u.test(token)) return '#number';
  return token === 'May' ? '#month' : MARKS.get(token.toLowerCase());
}

function rawTokens(text) {
  return Array.from(text.matchAll(TOKEN), ([token]) => token);
}

/** Lower-case words; numbers, sums, dates, links and addresses become a mark for their kind. */
export function tokenise(text) {
  return rawTokens(text).map((token) => markOf(token) ?? token.toLowerCase());
}

const isName = (token, position) => position > 0 && /^\p{Lu}\p{Ll}/u.test(token);

/** The words by which a repeated sentence is known again: dates and names inside it do not count. */
export function sentenceKey(text) {
  const kept = rawTokens(text).map(
    (token, i) => markOf(token) ?? (isName(token, i) ? '#name' : token.toLowerCase()),
  );
  return kept.join(' ').replace(DATE, '#date').replace(/#name(?: #name)+/g, '#name');
}
