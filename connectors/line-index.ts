/** From records to the physical lines they begin on: only the shifts that blank and multi-line records cause are kept. */
export class LineIndex {
  #size = 0;
  #records = new Uint32Array(64);
  #shifts = new Uint32Array(64);

  /** Notes that `record` begins on `line`; records come in order. */
  add(record: number, line: number): void {
    const shift = line - record;
    if (this.#size > 0 && this.#shifts[this.#size - 1] === shift) return;
    if (this.#size === this.#records.length) {
      this.#records = grown(this.#records);
      this.#shifts = grown(this.#shifts);
    }
    this.#records[this.#size] = record;
    this.#shifts[this.#size] = shift;
    this.#size += 1;
  }

  /** Line on which a record begins, both from 1. */
  lineOf(record: number): number {
    const position = lastWhere(this.#size, (index) => this.#records[index]! <= record);
    return position < 0 ? record : record + this.#shifts[position]!;
  }

  /** The record that a line belongs to: the last of `records` that begins on it or before; 0 for the header. */
  recordOf(line: number, records: number): number {
    return lastWhere(records, (index) => this.lineOf(index + 1) <= line) + 1;
  }
}

function grown(values: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(values.length * 2);
  larger.set(values);
  return larger;
}

/** Last of the indexes 0 to size - 1 for which a test holds that holds up to some index; -1 for none. */
function lastWhere(size: number, test: (index: number) => boolean): number {
  let low = -1;
  let high = size;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (test(middle)) low = middle;
    else high = middle;
  }
  return low;
}
