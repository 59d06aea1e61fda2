const QUOTE = '"';

class CsvReader {
  constructor(text) {
    this.text = text;
    this.position = text.startsWith('\uFEFF') ? 1 : 0;
  }

  get done() {
    return this.position >= this.text.length;
  }

  readRecord() {
    const fields = [];
    do {
      fields.push(this.readField());
    } while (this.skipComma());
    this.skipLineEnd();
    return fields;
  }

  readField() {
    return this.text[this.position] === QUOTE ? this.readQuoted() : this.readPlain();
  }

  readPlain() {
    const start = this.position;
    while (!this.done && !',\r\n'.includes(this.text[this.position])) {
      this.position += 1;
    }
    return this.text.slice(start, this.position);
  }

  readQuoted() {
    let value = '';
    let start = this.position + 1;
    for (;;) {
      const end = this.text.indexOf(QUOTE, start);
      if (end === -1) throw new Error('CSV: a quoted field is not closed');
      value += this.text.slice(start, end);
      this.position = end + 1;
      if (this.text[end + 1] !== QUOTE) return value + this.readPlain();
      value += QUOTE;
      start = end + 2;
    }
  }

  skipComma() {
    if (this.text[this.position] !== ',') return false;
    this.position += 1;
    return true;
  }

  skipLineEnd() {
    if (this.text[this.position] === '\r') this.position += 1;
    if (this.text[this.position] === '\n') this.position += 1;
  }
}

/** Parses RFC 4180 text with a header line into one object per record; blank lines are skipped. */
export function parseCsv(text) {
  const reader = new CsvReader(text);
  if (reader.done) return [];
  const header = reader.readRecord().map((name) => name.trim());
  const rows = [];
  while (!reader.done) {
    const fields = reader.readRecord();
    if (fields.length === 1 && fields[0] === '') continue;
    rows.push(Object.fromEntries(header.map((name, i) => [name, fields[i] ?? ''])));
  }
  return rows;
}
