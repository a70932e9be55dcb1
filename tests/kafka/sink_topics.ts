/**
 * A node whose facts go to topics of a real broker: each is there once, also after the broker was killed and after the
 * feeding was cut off.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { createKafkaBroker } from "../../nodes/adapters/kafka_client.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { createTopicsSide } from "../../nodes/sinks/checked_sides.ts";
import { createKafkaSink } from "../../nodes/sinks/kafka_sink.ts";
import { SinkRunner } from "../../nodes/sinks/sink_runner.ts";
import { SINK_FACTS } from "../../nodes/sinks/sink_tables.ts";
import { createSinkNode, type SinkNode, until } from "../support/sink_node.ts";
import type { RealBroker } from "./real_broker.ts";

const NAMES = { prefix: "chain", peer: "12D3KooWtest" };

function feedTopics(node: SinkNode, { address }: RealBroker): SinkRunner {
  const broker = createKafkaBroker([address], "panal-sink");
  return new SinkRunner({
    target: createKafkaSink(broker, {
      name: `kafka://${address}/chain`,
      ...NAMES,
    }),
    source: node.source,
    clock: createSystemClock(),
  });
}

async function checkTopics(
  node: SinkNode,
  { address }: RealBroker,
  runner: SinkRunner,
): Promise<void> {
  await until(
    () => runner.view.state === "following" && runner.view.lagFacts === 0,
    "the topics have every fact",
  );
  const session = await createKafkaBroker(address, "test").connect();
  try {
    const found: string[] = [];
    for await (
      const { key } of createTopicsSide(session, NAMES).rows("facts")
    ) {
      found.push(key);
    }
    const { rows } = node.source.page(SINK_FACTS, null, 1_000_000);
    deepStrictEqual(
      found.toSorted(),
      rows.map(([id]) => String(id)).toSorted(),
    );
  } finally {
    await session.close();
  }
}

/** Runs the steps. */
export async function sinkTopics(
  step: (name: string, run: () => Promise<void>) => Promise<unknown>,
  broker: RealBroker,
): Promise<void> {
  const node = await createSinkNode();
  let runner = feedTopics(node, broker);
  try {
    await step("topics of a sink have every fact once", async () => {
      await node.sell(700);
      runner.start();
      await checkTopics(node, broker, runner);
    });
    await step(
      "also after the broker was killed while it was fed",
      async () => {
        const selling = node.sell(300);
        await broker.kill();
        await selling;
        await node.sell(50);
        await until(() => runner.view.state === "failing", "it fails");
        await broker.restart();
        await checkTopics(node, broker, runner);
      },
    );
    await step("also after the feeding was cut off", async () => {
      await runner.stop();
      for (let i = 0; i < 3; i++) {
        const brief = feedTopics(node, broker);
        brief.start();
        await node.sell(200);
        await until(() => brief.view.state !== "connecting", "it begins");
        await brief.stop();
      }
      runner = feedTopics(node, broker);
      runner.start();
      await checkTopics(node, broker, runner);
    });
  } finally {
    await runner.stop();
    await node.stop();
  }
}
