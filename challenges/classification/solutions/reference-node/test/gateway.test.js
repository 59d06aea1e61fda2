import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { CachedEmbeddings } from '../src/embeddings/cache.js';
import { DIMENSIONS, EmbeddingGateway, GatewayUnavailable, readVectors } from '../src/embeddings/gateway.js';
import { splitRequests } from '../src/embeddings/requests.js';

const vectorOf = (text) => new Array(DIMENSIONS).fill(text.length);
let script = [];
let calls = [];
const behaviours = {
  ok: (response, input) => {
    // in reverse: the index decides, not the order
    const data = input.map((text, index) => ({ index, embedding: vectorOf(text) })).reverse();
    response.end(JSON.stringify({ data }));
  },
  wait: (response) => response.writeHead(429, { 'retry-after': '0.3' }).end('{}'),
  broken: (response) => response.writeHead(500).end('no'),
  rejected: (response) => response.writeHead(401).end('{}'),
  short: (response) => response.end('{"data":[]}'),
  garbage: (response) => response.end('<html>'),
  silent: () => null,
};
const server = createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => (text += chunk));
  request.on('end', () => {
    calls.push({ at: performance.now(), headers: request.headers, ...JSON.parse(text) });
    behaviours[script.shift() ?? 'ok'](response, calls.at(-1).input);
  });
});
let gateway;

before(async () => {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}/embeddings`;
  gateway = new EmbeddingGateway({ url, key: 'secret', model: 'mini' }, 200);
});
beforeEach(() => {
  script = [];
  calls = [];
});
after(() => {
  server.close();
  server.closeAllConnections();
});

test('sends key and model, and puts the vectors in the order of the texts', async () => {
  const vectors = await gateway.embed(['a', 'bbb'], 1_000);
  assert.deepEqual(vectors.map((vector) => vector[0]), [1, 3]);
  assert.equal(calls[0].headers.authorization, 'Bearer secret');
  assert.equal(calls[0].model, 'mini');
});

for (const failure of ['broken', 'short', 'garbage', 'silent']) {
  test(`two failed calls in a row (${failure}) do not reach the caller`, async () => {
    script = [failure, failure];
    assert.equal((await gateway.embed(['ab'], 3_000))[0][0], 2);
    assert.equal(calls.length, 3);
  });
}

test('Retry-After is respected', async () => {
  script = ['wait'];
  await gateway.embed(['a'], 2_000);
  assert.ok(calls[1].at - calls[0].at >= 290);
});

test('an outage ends in GatewayUnavailable before the budget is over', async () => {
  script = new Array(50).fill('broken');
  const start = performance.now();
  await assert.rejects(gateway.embed(['a'], 500), GatewayUnavailable);
  assert.ok(performance.now() - start < 600);
});

test('what repeating cannot help is not repeated', async () => {
  script = ['rejected'];
  await assert.rejects(gateway.embed(['a'], 1_000), GatewayUnavailable);
  assert.equal(calls.length, 1);
});

test('an answer with a hole, a wrong length or no numbers is no answer', () => {
  const good = { index: 0, embedding: vectorOf('a') };
  assert.equal(readVectors({ data: [good] }, 1).length, 1);
  assert.throws(() => readVectors({ data: [good] }, 2));
  assert.throws(() => readVectors({ data: [{ index: 0, embedding: [1] }] }, 1));
  assert.throws(() => readVectors({ data: [{ index: 0, embedding: vectorOf('a').fill(null) }] }, 1));
  assert.throws(() => readVectors({ data: [{ index: 5, embedding: vectorOf('a') }] }, 1));
  assert.throws(() => readVectors(null, 1));
});

test('requests stay within 64 inputs and a size', () => {
  assert.deepEqual(splitRequests(new Array(65).fill('a')).map(({ length }) => length), [64, 1]);
  assert.deepEqual(splitRequests(['a'.repeat(7_000), 'b'.repeat(7_000)]).length, 2);
  assert.deepEqual(splitRequests(['a'.repeat(9_000)]).length, 1);
  assert.deepEqual(splitRequests([]), []);
});

test('the cache asks once for a text and forgets the oldest', async () => {
  const asked = [];
  const source = {
    embed: (texts) => {
      asked.push(texts);
      return Promise.resolve(texts.map(vectorOf));
    },
  };
  const cache = new CachedEmbeddings(source, 2);
  const vectors = await cache.embed(['a', 'bb', 'a'], 1);
  assert.deepEqual(vectors.map((vector) => vector[0]), [1, 2, 1]);
  await cache.embed(['a', 'ccc'], 1);
  await cache.embed(['a'], 1);
  assert.deepEqual(asked, [['a', 'bb'], ['ccc'], ['a']]);
});
