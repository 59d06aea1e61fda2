/** The HTTP interface: routes, and one form for every error. */

import fastify from "fastify";
import { parse, stringify } from "./json.js";
import { readBatch, readDocument, readId, readSearch, RequestError } from "./requests.js";
import { NotStoredError } from "./store.js";

const BODY_BYTES = 40 * 1024 * 1024;

/** The application over a library. */
export function makeApp(library, logger) {
  const app = fastify({
    loggerInstance: logger,
    bodyLimit: BODY_BYTES,
    clientErrorHandler,
    frameworkErrors: answerError,
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.setReplySerializer(stringify);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((_request, reply) => reply.status(404).send(errorBody("not_found", "There is no such path.")));

  app.get("/health", () => ({ status: "ok" }));
  app.put("/documents/:id", async ({ params, body }) => {
    const document = { id: readId(params.id), ...readDocument(json(body)) };
    await library.put([document]);
    return { id: document.id };
  });
  app.post("/documents/batch", async ({ body }) => {
    const documents = readBatch(json(body));
    await library.put(documents);
    return { stored: documents.length };
  });
  app.get("/documents/:id", ({ params }, reply) => reply.send(library.get(params.id)));
  app.delete("/documents/:id", ({ params }, reply) => {
    library.delete(params.id);
    return reply.status(204).send();
  });
  app.post("/search", async ({ body }) => ({ results: await library.search(readSearch(json(body))) }));
  return app;
}

function json(body) {
  try {
    return parse(body ?? new Uint8Array());
  } catch (error) {
    throw new RequestError(400, "malformed_json", `The body is not JSON in UTF-8: ${error.message}`);
  }
}

function answerError(error, request, reply) {
  if (error instanceof NotStoredError) {
    request.log.error(error);
    return reply.status(503).send(errorBody("not_stored", "The document could not be stored; nothing was changed."));
  }
  const status = error.statusCode ?? 500;
  if (status >= 500 && !(error instanceof RequestError)) request.log.error(error);
  const message = status === 500 ? "Something went wrong on our side." : error.message;
  return reply.status(status).send(errorBody(error.errorCode ?? (status === 500 ? "internal" : "bad_request"), message));
}

function errorBody(code, message) {
  return { error: { code, message } };
}

/** For what is no HTTP: fastify has no request for it, so the answer is written by hand. */
function clientErrorHandler(error, socket) {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  const body = JSON.stringify(errorBody("bad_request", "This is not a valid HTTP request."));
  const head = "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nconnection: close\r\n";
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
