import { GatewayUnavailable } from '../embeddings/gateway.js';
import { BATCH_LIMIT, ONE_TICKET_LIMIT, readJson } from './body.js';
import { ApiError } from './errors.js';
import { parseBatch, parseTicket } from './validation.js';

async function classify(classifier, tickets) {
  try {
    return await classifier.classify(tickets);
  } catch (error) {
    if (!(error instanceof GatewayUnavailable)) throw error;
    // A guess without the embedding could differ from the answer of a minute later: refuse honestly.
    throw new ApiError(503, 'embeddings_unavailable', 'the ticket cannot be read now, try again', {
      'retry-after': '5',
    });
  }
}

/** The service's paths: Map(path -> Map(method -> handler)). */
export function createRoutes(classifier) {
  const one = async (request) => {
    const ticket = parseTicket(await readJson(request, ONE_TICKET_LIMIT));
    const [result] = await classify(classifier, [ticket]);
    return result;
  };
  const batch = async (request) => {
    const tickets = parseBatch(await readJson(request, BATCH_LIMIT));
    return { results: await classify(classifier, tickets) };
  };
  return new Map([
    ['/health', new Map([['GET', () => ({ status: 'ok' })]])],
    ['/model', new Map([['GET', () => classifier.describe()]])],
    ['/classify', new Map([['POST', one]])],
    ['/classify/batch', new Map([['POST', batch]])],
  ]);
}
