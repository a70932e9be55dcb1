import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { FactId } from "../../../crdt/mod.ts";
import { createSystemClock } from "../../../nodes/adapters/system_clock.ts";
import { createKafkaSink, topicOf } from "../../../nodes/sinks/kafka_sink.ts";
import { SinkRunner } from "../../../nodes/sinks/sink_runner.ts";
import { SinkSource } from "../../../nodes/sinks/sink_source.ts";
import { SINK_FACTS } from "../../../nodes/sinks/sink_tables.ts";
import { MemoryKafka } from "../../support/memory_kafka.ts";
import { createHoney, createTwoTills, sellHoney } from "../../support/tills.ts";
import {
  createSinkNode,
  type SinkNode,
  until,
} from "../../support/sink_node.ts";

const OPTIONS = { name: "kafka://memory:9092/chain", prefix: "chain" };

function feedTopics(node: SinkNode, broker: MemoryKafka): SinkRunner {
  return new SinkRunner({
    target: createKafkaSink(broker, { ...OPTIONS, peer: "12D3KooWtest" }),
    source: node.source,
    clock: createSystemClock(),
  });
}

/** Every fact of every topic, by the topic's name. */
function facts(broker: MemoryKafka): Map<string, string[]> {
  const topics = [...broker.topics.keys()].filter((topic) =>
    topic !== "chain.vector"
  );
  return new Map(topics.map((topic) => [
    topic,
    broker.values(topic).map((value) => String(value["id"])),
  ]));
}

/** Waits until the topics have every fact of the node, and checks that each is there once, in the order of its log. */
async function checkTopics(node: SinkNode, broker: MemoryKafka) {
  const wanted = Map.groupBy(
    node.source.page(SINK_FACTS, null, 1_000_000).rows,
    (row) => topicOf("chain", String(row[5])),
  );
  const total = [...wanted.values()].flat().length;
  await until(
    () => [...facts(broker).values()].flat().length >= total,
    "the topics have every fact",
  );
  for (const [topic, rows] of wanted) {
    const byLog = Map.groupBy(rows, (row) => row[1]);
    const values = Map.groupBy(broker.values(topic), ({ log }) => log);
    for (const [log, some] of byLog) {
      deepStrictEqual(
        (values.get(log) ?? []).map(({ id }) => id),
        some.map(([id]) => id),
        topic,
      );
    }
  }
  strictEqual([...facts(broker).values()].flat().length, total);
}

Deno.test({
  name:
    "topics get each fact once, in the order of its log, whatever the broker does",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const broker = new MemoryKafka();
    const node = await createSinkNode();
    await node.sell(1500);
    let runner = feedTopics(node, broker);
    try {
      await t.step("all that is there, then what comes", async () => {
        runner.start();
        await checkTopics(node, broker);
        await node.sell(20);
        await checkTopics(node, broker);
        const [sale] = broker.values("chain.sale_recorded");
        strictEqual(sale?.["space"], "site:CUS");
        ok(Reflect.get(sale?.["fact"] ?? {}, "lines"));
        const [record] = broker.records("chain.sale_recorded");
        strictEqual(record?.key, sale?.["id"]);
      });

      await t.step("answers that are lost double nothing", async () => {
        broker.faults.loseAnswers = 2;
        await node.sell(30);
        await until(() => broker.faults.loseAnswers === 0, "answers are lost");
        await checkTopics(node, broker);
      });

      await t.step("killed after sending, before noting", async () => {
        await runner.stop();
        await node.sell(10);
        const noted = broker.records("chain.vector").length;
        broker.faults.loseAnswers = 1;
        runner = feedTopics(node, broker);
        runner.start();
        await until(() => broker.faults.loseAnswers === 0, "an answer is lost");
        await runner.stop();
        ok(broker.records("chain.vector").length >= noted);
        runner = feedTopics(node, broker);
        runner.start();
        await checkTopics(node, broker);
      });

      await t.step(
        "a broker that is away is shown, and caught up with",
        async () => {
          broker.kill();
          await node.sell(5);
          await until(() => runner.view.state === "failing", "it fails");
          match(
            runner.view.error?.message ?? "",
            /^kafka:\/\/memory:9092\/chain: /,
          );
          broker.restart();
          await checkTopics(node, broker);
          await until(() => runner.view.state === "following", "it follows");
          await until(() => runner.view.lagFacts === 0, "it lacks nothing");
        },
      );
    } finally {
      await runner.stop();
      await node.stop();
    }
  },
});

Deno.test({
  name: "a sale that stands in two logs goes over once",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { mesh, a, b } = await createTwoTills(5);
    const broker = new MemoryKafka();
    const { replica } = mesh.node("a");
    const source = new SinkSource({
      reader: replica.reader,
      register: replica.register,
      archive: replica.archive,
    });
    const id = "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a" as FactId;
    try {
      await createHoney(mesh, a, 100);
      mesh.cutOff("a");
      strictEqual(
        await sellHoney(mesh, a, 1, { id, observation: true }),
        "sold",
      );
      strictEqual(
        await sellHoney(mesh, b, 1, { id, observation: true }),
        "sold",
      );
      mesh.network.heal();
      await mesh.run(60_000);
      const { rows } = source.page(SINK_FACTS, null, 1_000_000);
      strictEqual(rows.filter((row) => row[0] === id).length, 2);

      const target = createKafkaSink(broker, { ...OPTIONS, peer: "a" });
      const link = await target.open(source);
      while ((await link.step(2)).more);
      await link.close();

      const sales = broker.values("chain.sale_recorded");
      deepStrictEqual(sales.map((sale) => sale["id"]), [id]);
    } finally {
      await mesh.stop();
    }
  },
});
