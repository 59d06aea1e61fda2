import { readTrainConfig } from './config.js';
import { EmbeddingGateway, GatewayUnavailable } from './embeddings/gateway.js';
import { saveModel, serialise } from './model/store.js';
import { readDataset } from './training/dataset.js';
import { trainModel } from './training/pipeline.js';

const RELEASE = '1';
// Of the 240 s, what the gateway may take in all, so that there is time to train without it.
const EMBEDDING_BUDGET_MS = 130_000;
const REQUEST_SIZE = 32;
const ATTEMPT_MS = 5_000;

/** Embeds in small steps, one after another: the gateway manages some 50 texts a second. */
function patientEmbedder(gateway) {
  const deadline = performance.now() + EMBEDDING_BUDGET_MS;
  return async (texts) => {
    const vectors = [];
    for (let start = 0; start < texts.length; start += REQUEST_SIZE) {
      const part = texts.slice(start, start + REQUEST_SIZE);
      vectors.push(...(await gateway.embed(part, deadline - performance.now())));
    }
    return vectors;
  };
}

async function trainWithOrWithout(train, validation, gateway) {
  if (gateway !== null) {
    try {
      const embed = patientEmbedder(new EmbeddingGateway(gateway, ATTEMPT_MS));
      return { embeddings: true, ...(await trainModel(train, validation, embed)) };
    } catch (error) {
      if (!(error instanceof GatewayUnavailable)) throw error;
      console.warn(`${error.message}: training on n-grams alone`);
    }
  }
  return { embeddings: false, ...(await trainModel(train, validation, null)) };
}

async function main() {
  const { trainingDir, modelPath, gateway } = readTrainConfig(process.env);
  const train = await readDataset(trainingDir, 'train.csv');
  const validation = await readDataset(trainingDir, 'validation.csv');
  const { embeddings, boilerplate, predictor, policy, claim, report } = await trainWithOrWithout(
    train.examples,
    validation.examples,
    gateway,
  );
  const facts = {
    version: `${RELEASE}-${embeddings ? 'embeddings' : 'ngrams'}-${train.sha256.slice(0, 12)}`,
    training_sha256: train.sha256,
    claims: { macro_f1: claim },
    embeddings,
    policy,
  };
  await saveModel(modelPath, serialise({ facts, boilerplate, predictor }));
  console.log(JSON.stringify({ ...facts, report }, null, 2));
}

await main();
