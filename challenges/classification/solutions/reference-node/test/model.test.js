import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CATEGORIES, SECURITY } from '../src/categories.js';
import { readServeConfig } from '../src/config.js';
import { DIMENSIONS } from '../src/embeddings/gateway.js';
import { macroF1, perClass } from '../src/metrics.js';
import { calibrationError, fitTemperature } from '../src/model/calibration.js';
import { Classifier } from '../src/model/classifier.js';
import { Exemplars } from '../src/model/exemplars.js';
import { softmax } from '../src/model/logistic.js';
import { chooseMargin, chooseRoute, expectedUtility, utility } from '../src/model/routing.js';
import { deserialise, loadModel, saveModel, serialise } from '../src/model/store.js';
import { assignFolds, categoryWeights, contradicted } from '../src/training/noise.js';
import { readDataset } from '../src/training/dataset.js';
import { discountRepeats, trainModel } from '../src/training/pipeline.js';

const close = (actual, expected) => assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} ${expected}`);

test('macro-F1 counts every class that occurs the same', () => {
  const outcomes = [[0, 0], [0, 0], [0, 1], [1, 1], [2, 0]].map(([truth, predicted]) => ({ truth, predicted }));
  close(perClass(outcomes, 4)[0].recall, 2 / 3);
  close(macroF1(outcomes, 4), (2 / 3 + 2 / 3 + 0) / 3);
  close(macroF1([], 4), 0);
});

test('softmax sums to one and does not overflow', () => {
  close(softmax(Float64Array.of(1000, 1000))[0], 0.5);
  assert.ok(softmax(Float64Array.of(0, 1), 0.5)[1] > softmax(Float64Array.of(0, 1), 2)[1]);
});

test('temperature: wrong and sure is flattened, right and unsure sharpened', () => {
  const scored = (truths) => truths.map((truth) => ({ scores: Float64Array.of(1, 0), truth }));
  assert.ok(fitTemperature(scored([0, 0, 0, 1, 1])) > 2);
  assert.ok(fitTemperature(scored([0, 0, 0, 0])) < 0.2);
  close(calibrationError([{ confidence: 0.8, correct: true }, { confidence: 0.8, correct: false }]), 0.3);
});

test('routing follows the stated gains and costs', () => {
  const probabilities = new Array(CATEGORIES.length).fill(0);
  probabilities[0] = 0.8;
  probabilities[1] = 0.2;
  close(expectedUtility(probabilities, 0), 0.8 - 0.6);
  probabilities[1] = 0;
  probabilities[SECURITY] = 0.2;
  close(expectedUtility(probabilities, 0), 0.8 - 2);
  close(expectedUtility(probabilities, SECURITY), 0.2 - 3 * 0.8);
  assert.deepEqual([utility(1, 1), utility(0, 1), utility(0, SECURITY)], [1, -3, -10]);
});

test('a ticket is routed by itself only if it pays off, is familiar and says something', () => {
  const policy = { margin: 0.1, minSimilarity: 0.4 };
  const good = { expected: 0.5, similarity: 0.9, empty: false };
  assert.equal(chooseRoute(good, policy), 'auto');
  assert.equal(chooseRoute({ ...good, expected: 0.1 }, policy), 'human');
  assert.equal(chooseRoute({ ...good, similarity: 0.3 }, policy), 'human');
  assert.equal(chooseRoute({ ...good, empty: true }, policy), 'human');
});

test('the margin avoids what lost money on validation', () => {
  const seen = (expected, predicted, truth) => ({ expected, predicted, truth, similarity: 1, empty: false });
  const { margin, total } = chooseMargin([seen(0.9, 1, 1), seen(0.3, 1, 2), seen(-0.5, 1, 1)], 0);
  assert.ok(margin >= 0.3);
  assert.equal(total, 1);
});

test('exemplars tell how familiar a text is', () => {
  const axis = (i) => Float32Array.from({ length: DIMENSIONS }, (_, j) => Number(i === j));
  const exemplars = Exemplars.of([axis(0), axis(1)]);
  close(exemplars.similarity(axis(1)), 1);
  close(exemplars.similarity(axis(2)), 0);
  close(exemplars.similarity(null), 1);
});

test('noise: folds are even and the same each time, only clear contradictions count', () => {
  const folds = assignFolds(90);
  assert.deepEqual(folds, assignFolds(90));
  assert.equal(folds.filter((fold) => fold === 2).length, 30);
  assert.ok(contradicted([0.05, 0.95], 0));
  assert.ok(!contradicted([0.05, 0.95], 1));
  assert.ok(!contradicted([0.05, 0.5, 0.45], 0));
  const weights = categoryWeights([{ label: 0 }, { label: 0 }, { label: 0 }, { label: 0 }, { label: 1 }]);
  close(weights[1] / weights[0], 2);
});

test('repeats of a text weigh less each', () => {
  const example = (text, label) => ({ read: { text }, label, weight: 1 });
  const rows = discountRepeats([example('a', 0), example('a', 0), example('a', 1), example('b', 0)]);
  const weights = rows.map(({ weight }) => weight.toFixed(2)).sort();
  assert.deepEqual(weights, ['0.71', '0.71', '1.00', '1.00']);
});

test('the configuration is checked when the service starts', () => {
  assert.throws(() => readServeConfig({ PORT: 'x', DATA_DIR: 'd' }), /PORT/);
  assert.throws(() => readServeConfig({ PORT: '1' }), /DATA_DIR/);
  const { gateway } = readServeConfig({ PORT: '1', DATA_DIR: 'd', EMBEDDINGS_URL: 'http://x/v1/' });
  assert.equal(gateway.url, 'http://x/v1/embeddings');
  assert.equal(readServeConfig({ PORT: '1', DATA_DIR: 'd' }).gateway, null);
});

const TOPICS = {
  billing: ['invoice', 'price', 'charge'],
  outage: ['dead', 'blackout', 'offline'],
  security: ['fraud', 'phishing', 'stolen'],
};
const POLITE = ['Good day.', 'I hope you are well.', 'Many thanks.'];

function sampleTickets(count) {
  return Array.from({ length: count }, (_, i) => {
    const [category, words] = Object.entries(TOPICS)[i % 3];
    const word = words[Math.floor(i / 3) % 3];
    return { subject: 'Help', body: `${POLITE[i % 2]} This ${word} number ${i} is ${word}. Bye.`, label: CATEGORIES.indexOf(category) };
  });
}

function fakeEmbed(texts) {
  const words = Object.values(TOPICS).flat();
  return Promise.resolve(
    texts.map((text) => Float32Array.from({ length: DIMENSIONS }, (_, i) => Number(i < 9 && text.includes(words[i])))),
  );
}

const facts = { version: 'v', training_sha256: 's', claims: { macro_f1: 0.5 } };
let directory;
let trained;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'model-'));
  trained = await trainModel(sampleTickets(90), sampleTickets(18), fakeEmbed);
});
after(() => rm(directory, { recursive: true }));

function classifierOf(model, embeddings) {
  const bytes = serialise({ ...model, facts: { ...facts, embeddings, policy: model.policy } });
  return new Classifier(deserialise(bytes), embeddings ? { embed: fakeEmbed } : null);
}

test('a trained model classifies; alone, in a batch and after loading alike', async () => {
  const classifier = classifierOf(trained, true);
  const tickets = [
    { subject: '', body: 'There is a fraud here.' },
    { subject: 'x', body: 'The invoice is odd.' },
    { subject: '', body: 'Good day.' },
  ];
  const together = await classifier.classify(tickets);
  assert.deepEqual(together.map(({ category }) => category).slice(0, 2), ['security', 'billing']);
  assert.equal(together[2].route, 'human');
  for (const [i, ticket] of tickets.entries()) {
    assert.deepEqual(await classifier.classify([ticket]), [together[i]]);
  }
  assert.ok(together.every(({ confidence }) => confidence >= 0 && confidence <= 1));
  assert.deepEqual(classifier.describe(), facts);
});

test('training twice gives the same bytes; without a gateway it works too', async () => {
  const again = await trainModel(sampleTickets(90), sampleTickets(18), fakeEmbed);
  assert.ok(serialise({ ...again, facts }).equals(serialise({ ...trained, facts })));
  const plain = await trainModel(sampleTickets(90), sampleTickets(18), null);
  const [answer] = await classifierOf(plain, false).classify([{ subject: '', body: 'A blackout.' }]);
  assert.equal(answer.category, 'outage');
  assert.throws(() => new Classifier({ facts: { embeddings: true } }, null), /EMBEDDINGS_URL/);
});

test('a damaged model file is noticed', async () => {
  const path = join(directory, 'model.bin');
  await saveModel(path, serialise({ ...trained, facts }));
  assert.deepEqual((await loadModel(path)).facts, facts);
  const bytes = await readFile(path);
  bytes[bytes.length - 1] ^= 1;
  await saveModel(path, bytes);
  await assert.rejects(loadModel(path), /damaged/);
});

test('rows of unknown categories are left out of a dataset', async () => {
  await writeFile(join(directory, 'train.csv'), 'subject,body,category,queue\na,b,billing,q\nc,d,other,q\n');
  const { examples, sha256 } = await readDataset(directory, 'train.csv');
  assert.deepEqual(examples, [{ subject: 'a', body: 'b', label: 0 }]);
  assert.match(sha256, /^[0-9a-f]{64}$/);
});
