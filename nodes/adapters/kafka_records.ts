/**
 * Reads what a broker answered to a fetch, as the client library leaves it.
 *
 * @module
 */
import type { KafkaBatch, KafkaRecord } from "../../net/mod.ts";

/** Marks batches that the broker itself wrote, about transactions. */
const CONTROL_BATCH = 0x20;

/** The parts of the library's answer that are read. */
export interface FetchedTopics {
  /** Topics. */
  readonly responses: readonly {
    readonly topicId: string;
    readonly partitions: readonly {
      readonly records?: readonly FetchedBatch[] | null;
    }[];
  }[];
}

/** A batch of records. */
interface FetchedBatch {
  readonly firstOffset: bigint;
  readonly lastOffsetDelta: number;
  readonly attributes: number;
  readonly firstTimestamp: bigint;
  readonly records: readonly {
    readonly offsetDelta: number;
    readonly timestampDelta: bigint;
    readonly key?: Uint8Array | null;
    readonly value: Uint8Array | null;
    readonly headers: readonly (readonly [
      Uint8Array | null,
      Uint8Array | null,
    ])[];
  }[];
}

/**
 * Reads an answer.
 *
 * @param answer The answer.
 * @param asked Ids of topics by name, and from where each was to be read.
 * @returns A batch for each topic that has something.
 */
export function batchesOf(
  { responses }: FetchedTopics,
  { ids, positions }: {
    readonly ids: ReadonlyMap<string, string>;
    readonly positions: ReadonlyMap<string, number>;
  },
): KafkaBatch[] {
  const names = new Map([...ids].map(([name, id]) => [id, name]));
  return responses.flatMap(({ topicId, partitions }) => {
    const topic = names.get(topicId);
    const from = positions.get(topic ?? "");
    if (topic === undefined || from === undefined) return [];
    const batches = partitions.flatMap((it) => it.records ?? []);
    const next = Math.max(
      from,
      ...batches.map((it) => Number(it.firstOffset) + it.lastOffsetDelta + 1),
    );
    const records = batches.flatMap(recordsOf)
      // A batch may begin before the position.
      .filter(({ offset }) => offset >= from);
    return next === from ? [] : [{ topic, records, next, outOfRange: false }];
  });
}

function recordsOf(batch: FetchedBatch): KafkaRecord[] {
  if ((batch.attributes & CONTROL_BATCH) !== 0) return [];
  return batch.records.map((record) => ({
    offset: Number(batch.firstOffset) + record.offsetDelta,
    timestamp: Number(batch.firstTimestamp + record.timestampDelta),
    key: textOf(record.key ?? null),
    value: record.value,
    headers: headersOf(record.headers),
  }));
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

function headersOf(
  headers: readonly (readonly [Uint8Array | null, Uint8Array | null])[],
): ReadonlyMap<string, string> {
  const decoder = new TextDecoder();
  return new Map(
    headers.map(([name, text]) => [
      decoder.decode(name ?? new Uint8Array()),
      decoder.decode(text ?? new Uint8Array()),
    ]),
  );
}
