/** What a request may hold: each reader gives a checked value or throws a RequestError. */

const ID = /^[A-Za-z0-9._-]{1,64}$/;
const LIMITS = { title: 300, text: 50_000, query: 2_000, batch: 64, topK: 100, offset: 10_000 };

/** A request that cannot be served, with the status and the code of its answer. */
export class RequestError extends Error {
  constructor(status, code, message) {
    super(message);
    this.statusCode = status;
    this.errorCode = code;
  }
}

/** The error for a document that is not there. */
export function unknownDocument() {
  return new RequestError(404, "not_found", "There is no such document.");
}

/** An id, from a path or a batch. */
export function readId(id) {
  if (typeof id !== "string" || !ID.test(id)) throw invalid("An id has 1 to 64 of the characters A-Z a-z 0-9 . _ -");
  return id;
}

/** A document without its id. */
export function readDocument(body) {
  const given = readObject(body, "A document");
  return {
    title: readText(given.title, "title", LIMITS.title),
    text: readText(given.text, "text", LIMITS.text),
    metadata: readMetadata(given.metadata),
  };
}

/** The documents of a batch, each with its id. */
export function readBatch(body) {
  const { documents } = readObject(body, "A batch");
  if (!Array.isArray(documents) || documents.length < 1 || documents.length > LIMITS.batch) {
    throw invalid(`documents must be a list of 1 to ${LIMITS.batch} documents`);
  }
  return documents.map((document) => ({ id: readId(readObject(document, "A document").id), ...readDocument(document) }));
}

/** A search. */
export function readSearch(body) {
  const given = readObject(body, "A search");
  return {
    query: readText(given.query, "query", LIMITS.query),
    topK: readWhole(given.top_k, "top_k", 1, LIMITS.topK, 10),
    offset: readWhole(given.offset, "offset", 0, LIMITS.offset, 0),
    filter: readFilter(given.filter),
  };
}

function readMetadata(value = {}) {
  const metadata = readObject(value, "metadata");
  if (!Object.values(metadata).every(isScalar)) {
    throw invalid("metadata must be a flat object of strings, numbers and booleans");
  }
  return metadata;
}

function readFilter(value = {}) {
  return Object.entries(readObject(value, "filter")).map(([field, wanted]) => {
    const values = Array.isArray(wanted) ? wanted : [wanted];
    if (!values.every(isScalar)) throw invalid("filter must map fields to a value or to a list of values");
    return { field, values };
  });
}

function readObject(value, what) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(`${what} must be an object`);
  return value;
}

function readText(value, name, most) {
  if (typeof value !== "string") throw invalid(`${name} must be a string`);
  // Characters, not UTF-16 units; counted one by one only where the difference can matter.
  const length = value.length > 2 * most ? value.length : [...value].length;
  if (length < 1 || length > most) throw invalid(`${name} must have 1 to ${most} characters`);
  return value;
}

function readWhole(value, name, least, most, fallback) {
  if (value === undefined) return fallback;
  if (!Number.isInteger(value) || value < least || value > most) {
    throw invalid(`${name} must be a whole number from ${least} to ${most}`);
  }
  return value;
}

function isScalar(value) {
  return typeof value === "string" || typeof value === "boolean" || typeof value === "bigint" || Number.isFinite(value);
}

function invalid(message) {
  return new RequestError(422, "invalid", message);
}
