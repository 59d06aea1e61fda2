import assert from "node:assert/strict";
import { test } from "node:test";
import { acronyms, meanings } from "../src/acronyms.js";
import { passages } from "../src/chunking.js";
import { counts, isIdentifier, Words, words } from "../src/lexical.js";

test("passages cover a text, overlap a little and cut no character", () => {
  const texts = ["One.", "A sentence of some words. ".repeat(400), "x".repeat(5_000), "😀".repeat(3_000), "漢字。".repeat(900)];
  for (const text of texts) {
    const found = passages(text);
    assert.equal(found[0].start, 0);
    assert.equal(found.at(-1).end, text.length);
    for (const [place, { start, end }] of found.entries()) {
      assert.ok(end > start);
      assert.ok(place === 0 || start <= found[place - 1].end);
      assert.ok(text.slice(start, end).isWellFormed());
    }
  }
  assert.equal(passages("One. Two.").length, 1);
  assert.ok(passages(texts[1])[1].start < passages(texts[1])[0].end);
});

test("an identifier is a word, and so are its parts", () => {
  assert.deepEqual(words("The KB-4711 batteries"), ["kb-4711", "kb", "4711", "battery"]);
  assert.ok(isIdentifier("kb-4711") && isIdentifier("gate_ms") && isIdentifier("4711"));
  assert.ok(!isIdentifier("battery") && !isIdentifier("12"));
});

test("rare words tell more, and a match lies between nothing and all", () => {
  const all = new Words();
  const [first, second] = [counts(words("red green")), counts(words("red blue blue"))];
  all.add(first);
  all.add(second);
  assert.ok(all.weight(all.documentsWith("blue")) > all.weight(all.documentsWith("red")));
  const wanted = new Map([["blue", 1]]);
  assert.equal(all.match(first, wanted), 0);
  assert.ok(all.match(second, wanted) > 0 && all.match(second, wanted) < 1);
  all.remove(second);
  assert.equal(all.documentsWith("blue"), 0);
});

test("acronyms stand for what titles say", () => {
  const titles = new Map([["a", "Radio-frequency identification for pots"], ["b", "Gauge for volatile organic compounds"]]);
  assert.deepEqual(acronyms("RFID reader or VOC meter"), ["RFID", "VOC"]);
  assert.deepEqual(acronyms("WHAT IS THIS"), []);
  assert.deepEqual(meanings("RFID", titles), [["a", "radio frequency identification"]]);
  assert.deepEqual(meanings("VOC", titles), [["b", "volatile organic compounds"]]);
  assert.deepEqual(meanings("XYZ", titles), []);
});
