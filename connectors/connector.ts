/** A file of records that DuckDB can read as it stands: UTF-8, one dialect, every record accounted for. */
export interface TableFile {
  kind: "table_file";
  /** What DuckDB reads: the landed copy, gzipped when `compressed`, or a UTF-8 copy that `release` removes. */
  path: string;
  /** The landed copy, content-addressed, as the file came. */
  landed: string;
  /** Base name of the file as it came. */
  name: string;
  /** Size of the file as it came. */
  bytes: number;
  /** Of the file as it came, hexadecimal. */
  sha256: string;
  /** Of what `path` names. */
  compressed: boolean;
  /** Encoding the file came in; a workbook's is its own. */
  encoding: string;
  /** Character between values. */
  separator: string;
  /** Character around quoted values; doubled inside them. */
  quote: string;
  /** Column names: `column_3` for the third when its cell is empty, `Titre#2` for the second of one name. */
  header: string[];
  /** Records after the header, by RFC 4180, good and bad; blank lines are none. */
  records: number;
  /** Bytes of the longest record in `path`, or somewhat more. */
  longestRecord: number;
  /** Lines before the header that `path` does not hold. */
  skippedLines: number;
  /** Physical line, from 1, on which a record begins; records are numbered from 1. */
  lineOf: (record: number) => number;
  /** The record that a physical line belongs to; 0 for the header. */
  recordOf: (line: number) => number;
  /** Values of records spread over the file, for a look at their forms. */
  sample: () => string[][];
  /**
   * Bad records that are not in `path`, set aside by the tolerant way: how many, and a file with one line of JSON for each:
   * record_number, line, value, reason, expected, text. Null when every record is in `path`.
   */
  rejects: { count: number; path: string } | null;
  hasByteOrderMark: boolean;
  lineEnd: "lf" | "crlf" | "mixed";
  /** The same file the tolerant way, for when the records read do not add up; its own release is to be called too. */
  recover: () => Promise<TableFile>;
  /** Removes the copies made for reading; the landed one stays. */
  release: () => Promise<void>;
}

/** Where a batch of records came from. */
export interface Provenance {
  /** Topic and partition, address or query: whatever a person can find the records again by. */
  origin: string;
  /** Receipt, UTC. */
  receivedAt: string;
}

/** Records from a feed that has no files, with the point to resume from once they are committed. */
export interface RecordBatch {
  kind: "record_batch";
  provenance: Provenance;
  /** The source's records as JSON text, in order. */
  records: string[];
  /** Opaque to all but the connector that made it. */
  cursor: string;
}

/** One kind of source. It knows neither the warehouse nor what a ticket is. */
export interface Connector {
  /** Yields what has come since `cursor`, or everything without one; ends when there is no more for now. */
  read(cursor?: string): AsyncIterable<TableFile | RecordBatch>;
}
