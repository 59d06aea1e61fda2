import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { GatewayUnavailable } from '../src/embeddings/gateway.js';
import { createRoutes } from '../src/http/routes.js';
import { createApiServer } from '../src/http/server.js';

const answerFor = ({ subject }) => ({ category: 'billing', confidence: 0.5, route: 'human', subject });
const classifier = {
  failure: null,
  describe: () => ({ version: 'v', training_sha256: 'abc', claims: { macro_f1: 0.5 } }),
  async classify(tickets) {
    if (this.failure !== null) await Promise.reject(this.failure);
    return tickets.map(answerFor);
  },
};
const logged = [];
const server = createApiServer(createRoutes(classifier), (...entry) => logged.push(entry));
let base;

before(async () => {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${server.address().port}`;
});
after(() => {
  server.close();
  server.closeAllConnections();
});

async function post(path, body, headers = {}) {
  const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const response = await fetch(base + path, { method: 'POST', body: text, headers });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

async function assertRefused(path, body, status) {
  const answer = await post(path, body);
  assert.equal(answer.status, status);
  assert.deepEqual(Object.keys(answer.body), ['error']);
  assert.equal(typeof answer.body.error.code, 'string');
  assert.equal(typeof answer.body.error.message, 'string');
}

const ticket = (more = {}) => ({ subject: 's', body: 'b', ...more });

test('health and model answer', async () => {
  assert.equal((await fetch(`${base}/health`)).status, 200);
  const model = await (await fetch(`${base}/model?x=1`)).json();
  assert.deepEqual(model, classifier.describe());
});

test('a ticket is answered, unknown fields and null for optional ones are fine', async () => {
  const answer = await post('/classify', ticket({ queue: null, extra: [1] }));
  assert.equal(answer.status, 200);
  assert.equal(answer.body.category, 'billing');
});

test('a batch keeps its order', async () => {
  const tickets = ['a', 'b', 'c'].map((subject) => ticket({ subject }));
  const answer = await post('/classify/batch', { tickets });
  assert.deepEqual(answer.body.results.map(({ subject }) => subject), ['a', 'b', 'c']);
});

test('limits: the longest texts and 64 tickets pass, one more is refused', async () => {
  const longest = ticket({ subject: '😀'.repeat(300), body: '😀'.repeat(20_000) });
  assert.equal((await post('/classify', longest)).status, 200);
  await assertRefused('/classify', ticket({ subject: 'x'.repeat(301) }), 422);
  await assertRefused('/classify', ticket({ body: 'x'.repeat(20_001) }), 422);
  const full = new Array(64).fill(ticket());
  assert.equal((await post('/classify/batch', { tickets: full })).status, 200);
  await assertRefused('/classify/batch', { tickets: [...full, ticket()] }, 422);
  await assertRefused('/classify/batch', { tickets: [] }, 422);
});

test('wrong types and missing fields are refused', async () => {
  for (const body of [[], null, 1, 'text', {}, { subject: 's' }, { body: 'b' }]) {
    await assertRefused('/classify', JSON.stringify(body), 422);
    await assertRefused('/classify/batch', JSON.stringify(body), 422);
  }
  for (const field of ['subject', 'body', 'ticket_id', 'created_at', 'channel', 'queue']) {
    for (const value of [1, true, [], {}]) {
      await assertRefused('/classify', ticket({ [field]: value }), 422);
    }
  }
  await assertRefused('/classify', ticket({ subject: null }), 422);
  await assertRefused('/classify/batch', { tickets: [ticket(), ticket({ body: 7 })] }, 422);
  await assertRefused('/classify', '{"__proto__":{"subject":"s","body":"b"}}', 422);
});

test('malformed JSON is a 400', async () => {
  const broken = ['', '{', '{"subject":NaN}', '[Infinity]', '['.repeat(60_000), "{'a':1}", '\u0000'];
  for (const body of broken) await assertRefused('/classify', body, 400);
  await assertRefused('/classify', Uint8Array.from([0x22, 0xff, 0xfe, 0x22]), 400);
});

test('deep nesting, huge numbers and half surrogates do not break anything', async () => {
  const deep = `${'['.repeat(60_000)}${']'.repeat(60_000)}`;
  await assertRefused('/classify', deep, 400);
  await assertRefused('/classify', `{"subject":"s","body":"b","x":${deep}}`, 400);
  await assertRefused('/classify/batch', `[${'{},'.repeat(30_000)}{}]`, 400);
  const commas = ticket({ body: '[{,"\\'.repeat(3_000) });
  assert.equal((await post('/classify', commas)).status, 200);
  assert.equal((await post('/classify', '{"subject":"s","body":"b","x":[[[[[]]]]]}')).status, 200);
  assert.equal((await post('/classify', '{"subject":"s","body":"b","n":1e999}')).status, 200);
  assert.equal((await post('/classify', '{"subject":"\\ud800","body":"\\udc00"}')).status, 200);
});

test('too much is a 413 that the caller gets to see', async () => {
  await assertRefused('/classify', 'x'.repeat(3_000_000), 413);
  await assertRefused('/classify/batch', 'x'.repeat(17_000_000), 413);
});

test('unknown paths, wrong methods and encodings', async () => {
  await assertRefused('/nowhere', '{}', 404);
  await assertRefused('/classify/', '{}', 404);
  await assertRefused('/model', '{}', 405);
  const got = await fetch(`${base}/classify`);
  assert.equal(got.status, 405);
  assert.equal(got.headers.get('allow'), 'POST');
  assert.equal((await post('/classify', '{}', { 'content-encoding': 'gzip' })).status, 415);
});

test('a gateway outage is a 503, a bug is a 500 that is logged and tells nothing', async () => {
  classifier.failure = new GatewayUnavailable(new Error('down'));
  const outage = await post('/classify', ticket());
  assert.equal(outage.status, 503);
  assert.ok(outage.headers.has('retry-after'));
  classifier.failure = new TypeError('secret detail');
  const bug = await post('/classify', ticket());
  classifier.failure = null;
  assert.equal(bug.status, 500);
  assert.ok(!JSON.stringify(bug.body).includes('secret'));
  assert.equal(logged.at(-1)[0], 'unexpected error');
});

test('what is not HTTP gets a JSON error, and the service goes on', async () => {
  const text = await new Promise((resolve, reject) => {
    const socket = connect(server.address().port, '127.0.0.1', () => socket.end('nonsense\r\n\r\n'));
    let received = '';
    socket.on('data', (chunk) => (received += chunk));
    socket.on('end', () => resolve(received)).on('error', reject);
  });
  assert.match(text, /^HTTP\/1\.1 400 /);
  assert.ok(JSON.parse(text.split('\r\n\r\n')[1]).error.code);
  assert.equal((await fetch(`${base}/health`)).status, 200);
});

test('a caller who hangs up half-way does no harm', async () => {
  await new Promise((resolve) => {
    const head = 'POST /classify HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"sub';
    const socket = connect(server.address().port, '127.0.0.1', () => {
      socket.write(head, () => socket.destroy());
    });
    socket.on('close', resolve);
  });
  assert.equal((await fetch(`${base}/health`)).status, 200);
});
