import { readServeConfig } from './config.js';
import { CachedEmbeddings } from './embeddings/cache.js';
import { EmbeddingGateway } from './embeddings/gateway.js';
import { createRoutes } from './http/routes.js';
import { createApiServer } from './http/server.js';
import { Classifier } from './model/classifier.js';
import { loadModel } from './model/store.js';

const { port, modelPath, gateway } = readServeConfig(process.env);
const embeddings = gateway === null ? null : new CachedEmbeddings(new EmbeddingGateway(gateway));
const classifier = new Classifier(await loadModel(modelPath), embeddings);
const server = createApiServer(createRoutes(classifier));

server.listen(port, '127.0.0.1', () => console.log(`listening on 127.0.0.1:${port}`));
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.close();
    server.closeIdleConnections();
  });
}
