import { ApiError, badRequest } from './errors.js';
import { isTooComplex } from './structure.js';

// A ticket whose every character is an escaped surrogate pair (12 bytes) has about 240 kB.
export const ONE_TICKET_LIMIT = 512 * 1024;
export const BATCH_LIMIT = 64 * 256 * 1024;
// What is still read, and thrown away, so that the caller gets to see the 413.
const DRAIN_BYTES = 64 * 1024 * 1024;

const decoder = new TextDecoder('utf-8', { fatal: true });

function tooLarge(limit) {
  return new ApiError(413, 'body_too_large', `the body is larger than ${limit} bytes`, {
    connection: 'close',
  });
}

async function collect(request, limit) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > DRAIN_BYTES) break;
    if (size <= limit) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (size > limit) throw tooLarge(limit);
  return Buffer.concat(chunks, size);
}

function decode(bytes) {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw badRequest('invalid_encoding', `the body is not UTF-8 (${error.name})`);
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) {
      throw badRequest('invalid_json', 'the body is not valid JSON');
    }
    throw error;
  }
}

/** Reads a request's JSON body; every way in which it can be bad is an ApiError. */
export async function readJson(request, limit) {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    throw new ApiError(415, 'unsupported_encoding', 'send the body without a content encoding');
  }
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > DRAIN_BYTES) throw tooLarge(limit);
  const bytes = await collect(request, limit);
  if (isTooComplex(bytes)) throw badRequest('too_complex', 'the body has too many or too deep values');
  return parse(decode(bytes));
}
