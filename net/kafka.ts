/**
 * What is needed of an Apache Kafka broker: topics of one partition, records, and a group whose oldest member holds all
 * of its topics. A port: `nodes/adapters/kafka_client.ts` has the real client, `tests/support/memory_kafka.ts` a double.
 *
 * Nothing of it repairs itself. The first failure of a session is its end: whoever needs another one connects again, so
 * that no call can wait for a broker that is away.
 *
 * @module
 */

/** Most bytes of records that one read brings. */
export const KAFKA_READ_BYTES_MAX = 1024 * 1024;
/** Longest value that is written, in bytes; brokers refuse 1 MiB unless they are told otherwise. */
export const KAFKA_VALUE_BYTES_MAX = 1_000_000;
/** Longest wait for a broker's answer, in milliseconds. */
export const KAFKA_ANSWER_MS_MAX = 5000;
/** A member that was not heard of for this long has left its group, in milliseconds; brokers allow no less. */
export const KAFKA_SESSION_MS = 6000;
/** A member says this often that it is there, in milliseconds. */
export const KAFKA_HEARTBEAT_MS = 1000;

/** A record of a topic. */
export interface KafkaRecord {
  /** Where it stands, from 0. */
  readonly offset: number;
  /** When its producer, or the broker, says that it was made: milliseconds since 1970. */
  readonly timestamp: number;
  /** Its key as text; null for none. */
  readonly key: string | null;
  /** Its bytes; null for a record without a value. */
  readonly value: Uint8Array | null;
  /** Texts beside the value by name; of those with the same name the last. Not UTF-8: replaced. */
  readonly headers: ReadonlyMap<string, string>;
}

/** A record to be written; every program of the charging network writes them with no key. */
export interface KafkaMessage {
  /** The topic. */
  readonly topic: string;
  /** The key, by which a compacted topic keeps the newest record of each; none if left out. */
  readonly key?: string;
  /** The value. */
  readonly value: Uint8Array;
  /** Texts beside it. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The part of a topic that can be read. */
export interface KafkaBounds {
  /** The oldest record's offset. */
  readonly first: number;
  /** The offset of the next record that will be written. */
  readonly next: number;
}

/** What one read brought of a topic. */
export interface KafkaBatch {
  /** The topic. */
  readonly topic: string;
  /** Records in order. */
  readonly records: readonly KafkaRecord[];
  /** Where to read on. */
  readonly next: number;
  /** True if the position is not in the topic: below its oldest record, or beyond its newest. */
  readonly outOfRange: boolean;
}

/** Reads topics from any position, without a group. One read at a time. */
export interface KafkaReader {
  /**
   * Reads on.
   *
   * @param positions Offsets by topic.
   * @param waitMs How long to wait for a record if there is none, in milliseconds.
   * @returns What came, a batch for each topic that has something.
   */
  read(
    positions: ReadonlyMap<string, number>,
    waitMs: number,
  ): Promise<readonly KafkaBatch[]>;
}

/** A place in a group. */
export interface KafkaMembership {
  /** Whether this member holds the group's topics, as far as it knows. */
  holds(): boolean;
  /** Milliseconds since the broker last said that the membership stands. */
  silentMs(): number;
  /** The group's committed offset of a topic; null if there is none. */
  committed(topic: string): Promise<number | null>;
  /**
   * Commits offsets by topic: of the next record to read.
   *
   * @returns False if it has to be done again later: the group is about to be shared out anew.
   */
  commit(offsets: ReadonlyMap<string, number>): Promise<boolean>;
}

/** A session with a broker. After its end every call rejects. */
export interface KafkaSession {
  /** Resolves when the session is over, with what ended it; undefined after `close`. */
  readonly ended: Promise<Error | undefined>;
  /**
   * Makes the topics that are missing, with one partition.
   *
   * @param topics Their names.
   * @param options Whether they keep the newest record of each key only, and that for ever; or all records for ever.
   * @returns Those that have more than one partition: only the first is read and written.
   */
  ensureTopics(
    topics: readonly string[],
    options?: { readonly keep: "newest" | "all" },
  ): Promise<readonly string[]>;
  /** What there is of a topic. */
  bounds(topic: string): Promise<KafkaBounds>;
  /** The offset of the oldest record with a timestamp not before `ms`; the next offset if there is none. */
  offsetAt(topic: string, ms: number): Promise<number>;
  /** Makes a reader. */
  openReader(): KafkaReader;
  /**
   * Writes records in order, all of one topic. Resolves when every replica that is in step has them; after a rejection
   * it is unknown whether they are there.
   */
  send(messages: readonly KafkaMessage[]): Promise<void>;
  /**
   * Joins a group; once a session. Its oldest member holds all topics.
   *
   * @param group The group's id.
   * @param topics What it reads.
   * @param changed Called when the member comes to hold the topics, or holds them no more.
   */
  join(
    group: string,
    topics: readonly string[],
    changed: (holds: boolean) => void,
  ): Promise<KafkaMembership>;
  /** Leaves and closes; a second call does nothing. It ends within `KAFKA_ANSWER_MS_MAX`, whatever the broker does. */
  close(): Promise<void>;
}

/** A broker that may be there. */
export interface KafkaBroker {
  /** Where, e.g. `127.0.0.1:9092`. */
  readonly address: string;
  /**
   * Starts a session.
   *
   * @returns The session.
   * @throws {PanalError} `dial_failed` if no broker answers.
   */
  connect(): Promise<KafkaSession>;
}
