/** What outlives a restart: documents and vectors, each in a SQLite file of its own below the limit on a file's size. */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parse, stringify } from "./json.js";

const PAGE_BYTES = 4_096;
const FILE_BYTES = 30 * 1024 * 1024;
const SPARE_VECTORS = 4_000;

/** A write that was not kept. */
export class NotStoredError extends Error {}

/** Documents by id and vectors by the digest of their text. */
export class Store {
  constructor(folder) {
    this.documents = open(join(folder, "documents.db"), "documents (id TEXT PRIMARY KEY, body BLOB NOT NULL)");
    this.vectors = open(join(folder, "vectors.db"), "vectors (hash TEXT PRIMARY KEY, vector BLOB NOT NULL)");
  }

  /** Every document, as stored. */
  readDocuments() {
    return this.documents.prepare("SELECT body FROM documents").all().map((row) => parse(row.body));
  }

  /** Every vector, by its digest. */
  readVectors() {
    const rows = this.vectors.prepare("SELECT hash, vector FROM vectors").all();
    return new Map(rows.map(({ hash, vector }) => [hash, new Float32Array(vector.slice().buffer)]));
  }

  /** Keep all of these documents, or throw and keep none. */
  putDocuments(documents) {
    inTransaction(this.documents, (database) => {
      const put = database.prepare("INSERT OR REPLACE INTO documents VALUES (?, ?)");
      for (const document of documents) put.run(document.id, Buffer.from(stringify(document)));
    });
  }

  /** Forget a document. */
  deleteDocument(id) {
    inTransaction(this.documents, (database) => database.prepare("DELETE FROM documents WHERE id = ?").run(id));
  }

  /** Keep vectors, given as pairs of digest and vector. */
  putVectors(pairs) {
    inTransaction(this.vectors, (database) => {
      const put = database.prepare("INSERT OR REPLACE INTO vectors VALUES (?, ?)");
      for (const [hash, vector] of pairs) put.run(hash, new Uint8Array(vector.buffer));
    });
  }

  /** Forget the vectors of texts that are in no document any more, once there are many. */
  dropVectors(hashes) {
    if (hashes.length < SPARE_VECTORS) return false;
    inTransaction(this.vectors, (database) => {
      const drop = database.prepare("DELETE FROM vectors WHERE hash = ?");
      for (const hash of hashes) drop.run(hash);
    });
    return true;
  }

  /** Close both files. */
  close() {
    for (const database of [this.documents, this.vectors]) database.close();
  }
}

function open(path, table) {
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA temp_store = MEMORY;
    PRAGMA max_page_count = ${FILE_BYTES / PAGE_BYTES};
    CREATE TABLE IF NOT EXISTS ${table} WITHOUT ROWID;
  `);
  return database;
}

function inTransaction(database, work) {
  try {
    database.exec("BEGIN IMMEDIATE");
    work(database);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw new NotStoredError(`the write was not kept: ${error.message}`, { cause: error });
  }
}
