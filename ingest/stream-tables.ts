/**
 * Tables of the streams. A stream into one mapping is one import that grows; the number of a record is
 * `message_offset * 4096 + partition_number`, so rows are the same however the messages were cut into transactions.
 */
export const STREAM_TABLES = `
-- one row per source x topic x partition: the offset to read next, stored in the transaction of the rows before it
create table if not exists ingest.stream_positions (
  source_id varchar not null, topic varchar not null, partition_number integer not null, next_offset bigint not null
);
-- one row per range of offsets that was never read: lost to the topic's retention, skipped by a person, or given up with a topic
create table if not exists ingest.stream_gaps (
  source_id varchar not null, topic varchar not null, partition_number integer not null,
  from_offset bigint not null, to_offset bigint not null, kind varchar not null, noted_at timestamp not null, noted_by varchar
);
-- one row per message that was not taken, with its bytes
create table if not exists ingest.stream_rejects (
  import_id integer not null, record_number bigint not null, source_id varchar not null, topic varchar not null,
  partition_number integer not null, message_offset bigint not null, sent_at timestamp, message_key varchar,
  reason varchar not null, bytes blob
);
-- one row per message that says that a record is gone (native_id), or that all of its table are (null)
create table if not exists ingest.deletions (
  import_id integer not null, record_number bigint not null, instance varchar not null, source_id varchar not null,
  record_kind varchar not null, native_id varchar, deleted_at timestamp, source_sequence bigint
);
`;

/** Most partitions of a topic; see STREAM_TABLES. */
export const PARTITION_LIMIT = 4096;
