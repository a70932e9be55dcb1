/**
 * Kafka as a sink: each fact once by its id, in a topic of its kind, in the order of its log. How far each log went over
 * stands in the compacted topic `PREFIX.vector`, written after the facts. What a node had sent when it was killed, but
 * not noted there, is read back before anything is sent again.
 *
 * @module
 */
import {
  contentOf,
  type LogFact,
  PanalError,
  sha256,
  stampMs,
  toHex,
} from "../../crdt/mod.ts";
import {
  KAFKA_VALUE_BYTES_MAX,
  type KafkaBroker,
  type KafkaMessage,
  type KafkaSession,
} from "../../net/mod.ts";
import { SINK_KAFKA_BATCH_MAX, SINK_READ_BACK_MAX } from "../limits.ts";
import type { LogEntry } from "../log_register.ts";
import {
  SinkError,
  type SinkLink,
  type SinkStep,
  type SinkTarget,
} from "./sink_port.ts";
import type { SinkLag, SinkSource } from "./sink_source.ts";
import { factJson } from "./sink_tables.ts";

const READ_WAIT_MS = 250;
/** Most logs whose oldest commit that did not go over is looked at. */
const LAG_LOGS_MAX = 16;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What a sink of topics is called. */
export interface KafkaSinkOptions {
  /** Its name for people. */
  readonly name: string;
  /** What the names of topics begin with. */
  readonly prefix: string;
  /** Who feeds it. */
  readonly peer: string;
}

/**
 * Makes a sink of a Kafka cluster.
 *
 * @param broker The cluster.
 * @param options Names.
 * @returns The sink.
 */
export function createKafkaSink(
  broker: KafkaBroker,
  options: KafkaSinkOptions,
): SinkTarget {
  return {
    name: options.name,
    kind: "kafka",
    open: (source) =>
      asSinkError(options.name, async () => {
        const session = await broker.connect();
        try {
          const link = new Link({ session, source, ...options });
          await link.resume();
          return link;
        } catch (error) {
          await session.close();
          throw error;
        }
      }),
  };
}

/** The topic of a kind: `PREFIX.sale_recorded`. */
export function topicOf(prefix: string, kind: string): string {
  const words = kind.replace(/(?<=[a-z0-9])[A-Z]/g, (it) => `_${it}`);
  return `${prefix}.${words.toLowerCase()}`;
}

async function asSinkError<T>(
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SinkError) throw error;
    const cause = error instanceof PanalError && error.cause instanceof Error
      ? `: ${error.cause.message.slice(0, 200)}`
      : "";
    const said = error instanceof Error ? error.message : String(error);
    throw new SinkError("away", `${name}: ${said}${cause}`, { cause: error });
  }
}

interface LinkParts extends KafkaSinkOptions {
  readonly session: KafkaSession;
  readonly source: SinkSource;
}

/** What one piece of work is made of. */
interface Batch {
  /** Records by topic, in order. */
  readonly records: Map<string, { id: string; message: KafkaMessage }[]>;
  /** How far each log is then. */
  readonly vector: Map<string, number>;
  /** Records. */
  count: number;
  more: boolean;
}

class Link implements SinkLink {
  readonly confirmed = null;
  readonly #parts: LinkParts;
  readonly #vector = new Map<string, number>();
  #ends: Record<string, number> = {};
  /** By topic that was looked at: facts that are there and were not noted. */
  readonly #there = new Map<string, Set<string>>();
  #behind = true;
  #logs: readonly LogEntry[] = [];
  #first = "";

  constructor(parts: LinkParts) {
    this.#parts = parts;
  }

  get loading(): boolean {
    return this.#behind;
  }

