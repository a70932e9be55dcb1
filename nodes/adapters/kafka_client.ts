/**
 * The real Kafka client: the port of `net/kafka.ts` over `@platformatic/kafka`, which is imported here alone. The library
 * costs 50 MB of memory, so this file is imported when a broker is wanted, and not before.
 *
 * The library repeats and reconnects by itself in ways that can wait for a broker for longer than anybody should. Here it
 * is told to do neither: every call has a deadline, and the first failure ends the session.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import {
  Admin,
  type BaseOptions,
  Consumer,
  type GroupPartitionsAssigner,
  Producer,
} from "@platformatic/kafka";
import { PanalError } from "../../crdt/mod.ts";
import {
  KAFKA_ANSWER_MS_MAX,
  KAFKA_HEARTBEAT_MS,
  KAFKA_READ_BYTES_MAX,
  KAFKA_SESSION_MS,
  type KafkaBatch,
  type KafkaBroker,
  type KafkaMembership,
  type KafkaMessage,
  type KafkaReader,
  type KafkaSession,
} from "../../net/mod.ts";
import {
  isAway,
  isOutOfRange,
  isShared,
  joinGroup,
  linkError,
  pause,
  within,
} from "./kafka_calls.ts";
import { batchesOf } from "./kafka_records.ts";

/** The group protocol's name: a member that shares topics out in another way is refused. */
const PROTOCOL = "panal-oldest";
const LATEST = -1n;
const EARLIEST = -2n;
/** Offsets are looked up without saying which leader's. */
const NO_EPOCH = -1;
const NO_RETENTION = -1;
/** How long to wait before a topic that was just made is looked at again, in milliseconds. */
const TOPIC_LOOK_MS = 50;
/** Longest wait for a place in a group, in milliseconds: others may have to notice that they share it. */
const JOIN_MS_MAX = 3 * KAFKA_SESSION_MS;

/** Where a topic is: its id, and the broker that leads it. */
interface TopicPlace {
  readonly id: string;
  readonly leader: number;
}

/** How long a topic keeps its records. */
const KEEPING = {
  newest: [{ name: "cleanup.policy", value: "compact" }],
  all: [
    { name: "cleanup.policy", value: "delete" },
    { name: "retention.ms", value: "-1" },
    { name: "retention.bytes", value: "-1" },
  ],
};

/** What a client asks of a topic's metadata. */
type Topics = Awaited<ReturnType<Admin["metadata"]>>["topics"];

/**
 * Makes the broker at an address.
 *
 * @param address `HOST:PORT`, or several of one cluster.
 * @param name What this client is called in the broker's log, e.g. `panal`.
 * @returns The broker.
 */
export function createKafkaBroker(
  address: string | readonly string[],
  name: string,
): KafkaBroker {
  const brokers = typeof address === "string" ? [address] : address;
  return {
    address: brokers.join(),
    async connect() {
      const session = new Session(brokers, name);
      try {
        await session.probe();
        return session;
      } catch (error) {
        await session.close();
        throw new PanalError(
          "dial_failed",
          `No Kafka broker answers at ${brokers.join()}`,
          { cause: error },
        );
      }
    },
  };
}

/** One session; see `KafkaSession`. */
class Session implements KafkaSession {
  readonly ended: Promise<Error | undefined>;
  readonly #end: (error: Error | undefined) => void;
  readonly #options: BaseOptions;
  readonly #admin: Admin;
  readonly #closers: (() => Promise<void>)[] = [];
  #producer: Producer | undefined;
  #finder: Consumer | undefined;
  #closed = false;

