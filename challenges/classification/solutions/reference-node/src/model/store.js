import { open, readFile, rename } from 'node:fs/promises';
import { CATEGORIES } from '../categories.js';
import { sha256 } from '../hash.js';
import { Boilerplate } from '../text/boilerplate.js';
import { FEATURE_COUNT } from '../text/features.js';
import { DIMENSIONS } from '../embeddings/gateway.js';
import { Encoder, INPUTS } from './encoder.js';
import { Exemplars } from './exemplars.js';
import { LogisticModel } from './logistic.js';

const FORMAT = 1;
const HEADER_BYTES = 4;

function toBytes(array) {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

/** The file: header length, JSON header, then the float arrays one after another. */
export function serialise({ facts, boilerplate, predictor }) {
  const { encoder, exemplars, logistic, temperature } = predictor;
  const arrays = [encoder.idf, encoder.center, logistic.weights, exemplars.vectors];
  const payload = Buffer.concat(arrays.map(toBytes));
  const header = Buffer.from(
    JSON.stringify({
      format: FORMAT,
      facts,
      temperature,
      boilerplate: boilerplate.sentences,
      payload_sha256: sha256(payload),
    }),
  );
  const length = Buffer.alloc(HEADER_BYTES);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, header, payload]);
}

function readHeader(bytes) {
  const end = HEADER_BYTES + bytes.readUInt32LE(0);
  const header = JSON.parse(bytes.toString('utf8', HEADER_BYTES, end));
  const payload = bytes.subarray(end);
  if (header.format !== FORMAT) throw new Error(`the model has format ${header.format}, not ${FORMAT}`);
  if (sha256(payload) !== header.payload_sha256) throw new Error('the model file is damaged');
  return { header, payload };
}

/** Takes float arrays off the payload one after another. */
function arrayReader(payload) {
  const floats = new Float32Array(new Uint8Array(payload).buffer);
  let start = 0;
  return (length = floats.length - start) => {
    const array = floats.subarray(start, start + length);
    start += length;
    return array;
  };
}

export function deserialise(bytes) {
  const { header, payload } = readHeader(bytes);
  const take = arrayReader(payload);
  const encoder = new Encoder(take(FEATURE_COUNT), take(DIMENSIONS));
  const classes = CATEGORIES.length;
  const logistic = new LogisticModel(classes, INPUTS, take((INPUTS + 1) * classes));
  return {
    facts: header.facts,
    boilerplate: new Boilerplate(header.boilerplate),
    parts: { encoder, logistic, exemplars: new Exemplars(take()), temperature: header.temperature },
  };
}

/** Writes beside the file first: a killed training leaves the old model or the new one, never half. */
export async function saveModel(path, bytes) {
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

export async function loadModel(path) {
  return deserialise(await readFile(path));
}
