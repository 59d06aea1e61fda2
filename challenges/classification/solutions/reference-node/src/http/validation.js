import { unprocessable } from './errors.js';

export const MAX_SUBJECT = 300;
export const MAX_BODY = 20_000;
export const MAX_BATCH = 64;
const OPTIONAL_FIELDS = ['ticket_id', 'created_at', 'channel', 'queue'];

/** Length in characters (code points): an emoji counts once, though JavaScript stores two units. */
export function characterCount(text) {
  let count = text.length;
  for (let i = 1; i < text.length; i += 1) {
    if (isLowSurrogate(text.charCodeAt(i)) && isHighSurrogate(text.charCodeAt(i - 1))) count -= 1;
  }
  return count;
}

const isHighSurrogate = (unit) => unit >= 0xd800 && unit <= 0xdbff;
const isLowSurrogate = (unit) => unit >= 0xdc00 && unit <= 0xdfff;

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function requireText(ticket, field, limit, where) {
  const value = Object.hasOwn(ticket, field) ? ticket[field] : undefined;
  if (value === undefined) throw unprocessable(`${where}: "${field}" is missing`);
  if (typeof value !== 'string') throw unprocessable(`${where}: "${field}" must be a string`);
  if (characterCount(value) > limit) {
    throw unprocessable(`${where}: "${field}" is longer than ${limit} characters`);
  }
  return value;
}

function checkOptional(ticket, where) {
  for (const field of OPTIONAL_FIELDS) {
    const value = ticket[field];
    if (value !== undefined && value !== null && typeof value !== 'string') {
      throw unprocessable(`${where}: "${field}" must be a string`);
    }
  }
}

/** Checks one ticket and returns only what may decide its category. */
export function parseTicket(value, where = 'ticket') {
  if (!isObject(value)) throw unprocessable(`${where} must be an object`);
  const subject = requireText(value, 'subject', MAX_SUBJECT, where);
  const body = requireText(value, 'body', MAX_BODY, where);
  checkOptional(value, where);
  return { subject, body };
}

export function parseBatch(value) {
  if (!isObject(value)) throw unprocessable('the body must be an object with "tickets"');
  const { tickets } = value;
  if (!Array.isArray(tickets)) throw unprocessable('"tickets" must be an array');
  if (tickets.length < 1 || tickets.length > MAX_BATCH) {
    throw unprocessable(`a batch holds 1 to ${MAX_BATCH} tickets`);
  }
  return tickets.map((ticket, i) => parseTicket(ticket, `tickets[${i}]`));
}