  constructor(brokers: readonly string[], name: string) {
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    this.ended = promise;
    this.#end = resolve;
    this.#options = {
      // Members are told apart, and ordered by age, by what their ids begin with.
      clientId: `${name}-${Date.now().toString(36).padStart(10, "0")}`,
      bootstrapBrokers: [...brokers],
      retries: 0,
      timeout: KAFKA_ANSWER_MS_MAX,
      connectTimeout: KAFKA_ANSWER_MS_MAX,
      requestTimeout: KAFKA_ANSWER_MS_MAX,
    };
    this.#admin = this.#keep(new Admin(this.#options), (it) => it.close());
  }

  /** Asks anything that the broker has to answer. */
  async probe(): Promise<void> {
    await this.#guard(this.#admin.metadata({ topics: [] }));
  }

  async ensureTopics(
    names: readonly string[],
    options?: { readonly keep: "newest" | "all" },
  ): Promise<readonly string[]> {
    const until = performance.now() + KAFKA_ANSWER_MS_MAX;
    const known = await this.#guard(this.#admin.listTopics());
    const missing = names.filter((it) => !known.includes(it));
    for (const topic of missing) await this.#makeTopic(topic, options?.keep);
    for (;;) {
      const topics = await this.#topics(names).catch(() => undefined);
      if (topics !== undefined) {
        return names.filter((it) => (topics.get(it)?.partitionsCount ?? 0) > 1);
      }
      if (performance.now() > until) {
        throw this.#fail(
          linkError(`The topics ${names.join(", ")} are not there`),
        );
      }
      await pause(TOPIC_LOOK_MS);
    }
  }

  async #makeTopic(
    topic: string,
    keep: "newest" | "all" | undefined,
  ): Promise<void> {
    try {
      await within(
        this.#admin.createTopics({
          topics: [topic],
          partitions: 1,
          replicas: -1,
          ...(keep === undefined ? {} : { configs: KEEPING[keep] }),
        }),
        KAFKA_ANSWER_MS_MAX,
      );
    } catch (error) {
      // Another node may have been faster, or the broker makes topics by itself when they are asked for.
      if (isAway(error)) throw this.#fail(error);
    }
  }

  /** The metadata of topics, each of which has a leader. */
  async #topics(names: readonly string[]): Promise<Topics> {
    const { topics } = await within(
      this.#admin.metadata({
        topics: [...names],
        autocreateTopics: true,
        forceUpdate: true,
      }),
      KAFKA_ANSWER_MS_MAX,
    );
    for (const name of names) {
      if ((topics.get(name)?.partitions[0]?.leader ?? -1) < 0) {
        throw linkError(`The topic ${name} has no leader yet`);
      }
    }
    return topics;
  }

  async bounds(topic: string): Promise<{ first: number; next: number }> {
    const first = await this.#offset(topic, EARLIEST);
    return { first, next: await this.#offset(topic, LATEST) };
  }

  async offsetAt(topic: string, ms: number): Promise<number> {
    const at = await this.#offset(topic, BigInt(Math.max(0, Math.floor(ms))));
    return at >= 0 ? at : await this.#offset(topic, LATEST);
  }

  async #offset(topic: string, timestamp: bigint): Promise<number> {
    this.#finder ??= this.#consumer("panal-none");
    const found = await this.#guard(
      this.#finder.listOffsets({ topics: [topic], timestamp }),
    );
    return Number(found.get(topic)?.[0] ?? NO_RETENTION);
  }

  openReader(): KafkaReader {
    const consumer = this.#consumer("panal-none");
    const ids = new Map<string, TopicPlace>();
    return {
      read: (positions, waitMs) =>
        this.#read(consumer, ids, { positions, waitMs }),
    };
  }

  async #read(
    consumer: Consumer,
    ids: Map<string, TopicPlace>,
    { positions, waitMs }: {
      readonly positions: ReadonlyMap<string, number>;
      readonly waitMs: number;
    },
  ): Promise<readonly KafkaBatch[]> {
    const unknown = [...positions.keys()].filter((it) => !ids.has(it));
    if (unknown.length > 0) {
      const topics = await this.#guardTopics(unknown);
      for (const name of unknown) {
        const topic = topics.get(name);
        const leader = topic?.partitions[0]?.leader ?? 0;
        ids.set(name, { id: topic?.id ?? "", leader });
      }
      consumer.topics.trackAll(...unknown);
    }
    const byLeader = Map.groupBy(
      [...positions],
      ([topic]) => ids.get(topic)?.leader ?? 0,
    );
    try {
      const answers = await Promise.all(
        [...byLeader].map(([node, some]) =>
          this.#fetch(consumer, ids, { node, waitMs, positions: new Map(some) })
        ),
      );
      return answers.flat();
    } catch (error) {
      if (!isOutOfRange(error)) throw this.#fail(error);
      return await this.#outOfRange(positions);
    }
  }

  async #fetch(
    consumer: Consumer,
    places: ReadonlyMap<string, TopicPlace>,
    { node, positions, waitMs }: {
      readonly node: number;
      readonly positions: ReadonlyMap<string, number>;
      readonly waitMs: number;
    },
  ): Promise<readonly KafkaBatch[]> {
    const ids = new Map([...places].map(([name, { id }]) => [name, id]));
    const topics = [...positions].map(([topic, offset]) => ({
      topicId: ids.get(topic) ?? "",
      partitions: [{
        partition: 0,
        currentLeaderEpoch: NO_EPOCH,
        lastFetchedEpoch: NO_EPOCH,
        fetchOffset: BigInt(offset),
        partitionMaxBytes: KAFKA_READ_BYTES_MAX,
      }],
    }));
    const response = await within(
      consumer.fetch({
        ...{ node, topics },
        maxWaitTime: waitMs,
        minBytes: 1,
        maxBytes: KAFKA_READ_BYTES_MAX,
      }),
      waitMs + KAFKA_ANSWER_MS_MAX,
    );
    return batchesOf(response, { ids, positions });
  }

  async #guardTopics(names: readonly string[]): Promise<Topics> {
    return await this.#topics(names).catch((error) => {
      throw this.#fail(error);
    });
  }

  async #outOfRange(
    positions: ReadonlyMap<string, number>,
  ): Promise<readonly KafkaBatch[]> {
    const batches: KafkaBatch[] = [];
    for (const [topic, offset] of positions) {
      const { first, next } = await this.bounds(topic);
      if (offset >= first && offset <= next) continue;
      batches.push({ topic, records: [], next: offset, outOfRange: true });
    }
    return batches;
  }

  async send(messages: readonly KafkaMessage[]): Promise<void> {
    this.#producer ??= this.#keep(
      new Producer({
        ...this.#options,
        idempotent: true,
        acks: -1,
        maxInflights: 1,
      }),
      (it) => it.close(true),
    );
    await this.#guard(this.#producer.send({
      acks: -1,
      idempotent: true,
      messages: messages.map(({ topic, value, key, headers = {} }) => ({
        topic,
        partition: 0,
        ...(key === undefined ? {} : { key: Buffer.from(key) }),
        value: Buffer.from(value),
        headers: new Map(
          Object.entries(headers).map(([name, text]) =>
            [Buffer.from(name), Buffer.from(text)] as const
          ),
        ),
      })),
    }));
  }

  async join(
    group: string,
    topics: readonly string[],
    changed: (holds: boolean) => void,
  ): Promise<KafkaMembership> {
    const consumer = this.#consumer(group);
    consumer.topics.trackAll(...topics);
    let holds = false;
    let heardAt = performance.now();
    const set = (next: boolean) => {
      if (next === holds) return;
      holds = next;
      changed(next);
    };
    consumer.on("consumer:group:join", ({ assignments = [] }) => {
      heardAt = performance.now();
      set(topics.every((it) => assignments.some(({ topic }) => topic === it)));
    });
    consumer.on("consumer:heartbeat:end", () => heardAt = performance.now());
    const lost = (error: unknown) => {
      set(false);
      this.#fail(error);
    };
    consumer.on("consumer:heartbeat:error", ({ error }) => lost(error));
    consumer.on(
      "consumer:heartbeat:stalled",
      ({ lastError }) => lost(lastError),
    );
    this.ended.then(() => set(false));
    await this.#guard(joinGroup(consumer), JOIN_MS_MAX);
    return {
      holds: () => holds,
      silentMs: () => performance.now() - heardAt,
      committed: async (topic) => {
        const found = await this.#guard(
          consumer.listCommittedOffsets({
            topics: [{ topic, partitions: [0] }],
          }),
        );
        const offset = Number(found.get(topic)?.[0] ?? -1);
        return offset < 0 ? null : offset;
      },
      commit: (offsets) => this.#commit(consumer, offsets),
    };
  }

  async #commit(
    consumer: Consumer,
    offsets: ReadonlyMap<string, number>,
  ): Promise<boolean> {
    const work = consumer.commit({
      offsets: [...offsets].map(([topic, offset]) => ({
        topic,
        partition: 0,
        offset: BigInt(offset),
        leaderEpoch: NO_EPOCH,
      })),
    });
    try {
      await within(work, KAFKA_ANSWER_MS_MAX);
      return true;
    } catch (error) {
      if (isShared(error)) return false;
      throw this.#fail(error);
    }
  }

  #consumer(groupId: string): Consumer {
    const consumer = new Consumer({
      ...this.#options,
      groupId,
      // A broker that has just come back answers when it has forgotten the members that it had.
      requestTimeout: JOIN_MS_MAX,
      heartbeatStallTimeout: KAFKA_ANSWER_MS_MAX,
      protocols: [{ name: PROTOCOL, version: 1 }],
      partitionAssigner: assignOldest,
      sessionTimeout: KAFKA_SESSION_MS,
      rebalanceTimeout: KAFKA_SESSION_MS,
      heartbeatInterval: KAFKA_HEARTBEAT_MS,
    });
    return this.#keep(consumer, (it) => it.close(true));
  }

  /** A client that ends with the session, and ends it. */
  #keep<
    T extends {
      on(name: "error", listener: (error: Error) => void): unknown;
    },
  >(client: T, close: (client: T) => Promise<void>): T {
    if (this.#closed) {
      throw linkError("The session with the Kafka broker is over");
    }
    client.on("error", (error) => void this.#fail(error));
    this.#closers.push(() => close(client));
    return client;
  }

  async #guard<T>(work: Promise<T>, ms = KAFKA_ANSWER_MS_MAX): Promise<T> {
    try {
      return await within(work, ms);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** Ends the session, and says why to whoever waits. */
  #fail(error: unknown): PanalError {
    const failure = error instanceof PanalError
      ? error
      : linkError("The Kafka broker did not do what it was asked", error);
    this.#end(failure);
    return failure;
  }

  async close(): Promise<void> {
    this.#end(undefined);
    if (this.#closed) return;
    this.#closed = true;
    const all = this.#closers.map((it) => it());
    await within(Promise.allSettled(all), KAFKA_ANSWER_MS_MAX).catch(() => {});
  }
}

/** Gives every topic to the oldest member: their ids begin with when they came. */
const assignOldest: GroupPartitionsAssigner = (_, members, topics) => {
  const ids = [...members.keys()].sort();
  return ids.map((memberId, i) => ({
    memberId,
    assignments: new Map(
      i > 0
        ? []
        : [...topics].map((topic) => [topic, { topic, partitions: [0] }]),
    ),
  }));
};
