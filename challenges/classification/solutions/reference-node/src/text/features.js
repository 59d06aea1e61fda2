import { tokenise } from './tokens.js';

export const FEATURE_BITS = 17;
export const FEATURE_COUNT = 2 ** FEATURE_BITS;
const MASK = FEATURE_COUNT - 1;
const SEEDS = { word: 0x1234567, pair: 0x2345678, subject: 0x3456789, char: 0x4567890 };
const CHAR_MIN = 3;
const CHAR_MAX = 5;
const BOUNDARY = 0x20;

const step = (hash, unit) => Math.imul(hash ^ unit, 0x01000193);

function finish(hash) {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) & MASK;
}

function hashText(text, seed) {
  let hash = seed;
  for (let i = 0; i < text.length; i += 1) hash = step(hash, text.charCodeAt(i));
  return hash;
}

/** Counts of hashed features that are scaled together. */
class Block {
  constructor(weight) {
    this.weight = weight;
    this.counts = new Map();
  }

  add(hash) {
    const index = finish(hash);
    this.counts.set(index, (this.counts.get(index) ?? 0) + 1);
  }

  addCharacters(word) {
    const padded = ` ${word} `;
    for (let start = 0; start + CHAR_MIN <= padded.length; start += 1) {
      let hash = SEEDS.char;
      const end = Math.min(start + CHAR_MAX, padded.length);
      for (let i = start; i < end; i += 1) {
        hash = step(hash, padded.charCodeAt(i));
        if (i - start + 1 >= CHAR_MIN) this.add(hash);
      }
    }
  }

  addWords(words, seed) {
    for (const word of words) this.add(hashText(word, seed));
  }

  addPairs(words) {
    for (let i = 1; i < words.length; i += 1) {
      this.add(hashText(words[i], step(hashText(words[i - 1], SEEDS.pair), BOUNDARY)));
    }
  }
}

/** Word, word pair, subject word and character n-gram counts of a ticket's telling sentences. */
export function countFeatures({ subject, body }) {
  const words = new Block(1);
  const characters = new Block(0.8);
  for (const sentence of body) {
    const tokens = tokenise(sentence);
    words.addWords(tokens, SEEDS.word);
    words.addPairs(tokens);
    for (const token of tokens) characters.addCharacters(token);
  }
  for (const sentence of subject) {
    const tokens = tokenise(sentence);
    words.addWords(tokens, SEEDS.subject);
    for (const token of tokens) characters.addCharacters(token);
  }
  return [words, characters].filter((block) => block.counts.size > 0);
}

/** Inverse document frequency of every feature in the blocks of many tickets. */
export function inverseFrequencies(documents) {
  const seen = new Float32Array(FEATURE_COUNT);
  for (const blocks of documents) {
    for (const block of blocks) for (const index of block.counts.keys()) seen[index] += 1;
  }
  return seen.map((count) => Math.log((documents.length + 1) / (count + 1)) + 1);
}

function blockValues(block, idf) {
  const values = Array.from(block.counts, ([index, count]) => (1 + Math.log(count)) * idf[index]);
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return values.map((value) => (value * block.weight) / norm);
}

/** The sparse part of a ticket's vector: each block tf-idf weighted and scaled to its own length. */
export function toSparse(blocks, idf) {
  return {
    indices: blocks.flatMap((block) => [...block.counts.keys()]),
    values: blocks.flatMap((block) => blockValues(block, idf)),
  };
}
