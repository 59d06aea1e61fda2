import { CATEGORIES } from '../categories.js';
import { meanEmbedding, Encoder, INPUTS, readTicket } from '../model/encoder.js';
import { calibrationError, fitTemperature } from '../model/calibration.js';
import { Exemplars } from '../model/exemplars.js';
import { softmax, trainLogistic } from '../model/logistic.js';
import { Predictor } from '../model/predictor.js';
import { chooseMargin, chooseRoute } from '../model/routing.js';
import { macroF1, perClass } from '../metrics.js';
import { learnBoilerplate } from '../text/boilerplate.js';
import { ticketSentences } from '../text/clean.js';
import { countFeatures, inverseFrequencies } from '../text/features.js';
import { categoryWeights, dropContradicted } from './noise.js';

const CLASSES = CATEGORIES.length;
// Two people agreed on a validation label, and its ticket is newer.
const VALIDATION_WEIGHT = 2;
// A ticket stranger than this share of validation goes to a person.
const STRANGE_SHARE = 0.02;
// The claim stays below what was measured: incoming tickets are newer than validation.
const CLAIM_DISCOUNT = 0.03;

/** Reads tickets and embeds each distinct text once; `embed` may be null. */
async function prepare(examples, boilerplate, embed) {
  const read = examples.map((example) => readTicket(example, boilerplate));
  const texts = [...new Set(read.map(({ text }) => text))].filter((text) => text !== '');
  const vectors = embed === null ? [] : await embed(texts);
  const byText = new Map(vectors.map((vector, i) => [texts[i], vector]));
  return examples.map(({ label }, i) => ({
    read: read[i],
    label,
    weight: 1,
    embedding: byText.get(read[i].text) ?? null,
  }));
}

/** Examples that say the same in the same category count as one and a bit, not once each. */
export function discountRepeats(examples) {
  const groups = Map.groupBy(examples, ({ read, label }) => `${label} ${read.text}`);
  return [...groups.values()].flatMap((same) =>
    same.map((example) => ({ ...example, weight: example.weight / Math.sqrt(same.length) })),
  );
}

function fitLogistic(examples, encoder) {
  const lift = categoryWeights(examples);
  const rows = discountRepeats(examples).map(({ read, embedding, label, weight }) => ({
    vector: encoder.encode(read, embedding),
    label,
    weight: weight * lift[label],
  }));
  return trainLogistic(rows, { classes: CLASSES, inputs: INPUTS });
}

function learnEncoder(examples) {
  return new Encoder(
    inverseFrequencies(examples.map(({ read }) => countFeatures(read.sentences))),
    meanEmbedding(examples.map(({ embedding }) => embedding)),
  );
}

function dropNoise(examples, encoder) {
  return dropContradicted(examples, (others) => {
    const model = fitLogistic(others, encoder);
    return ({ read, embedding }) => softmax(model.scores(encoder.encode(read, embedding)));
  });
}

function exemplarsOf(examples) {
  const distinct = new Map(examples.map(({ read, embedding }) => [read.text, embedding]));
  return Exemplars.of([...distinct.values()].filter((embedding) => embedding !== null));
}

function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * sorted.length)] ?? 0;
}

/** Chooses temperature and policy on validation with a model that has not seen it, and measures it. */
function assess(train, validation, encoder) {
  const logistic = fitLogistic(train, encoder);
  const scored = validation.map(({ read, embedding, label }) => ({
    scores: logistic.scores(encoder.encode(read, embedding)),
    truth: label,
  }));
  const temperature = fitTemperature(scored);
  const predictor = new Predictor({ encoder, logistic, exemplars: exemplarsOf(train), temperature });
  const predictions = validation.map(({ read, embedding, label }) => ({
    ...predictor.predict(read, embedding),
    truth: label,
  }));
  const minSimilarity = quantile(predictions.map(({ similarity }) => similarity), STRANGE_SHARE);
  const { margin, total } = chooseMargin(predictions, minSimilarity);
  const policy = { margin, minSimilarity };
  return { temperature, policy, report: measure(predictions, policy, total) };
}

function measure(predictions, policy, total) {
  const outcomes = predictions.map(({ confidence, predicted, truth }) => ({
    confidence,
    correct: predicted === truth,
  }));
  const automatic = predictions.filter((prediction) => chooseRoute(prediction, policy) === 'auto');
  return {
    macroF1: macroF1(predictions, CLASSES),
    recall: perClass(predictions, CLASSES).map(({ recall }) => recall),
    calibrationError: calibrationError(outcomes),
    automatic: automatic.length,
    wrongAutomatic: automatic.filter(({ predicted, truth }) => predicted !== truth).length,
    utilityPerTicket: total / predictions.length,
  };
}

/** Trains on labelled tickets; `embed(texts)` gives vectors, or is null to do without. */
export async function trainModel(trainExamples, validationExamples, embed) {
  const boilerplate = learnBoilerplate(
    trainExamples.map((example) => ({ sentences: ticketSentences(example), label: example.label })),
  );
  const prepared = await prepare([...trainExamples, ...validationExamples], boilerplate, embed);
  const train = prepared.slice(0, trainExamples.length);
  const validation = prepared.slice(trainExamples.length);
  const encoder = learnEncoder(train);
  const kept = dropNoise(train, encoder);
  const { temperature, policy, report } = assess(kept, validation, encoder);
  const all = [...kept, ...validation.map((example) => ({ ...example, weight: VALIDATION_WEIGHT }))];
  const predictor = new Predictor({
    encoder,
    logistic: fitLogistic(all, encoder),
    exemplars: exemplarsOf(all),
    temperature,
  });
  const claim = Math.round((report.macroF1 - CLAIM_DISCOUNT) * 1000) / 1000;
  const dropped = train.length - kept.length;
  return { boilerplate, predictor, policy, claim, report: { ...report, dropped, temperature, policy } };
}
