import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCsv } from '../src/data/csv.js';
import { categoryIndex } from '../src/categories.js';
import { Boilerplate, learnBoilerplate, tellingSentences, withinEdits } from '../src/text/boilerplate.js';
import { ownLines, ticketSentences } from '../src/text/clean.js';
import { countFeatures, FEATURE_COUNT, inverseFrequencies, toSparse } from '../src/text/features.js';
import { stripHtml } from '../src/text/html.js';
import { sentenceKey, tokenise } from '../src/text/tokens.js';

test('CSV: quotes, commas and line ends inside fields, a BOM, blank lines', () => {
  const text = '\uFEFFa,b\r\n"x, ""y""\nz",2\r\n\r\n,\n"last",';
  assert.deepEqual(parseCsv(text), [
    { a: 'x, "y"\nz', b: '2' },
    { a: '', b: '' },
    { a: 'last', b: '' },
  ]);
  assert.deepEqual(parseCsv(''), []);
  assert.throws(() => parseCsv('a\n"open'), /not closed/);
});

test('categories are known in other spellings, and only those', () => {
  assert.equal(categoryIndex(' Slow-Connection '), categoryIndex('slow_connection'));
  assert.equal(categoryIndex('billing'), 0);
  assert.equal(categoryIndex('other'), -1);
});

test('HTML loses tags, scripts and entities', () => {
  assert.equal(
    stripHtml('<style>p{}</style><p>a &amp; b<br>c &#163;5 &#x41; &#9999999;</p>').trim(),
    'a & b\nc £5 A &#9999999;',
  );
  assert.equal(stripHtml('speed < 5 and > 3'), 'speed < 5 and > 3');
  assert.equal(stripHtml('<script>open'), ' open');
});

test('hostile markup is read in linear time', () => {
  const start = performance.now();
  for (const text of ['<style'.repeat(3_000), '<'.repeat(20_000), '&'.repeat(20_000), 'a@'.repeat(9_000)]) {
    ticketSentences({ subject: '', body: text });
  }
  assert.ok(performance.now() - start < 2_000);
});

test('quotes and signatures are not the writer’s own lines', () => {
  const mail = 'Hello\n> old\nI am here\n-----Original message-----\nFrom: x\nnot mine';
  assert.deepEqual(ownLines(mail), ['Hello', 'I am here']);
  assert.deepEqual(ownLines('A\nOn 3 May Support wrote:\nB'), ['A']);
  assert.deepEqual(ownLines('A\nSent from my phone\nB'), ['A']);
  assert.deepEqual(ownLines('A\n--\nB'), ['A']);
});

test('a ticket is split into sentences; a mail of nothing but quotes is read whole', () => {
  const ticket = { subject: 'Re: RE: No line', body: 'It is £3.50. Why? As said: no' };
  assert.deepEqual(ticketSentences(ticket), {
    subject: ['No line'],
    body: ['It is £3.50.', 'Why?', 'As said:', 'no'],
  });
  assert.deepEqual(ticketSentences({ subject: '', body: '> A man rang.\n> ...' }).body, ['A man rang.']);
});

test('tokens: marks stand for sums, dates, links and addresses', () => {
  assert.deepEqual(tokenise("I don't pay £3.50 on Monday, see www.x.org or a@b.c"), [
    ...['i', "don't", 'pay', '#money', 'on', '#day', 'see', '#link', 'or', '#mail'],
  ]);
  assert.equal(sentenceKey('We moved to Lower Fenwick on 3 June'), 'we moved to #name on #date');
  assert.equal(sentenceKey('Since the 5th it may work'), 'since #date it may work');
});

test('words within edits', () => {
  assert.ok(withinEdits('there', 'tehre', 1));
  assert.ok(withinEdits('there', 'thre', 1));
  assert.ok(withinEdits('there', 'theere', 1));
  assert.ok(withinEdits('', 'a', 1));
  assert.ok(!withinEdits('there', 'where', 0));
  assert.ok(!withinEdits('there', 'thxyz', 2));
  assert.ok(!withinEdits('a', 'abc', 1));
});

function examplesOf(sentence, labels) {
  return labels.map((label) => ({ sentences: { subject: [], body: [sentence] }, label }));
}

test('boilerplate comes with many categories and is known again in spite of typing errors', () => {
  const boilerplate = learnBoilerplate([
    ...examplesOf('I hope you are well.', [0, 1, 2, 3, 0]),
    ...examplesOf('Where is my parcel?', [4, 4, 4, 4, 1, 2]),
    ...examplesOf('Rarely said.', [0, 1, 2]),
  ]);
  assert.deepEqual(boilerplate.sentences, ['i hope you are well']);
  const told = tellingSentences(
    { subject: ['I hope yuo are wel'], body: ['I hope you are not well.', 'Where is my parcel?'] },
    boilerplate,
  );
  assert.deepEqual(told, { subject: [], body: ['I hope you are not well.', 'Where is my parcel?'] });
});

test('one odd word is forgiven in a long sentence only', () => {
  const boilerplate = new Boilerplate(['one two three four five six seven eight', 'i want to stay']);
  assert.ok(boilerplate.includes('One, XX, three, four, five, six, seven, eight') === false);
  assert.ok(new Boilerplate(['aa bb cc dd ee ff gg hh']).includes('aa bb cc dd zzzz ff gg hh'));
  assert.ok(!new Boilerplate(['aa bb cc dd ee ff gg hh']).includes('aa bb zzzz dd zzzz ff gg hh'));
  assert.ok(!boilerplate.includes('I want to leave'));
});

test('features: blocks have their own length, the same text gives the same vector', () => {
  const sentences = { subject: ['No line'], body: ['The line is dead.'] };
  const documents = [countFeatures(sentences), countFeatures({ subject: [], body: ['The bill'] })];
  const idf = inverseFrequencies(documents);
  assert.equal(idf.length, FEATURE_COUNT);
  const { indices, values } = toSparse(countFeatures(sentences), idf);
  assert.deepEqual(toSparse(countFeatures(sentences), idf), { indices, values });
  const square = values.reduce((sum, value) => sum + value * value, 0);
  assert.ok(Math.abs(square - (1 + 0.8 ** 2)) < 1e-6);
  assert.deepEqual(countFeatures({ subject: [], body: [] }), []);
});
