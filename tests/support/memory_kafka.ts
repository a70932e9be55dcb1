/**
 * A double of the Kafka port: a broker in memory with topics of one partition, groups with offsets and rebalances, and
 * faults on demand.
 *
 * @module
 */
import { type Clock, PanalError, type Timer } from "../../crdt/mod.ts";
import type {
  KafkaBatch,
  KafkaBroker,
  KafkaMembership,
  KafkaMessage,
  KafkaRecord,
  KafkaSession,
} from "../../net/mod.ts";

/** How the broker behaves. */
export interface MemoryKafkaFaults {
  /** Nobody can connect, and sessions end. */
  down: boolean;
  /** Each call waits for this long, in milliseconds. */
  delayMs: number;
  /** The next writes are kept, and their writers told that they failed. */
  loseAnswers: number;
  /** The next writes are refused. */
  refuseWrites: number;
}

interface Group {
  readonly offsets: Map<string, number>;
  readonly members: Member[];
}

interface Member {
  readonly session: MemorySession;
  readonly changed: (holds: boolean) => void;
  holds: boolean;
}

const REAL_TIME: Pick<Clock, "timer"> = {
  timer(ms, callback) {
    const timer = setTimeout(callback, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** A broker in memory. */
export class MemoryKafka implements KafkaBroker {
  readonly address = "memory:9092";
  readonly faults: MemoryKafkaFaults = {
    down: false,
    delayMs: 0,
    loseAnswers: 0,
    refuseWrites: 0,
  };
  /** Topics by name. */
  readonly topics = new Map<string, KafkaRecord[]>();
  /** Names of topics that shall seem to have more partitions. */
  readonly wide = new Set<string>();
  /** Sessions that were started, also those that ended. */
  sessions = 0;
  readonly #groups = new Map<string, Group>();
  readonly #open = new Set<MemorySession>();
  #wake = Promise.withResolvers<void>();
  #now: () => number;
  readonly #clock: Pick<Clock, "timer">;

  /** Makes a broker; `now` gives the timestamps of records, and reads wait by `clock`. */
  constructor(
    now: () => number = Date.now,
    clock: Pick<Clock, "timer"> = REAL_TIME,
  ) {
    this.#now = now;
    this.#clock = clock;
  }

  /** Calls back later. */
  later(ms: number, callback: () => void): Timer {
    return this.#clock.timer(ms, callback);
  }

  // deno-lint-ignore require-await -- a broker that is away is to reject
  async connect(): Promise<KafkaSession> {
    if (this.faults.down) {
      throw new PanalError("dial_failed", "No Kafka broker answers at memory");
    }
    this.sessions++;
    const session = new MemorySession(this);
    this.#open.add(session);
    return session;
  }

  /** Kills the broker: sessions end, nothing is lost. */
  kill(): void {
    this.faults.down = true;
    for (const session of [...this.#open]) session.fail();
  }

  /** Starts it again. */
  restart(): void {
    this.faults.down = false;
  }

  /** Ends one session, as the end of its program does. */
  end(session: KafkaSession): void {
    [...this.#open].find((it) => it === session)?.fail();
  }

  /** Ends every session, as a network would; the broker stays. */
  cut(): void {
    for (const session of [...this.#open]) session.fail();
  }

  /** Writes a record as any program would: an object as JSON, a text or bytes as they are, null as no value. */
  put(
    topic: string,
    value: object | string | Uint8Array | null,
    headers: Readonly<Record<string, string>> = {},
    key: string | null = null,
  ): KafkaRecord {
    const bytes = value === null || value instanceof Uint8Array
      ? value
      : new TextEncoder().encode(
        typeof value === "string" ? value : JSON.stringify(value),
      );
    const records = this.records(topic);
    const record = {
      offset: (records.at(-1)?.offset ?? -1) + 1,
      timestamp: this.#now(),
      key,
      value: bytes,
      headers: new Map(Object.entries(headers)),
    };
    records.push(record);
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
    return record;
  }

  /** A topic's records; the topic is made if need be. */
  records(topic: string): KafkaRecord[] {
    let records = this.topics.get(topic);
    if (records === undefined) this.topics.set(topic, records = []);
    return records;
  }

  /** A topic's records as JSON values. */
  values(topic: string): Record<string, unknown>[] {
    return this.records(topic).map(({ value }) =>
      JSON.parse(new TextDecoder().decode(value ?? new Uint8Array()))
    );
  }

  /** What a group has committed of a topic. */
  committed(group: string, topic: string): number | null {
    return this.group(group).offsets.get(topic) ?? null;
  }

  /** Resolves when a record comes. */
  get next(): Promise<void> {
    return this.#wake.promise;
  }

  group(name: string): Group {
    let group = this.#groups.get(name);
    if (group === undefined) {
      this.#groups.set(name, group = { offsets: new Map(), members: [] });
    }
    return group;
  }

  /** Lets the oldest member of each group hold it. */
  rebalance(): void {
    for (const { members } of this.#groups.values()) {
      for (const [i, member] of members.entries()) {
        if (member.holds === (i === 0)) continue;
        member.holds = i === 0;
        member.changed(member.holds);
      }
    }
  }

  /** Moves the group from its oldest member to the next, as a broker does that has not heard of the former. */
  evict(group: string): void {
    const { members } = this.group(group);
    const [oldest] = members.splice(0, 1);
    if (oldest === undefined) return;
    members.push(oldest);
    this.rebalance();
  }

  drop(session: MemorySession): void {
    this.#open.delete(session);
    for (const { members } of this.#groups.values()) {
      const at = members.findIndex((it) => it.session === session);
      if (at < 0) continue;
      const [member] = members.splice(at, 1);
      if (member?.holds) member.changed(member.holds = false);
    }
    this.rebalance();
  }
}

class MemorySession implements KafkaSession {
  readonly ended: Promise<Error | undefined>;
  readonly #end: (error: Error | undefined) => void;
  readonly #broker: MemoryKafka;
  #over: PanalError | undefined;

  constructor(broker: MemoryKafka) {
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    this.ended = promise;
    this.#end = resolve;
    this.#broker = broker;
  }

  fail(
    error = new PanalError("link_closed", "The broker went away"),
  ): PanalError {
    this.#over ??= error;
    this.#end(this.#over);
    this.#broker.drop(this);
    return this.#over;
  }

  async #call<T>(work: () => T): Promise<T> {
    const { delayMs } = this.#broker.faults;
    if (delayMs > 0) await this.#pause(delayMs);
    if (this.#over !== undefined) throw this.#over;
    return work();
  }

  /** Waits, but not beyond the end of the session. */
  async #pause(ms: number, sooner?: Promise<void>): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = this.#broker.later(ms, late.resolve);
    await Promise.race([late.promise, this.ended, ...sooner ? [sooner] : []]);
    timer.cancel();
  }

  ensureTopics(topics: readonly string[]): Promise<readonly string[]> {
    return this.#call(() => {
      for (const topic of topics) this.#broker.records(topic);
      return topics.filter((it) => this.#broker.wide.has(it));
    });
  }

  bounds(topic: string): Promise<{ first: number; next: number }> {
    return this.#call(() => boundsOf(this.#broker.records(topic)));
  }

  offsetAt(topic: string, ms: number): Promise<number> {
    return this.#call(() => {
      const records = this.#broker.records(topic);
      return records.find(({ timestamp }) => timestamp >= ms)?.offset ??
        boundsOf(records).next;
    });
  }

  openReader(): ReturnType<KafkaSession["openReader"]> {
    return {
      read: async (positions, waitMs) => {
        const found = await this.#call(() => this.#look(positions));
        if (found.length > 0 || waitMs === 0) return found;
        await this.#pause(waitMs, this.#broker.next);
        return await this.#call(() => this.#look(positions));
      },
    };
  }

  #look(positions: ReadonlyMap<string, number>): KafkaBatch[] {
    return [...positions].flatMap(([topic, from]): KafkaBatch[] => {
      const all = this.#broker.records(topic);
      const { first, next } = boundsOf(all);
      if (from < first || from > next) {
        return [{ topic, records: [], next: from, outOfRange: true }];
      }
      const records = all.filter(({ offset }) => offset >= from).slice(0, 500);
      const last = records.at(-1);
      return last === undefined
        ? []
        : [{ topic, records, next: last.offset + 1, outOfRange: false }];
    });
  }

  send(messages: readonly KafkaMessage[]): Promise<void> {
    return this.#call(() => {
      const { faults } = this.#broker;
      if (faults.refuseWrites > 0) {
        faults.refuseWrites--;
        throw this.fail();
      }
      for (const { topic, value, headers, key } of messages) {
        this.#broker.put(topic, value, headers, key);
      }
      if (faults.loseAnswers === 0) return;
      faults.loseAnswers--;
      throw this.fail();
    });
  }

  join(
    name: string,
    _: readonly string[],
    changed: (holds: boolean) => void,
  ): Promise<KafkaMembership> {
    return this.#call(() => {
      const group = this.#broker.group(name);
      const member: Member = { session: this, changed, holds: false };
      group.members.push(member);
      this.#broker.rebalance();
      return {
        holds: () => member.holds,
        silentMs: () => 0,
        committed: (topic: string) =>
          this.#call(() => group.offsets.get(topic) ?? null),
        commit: (offsets: ReadonlyMap<string, number>) =>
          this.#call(() => {
            if (!member.holds) return false;
            for (const [topic, at] of offsets) group.offsets.set(topic, at);
            return true;
          }),
      };
    });
  }

  // deno-lint-ignore require-await -- the port's form
  async close(): Promise<void> {
    this.#over ??= new PanalError("link_closed", "The session was closed");
    this.#end(undefined);
    this.#broker.drop(this);
  }
}

function boundsOf(records: readonly KafkaRecord[]): {
  first: number;
  next: number;
} {
  const first = records[0]?.offset ?? 0;
  return { first, next: (records.at(-1)?.offset ?? first - 1) + 1 };
}
