/**
 * What every implementation of the Kafka port does.
 *
 * @module
 */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { KafkaBroker, KafkaRecord, KafkaSession } from "../../net/mod.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = ({ value }: KafkaRecord) =>
  value === null ? null : new TextDecoder().decode(value);

/** Reads a topic from `from` until `count` records are there. */
export async function readAll(
  session: KafkaSession,
  topic: string,
  { from, count }: { from: number; count: number },
): Promise<KafkaRecord[]> {
  const reader = session.openReader();
  const records: KafkaRecord[] = [];
  for (let tries = 0; records.length < count && tries < 40; tries++) {
    const next = records.at(-1)?.offset ?? from - 1;
    const [batch] = await reader.read(new Map([[topic, next + 1]]), 250);
    records.push(...batch?.records ?? []);
  }
  return records;
}

/** Resolves when `check` says so; for what happens at a broker. */
export async function until(what: string, check: () => boolean, ms = 20_000) {
  const end = performance.now() + ms;
  while (!check()) {
    if (performance.now() > end) {
      throw new DOMException(`${what} did not happen`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * The suite; each step uses topics of its own.
 *
 * @param step Runs one part.
 * @param make Gives the broker.
 */
export async function kafkaContract(
  step: (name: string, run: () => Promise<void>) => Promise<unknown>,
  make: () => KafkaBroker,
): Promise<void> {
  const name = (text: string) => `${text}-${crypto.randomUUID().slice(0, 8)}`;
  const inSession = async (run: (session: KafkaSession) => Promise<void>) => {
    const session = await make().connect();
    try {
      await run(session);
    } finally {
      await session.close();
    }
  };

  await step(
    "ensureTopics() makes topics of one partition, and once",
    () =>
      inSession(async (session) => {
        const topics = [name("a"), name("b")];
        deepStrictEqual(await session.ensureTopics(topics), []);
        deepStrictEqual(await session.ensureTopics(topics), []);
        deepStrictEqual(await session.bounds(topics[0] ?? ""), {
          first: 0,
          next: 0,
        });
      }),
  );

  await step(
    "send() keeps order, values and headers",
    () =>
      inSession(async (session) => {
        const topic = name("order");
        await session.ensureTopics([topic]);
        const before = Date.now() - 1000;
        await session.send([
          { topic, value: bytes("one"), headers: { "panal-id": "x-1" } },
          { topic, value: bytes("two") },
        ]);
        await session.send([{ topic, value: bytes("ñ") }]);
        const records = await readAll(session, topic, { from: 0, count: 3 });
        deepStrictEqual(records.map(textOf), ["one", "two", "ñ"]);
        deepStrictEqual(records.map((it) => it.offset), [0, 1, 2]);
        deepStrictEqual([...records[0]?.headers ?? []], [["panal-id", "x-1"]]);
        strictEqual(records.every((it) => it.timestamp > before), true);
        deepStrictEqual(await session.bounds(topic), { first: 0, next: 3 });
        strictEqual(await session.offsetAt(topic, before), 0);
        strictEqual(await session.offsetAt(topic, Date.now() + 60_000), 3);
      }),
  );

  await step(
    "read() begins where it is told, and says what is out of range",
    () =>
      inSession(async (session) => {
        const topic = name("from");
        await session.ensureTopics([topic]);
        await session.send(
          ["a", "b", "c"].map((it) => ({ topic, value: bytes(it) })),
        );
        const records = await readAll(session, topic, { from: 2, count: 1 });
        deepStrictEqual(records.map(textOf), ["c"]);
        const reader = session.openReader();
        deepStrictEqual(await reader.read(new Map([[topic, 3]]), 0), []);
        deepStrictEqual(await reader.read(new Map([[topic, 9]]), 0), [
          { topic, records: [], next: 9, outOfRange: true },
        ]);
      }),
  );

  await step(
    "join(): the oldest member holds, offsets are the group's, the next takes over",
    () =>
      inSession(async (first) => {
        const [topic, group] = [name("group"), name("panal")];
        await first.ensureTopics([topic]);
        const member = await first.join(group, [topic], () => {});
        await until("the first holds", () => member.holds());
        strictEqual(await member.committed(topic), null);
        await member.commit(new Map([[topic, 7]]));
        await inSession(async (second) => {
          const seen: boolean[] = [];
          const other = await second.join(
            group,
            [topic],
            (it) => seen.push(it),
          );
          strictEqual(other.holds(), false);
          strictEqual(member.holds(), true);
          await first.close();
          await until("the second holds", () => other.holds());
          deepStrictEqual(seen, [true]);
          strictEqual(await other.committed(topic), 7);
        });
      }),
  );

  await step(
    "close() ends a session: every call rejects, and `ended` says so",
    () =>
      inSession(async (session) => {
        const topic = name("closed");
        await session.ensureTopics([topic]);
        await session.close();
        strictEqual(await session.ended, undefined);
        await rejects(session.send([{ topic, value: bytes("late") }]));
      }),
  );
}
