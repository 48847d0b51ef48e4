const SPACE = 32;

/** Follows one record over its lines: how many values it has, whether a quote is open, whether quotes broke it. */
export class RecordScan {
  readonly #separator: number;
  readonly #quote: number;
  columns = 1;
  /** A quoted value goes on on the next line. */
  isOpen = false;
  /** Something other than a separator follows a closing quote. */
  isBroken = false;

  constructor(separator: string, quote: string) {
    this.#separator = separator.charCodeAt(0);
    this.#quote = quote.charCodeAt(0);
  }

  /** Takes the next physical line, without its line end. */
  push(line: Uint8Array): void {
    if (!line.includes(this.#quote)) {
      if (this.isOpen) return;
      for (
        let at = line.indexOf(this.#separator);
        at >= 0;
        at = line.indexOf(this.#separator, at + 1)
      )
        this.columns += 1;
      return;
    }
    let index = this.isOpen ? this.#close(line, 0) : 0;
    while (!this.isOpen && !this.isBroken && index <= line.length) {
      let start = index;
      if (this.#separator !== SPACE) while (line[start] === SPACE) start += 1;
      if (line[start] === this.#quote) {
        index = this.#close(line, start + 1);
      } else {
        const at = line.indexOf(this.#separator, index);
        index = at < 0 ? line.length + 1 : at + 1;
        if (at >= 0) this.columns += 1;
      }
    }
  }

  /** From inside a quoted value to the beginning of the next value, or past the end of the line. */
  #close(line: Uint8Array, from: number): number {
    this.isOpen = true;
    for (let at = line.indexOf(this.#quote, from); at >= 0; at = line.indexOf(this.#quote, at)) {
      if (line[at + 1] === this.#quote) {
        at += 2;
        continue;
      }
      this.isOpen = false;
      let next = at + 1;
      if (this.#separator !== SPACE) while (line[next] === SPACE) next += 1;
      if (next >= line.length) return line.length + 1;
      this.isBroken = line[next] !== this.#separator;
      if (!this.isBroken) this.columns += 1;
      return next + 1;
    }
    return line.length + 1;
  }
}
