import { join } from 'node:path';

function required(env, name) {
  const value = env[name];
  if (value === undefined || value === '') throw new Error(`the environment variable ${name} is not set`);
  return value;
}

function readPort(env) {
  const port = Number(required(env, 'PORT'));
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT is not a port number');
  return port;
}

/** Where the embeddings come from; null when no gateway is configured. */
export function readGateway(env) {
  if (!env.EMBEDDINGS_URL) return null;
  return {
    url: `${env.EMBEDDINGS_URL.replace(/\/+$/, '')}/embeddings`,
    key: env.EMBEDDINGS_API_KEY ?? '',
    model: env.EMBEDDINGS_MODEL ?? 'all-MiniLM-L6-v2',
  };
}

const modelPath = (env) => join(required(env, 'DATA_DIR'), 'model.bin');

export function readTrainConfig(env) {
  return { trainingDir: required(env, 'TRAINING_DIR'), modelPath: modelPath(env), gateway: readGateway(env) };
}

export function readServeConfig(env) {
  return { port: readPort(env), modelPath: modelPath(env), gateway: readGateway(env) };
}
