/** A file of records that DuckDB can read as it stands: UTF-8, one dialect, every record accounted for. */
export interface TableFile {
  kind: "table_file";
  /** The landed copy, content-addressed; gzipped when `compressed`. */
  path: string;
  /** Base name of the file as it came. */
  name: string;
  /** Size of the file as it came. */
  bytes: number;
  /** Of the file as it came, hexadecimal. */
  sha256: string;
  compressed: boolean;
  /** Character between values. */
  separator: string;
  /** Character around quoted values; doubled inside them. */
  quote: string;
  /** Column names; `column_3` for the third when its cell is empty. */
  header: string[];
  /** Records after the header, by RFC 4180; blank lines are none. */
  records: number;
  /** Physical line, from 1, on which a record begins; records are numbered from 1. */
  lineOf: (record: number) => number;
  /** The record that a physical line belongs to; 0 for the header. */
  recordOf: (line: number) => number;
  hasByteOrderMark: boolean;
  lineEnd: "lf" | "crlf" | "mixed";
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
