const MAX_INPUTS = 64;
// Long texts are slow at the gateway: a request of this size is answered well within one attempt.
const MAX_CHARACTERS = 4_000;

/** Splits texts, in order, into requests that the gateway accepts and answers quickly. */
export function splitRequests(texts) {
  const requests = [];
  let size = Infinity;
  for (const text of texts) {
    const current = requests.at(-1);
    if (size + text.length > MAX_CHARACTERS || current.length >= MAX_INPUTS) {
      requests.push([text]);
      size = text.length;
    } else {
      current.push(text);
      size += text.length;
    }
  }
  return requests;
}
