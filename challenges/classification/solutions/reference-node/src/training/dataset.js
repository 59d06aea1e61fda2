import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { categoryIndex } from '../categories.js';
import { parseCsv } from '../data/csv.js';
import { sha256 } from '../hash.js';

// Only these columns are kept: queue and channel are not there when a ticket comes in.
function toExample({ subject = '', body = '', category = '' }) {
  return { subject, body, label: categoryIndex(category) };
}

/** Labelled tickets of one CSV file and the file's SHA-256; rows of no known category are left out. */
export async function readDataset(directory, name) {
  const bytes = await readFile(join(directory, name));
  const examples = parseCsv(bytes.toString('utf8')).map(toExample);
  return { sha256: sha256(bytes), examples: examples.filter(({ label }) => label >= 0) };
}
