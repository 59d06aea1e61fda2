import { createServer, STATUS_CODES } from 'node:http';
import { ApiError, errorBody } from './errors.js';

const REQUEST_TIMEOUT_MS = 30_000;

// Failures below HTTP routing that node reports by code; all others are a plain 400.
const PARSER_STATUS = new Map([
  ['HPE_HEADER_OVERFLOW', 431],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 413],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
]);

function send(response, status, body, headers = {}) {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
    ...headers,
  });
  response.end(bytes);
}

function toApiError(error, log) {
  if (error instanceof ApiError) return error;
  log('unexpected error', error);
  return new ApiError(500, 'internal', 'the request could not be answered');
}

function findHandler(routes, request) {
  const path = request.url.split('?', 1)[0];
  const methods = routes.get(path);
  if (methods === undefined) throw new ApiError(404, 'not_found', 'there is no such path');
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const handler = methods.get(method);
  if (handler === undefined) {
    const allow = [...methods.keys()].join(', ');
    throw new ApiError(405, 'method_not_allowed', `use ${allow}`, { allow });
  }
  return handler;
}

async function answer(routes, request, response, log) {
  try {
    const handler = findHandler(routes, request);
    send(response, 200, await handler(request));
  } catch (error) {
    if (request.destroyed && !request.complete) {
      response.destroy(); // the caller went away: nobody is left to tell
      return;
    }
    const { status, code, message, headers } = toApiError(error, log);
    send(response, status, errorBody(code, message), headers);
    request.resume(); // drop what was not read, so that the connection can be used again
  }
}

function refuseBrokenRequest(error, socket) {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = PARSER_STATUS.get(error.code) ?? 400;
  const body = JSON.stringify(errorBody('malformed_request', 'the request is not valid HTTP'));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function refuseExpectation(_request, response) {
  send(response, 417, errorBody('expectation_failed', 'only 100-continue is supported'));
}

/** An HTTP server over `routes`: Map(path -> Map(method -> async handler)). */
export function createApiServer(routes, log = console.error) {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    response.on('error', (error) => log('response failed', error));
    answer(routes, request, response, log).catch((error) => log('answer failed', error));
  });
  server.on('clientError', refuseBrokenRequest);
  server.on('checkExpectation', refuseExpectation);
  return server;
}