  get #vectorTopic(): string {
    return `${this.#parts.prefix}.vector`;
  }

  /** Reads how far this node's logs went over. */
  async resume(): Promise<void> {
    const { session, peer } = this.#parts;
    await session.ensureTopics([this.#vectorTopic], { keep: "newest" });
    await this.#each(this.#vectorTopic, 0, ({ key, value }) => {
      if (key === null || value === null) return;
      if (key === peer) this.#ends = readEnds(value);
      if (!key.startsWith(`${peer}/`)) return;
      this.#vector.set(key.slice(peer.length + 1), readSeq(value));
    });
  }

  /** Every record of a topic from an offset on, as far as there are now. */
  async #each(
    topic: string,
    from: number,
    take: (record: {
      readonly key: string | null;
      readonly value: Uint8Array | null;
      readonly headers: ReadonlyMap<string, string>;
    }) => void,
  ): Promise<void> {
    const { session } = this.#parts;
    const { first, next } = await session.bounds(topic);
    const reader = session.openReader();
    let at = Math.max(first, from);
    while (at < next) {
      const [batch] = await reader.read(new Map([[topic, at]]), READ_WAIT_MS);
      if (batch === undefined) continue;
      batch.records.forEach(take);
      at = Math.max(at, batch.next);
    }
  }

  step(limit: number): Promise<SinkStep> {
    return asSinkError(this.#parts.name, () => this.#step(limit));
  }

  async #step(limit: number): Promise<SinkStep> {
    const { source } = this.#parts;
    this.#logs = source.logs();
    const batch = source.snapshot(() =>
      this.#gather(Math.min(limit, SINK_KAFKA_BATCH_MAX))
    );
    let sent = 0;
    for (const [topic, records] of batch.records) {
      sent += await this.#send(topic, records);
    }
    if (batch.vector.size > 0) await this.#note(batch);
    this.#behind &&= batch.more;
    return { rows: sent, facts: sent, more: batch.more };
  }

  #gather(limit: number): Batch {
    const batch: Batch = {
      records: new Map(),
      vector: new Map(),
      count: 0,
      more: false,
    };
    // Whoever came last in the piece before comes first in this one, so that no log waits for all others.
    const from = this.#logs.findIndex(({ name }) => name === this.#first);
    const logs = [...this.#logs.slice(from), ...this.#logs.slice(0, from)];
    for (const entry of from < 0 ? this.#logs : logs) {
      if (batch.count >= limit && this.#lacks(entry) > 0) {
        batch.more = true;
        this.#first = entry.name;
        break;
      }
      this.#gatherLog(batch, entry, limit);
    }
    return batch;
  }

  #lacks({ name, seq }: LogEntry): number {
    return seq - (this.#vector.get(name) ?? 0);
  }

  #gatherLog(batch: Batch, entry: LogEntry, limit: number): void {
    const known = this.#vector.get(entry.name) ?? 0;
    if (known > entry.seq) {
      batch.vector.set(entry.name, entry.seq);
      this.#add(batch, `${this.#parts.prefix}.cuts`, {
        id: `${entry.name}/${entry.seq}/${known}`,
        value: { log: entry.name, seq: entry.seq, before: known },
      });
      return;
    }
    const read = this.#parts.source.factsOf(entry);
    for (let seq = known + 1; seq <= entry.seq; seq++) {
      if (batch.count >= limit) {
        batch.more = true;
        this.#first = entry.name;
        return;
      }
      for (const placed of read(seq)) this.#addFact(batch, placed, entry);
      batch.vector.set(entry.name, seq);
    }
  }

  #addFact(batch: Batch, placed: LogFact, { space }: LogEntry): void {
    const { source, prefix } = this.#parts;
    const { fact, log, seq, stamp } = placed;
    if (source.placed(placed) === undefined) return;
    const copies = source.copiesOf(placed);
    const isOver = copies.some((copy) =>
      copy.seq <=
        (batch.vector.get(copy.log) ?? this.#vector.get(copy.log) ?? 0)
    );
    if (isOver) return;
    const topic = topicOf(prefix, fact.type);
    const site: unknown = Reflect.get(fact, "site");
    this.#add(batch, topic, {
      id: fact.id,
      content: contentOf(fact),
      value: {
        id: fact.id,
        kind: fact.type,
        space,
        site: typeof site === "string" ? site : null,
        ...{ log, seq, stamp, at: fact.at },
        fact: JSON.parse(factJson({ ...fact })),
      },
    });
  }

  #add(
    batch: Batch,
    topic: string,
    { id, content = "", value }: {
      readonly id: string;
      readonly content?: string;
      readonly value: object;
    },
  ): void {
    const bytes = encoder.encode(JSON.stringify(value));
    if (bytes.length > KAFKA_VALUE_BYTES_MAX) {
      throw new SinkError("row", `The fact ${id} is too long for a record`);
    }
    const list = batch.records.get(topic) ?? [];
    batch.records.set(topic, list);
    // The same id with other content is another fact.
    const digest = toHex(sha256(encoder.encode(content)).slice(0, 8));
    const headers = {
      "panal-peer": this.#parts.peer,
      "panal-content": digest,
    };
    list.push({
      id: `${id} ${digest}`,
      message: { topic, key: id, value: bytes, headers },
    });
    batch.count++;
  }

  /** Sends those records that are not there. */
  async #send(
    topic: string,
    records: readonly { id: string; message: KafkaMessage }[],
  ): Promise<number> {
    const { session } = this.#parts;
    const there = this.#there.get(topic) ?? await this.#readBack(topic);
    const missing = records.filter(({ id }) => !there.has(id));
    const messages = missing.map(({ message }) => message);
    for (const some of inSends(messages)) await session.send(some);
    // What is noted from here on needs not be remembered.
    for (const { id } of records) there.delete(id);
    const { next } = await session.bounds(topic);
    this.#ends = { ...this.#ends, [topic]: next };
    return missing.length;
  }

  async #readBack(topic: string): Promise<Set<string>> {
    const { session, peer, name } = this.#parts;
    const there = new Set<string>();
    await session.ensureTopics([topic], { keep: "all" });
    await this.#each(topic, this.#ends[topic] ?? 0, ({ key, headers }) => {
      if (key === null || headers.get("panal-peer") !== peer) return;
      there.add(`${key} ${headers.get("panal-content")}`);
      if (there.size <= SINK_READ_BACK_MAX) return;
      throw new SinkError(
        "shared",
        `${name}: ${topic} has facts of this node, but ${this.#vectorTopic} does not say how far they go: take another prefix, or remove all topics of this one`,
      );
    });
    this.#there.set(topic, there);
    return there;
  }

  /** Notes how far the logs went over. */
  async #note({ vector }: Batch): Promise<void> {
    const { session, peer } = this.#parts;
    const topic = this.#vectorTopic;
    const message = (key: string, value: object): KafkaMessage => ({
      topic,
      key,
      value: encoder.encode(JSON.stringify(value)),
    });
    // The ends last: with the logs alone, only more is read back.
    await session.send([
      ...[...vector].map(([log, seq]) => message(`${peer}/${log}`, { seq })),
      message(peer, { ends: this.#ends }),
    ]);
    for (const [log, seq] of vector) this.#vector.set(log, seq);
  }

  lag(): SinkLag {
    const { source } = this.#parts;
    const behind = this.#logs.filter((entry) => this.#lacks(entry) > 0);
    const stamps = source.snapshot(() =>
      behind.slice(0, LAG_LOGS_MAX).flatMap((entry) => {
        const next = (this.#vector.get(entry.name) ?? 0) + 1;
        return source.factsOf(entry)(next).slice(0, 1).map(({ stamp }) =>
          stampMs(stamp)
        );
      })
    );
    return {
      facts: behind.reduce((sum, entry) => sum + this.#lacks(entry), 0),
      since: stamps.length === 0 ? null : Math.min(...stamps),
    };
  }

  suspects(): string {
    return "";
  }

  async close(): Promise<void> {
    await this.#parts.session.close();
  }
}

/** Records that brokers take together. */
function* inSends(
  messages: readonly KafkaMessage[],
): Generator<readonly KafkaMessage[]> {
  let some: KafkaMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    const next = message.value.length + RECORD_BYTES;
    if (some.length > 0 && bytes + next > KAFKA_VALUE_BYTES_MAX) {
      yield some;
      some = [];
      bytes = 0;
    }
    some.push(message);
    bytes += next;
  }
  if (some.length > 0) yield some;
}

/** About what a record takes besides its value. */
const RECORD_BYTES = 200;

function readJson(value: Uint8Array): Record<string, unknown> {
  try {
    const read: unknown = JSON.parse(decoder.decode(value));
    return typeof read === "object" && read !== null
      ? read as Record<string, unknown>
      : {};
  } catch {
    return {};
  }
}

function readSeq(value: Uint8Array): number {
  const seq = readJson(value)["seq"];
  return Number.isSafeInteger(seq) ? Number(seq) : 0;
}

function readEnds(value: Uint8Array): Record<string, number> {
  const ends = readJson(value)["ends"];
  if (typeof ends !== "object" || ends === null) return {};
  return Object.fromEntries(
    Object.entries(ends).filter(([, next]) => Number.isSafeInteger(next)),
  );
}
