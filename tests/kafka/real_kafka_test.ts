import { createKafkaBroker } from "../../nodes/adapters/kafka_client.ts";
import { kafkaContract } from "../contract/kafka_contract.ts";
import { startRealBroker } from "./real_broker.ts";

/** Says in the log of a run whether these tests ran. */
function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`\n${line}\n`));
}

Deno.test({
  name: "a real Apache Kafka",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const found = await startRealBroker();
    if ("missing" in found) {
      say(`== Kafka tests SKIPPED, no real broker: ${found.missing}`);
      return;
    }
    const { broker } = found;
    const step = (name: string, fn: () => Promise<void>) =>
      t.step({ name, fn, sanitizeOps: false, sanitizeResources: false });
    try {
      await kafkaContract(step, () => createKafkaBroker(broker.address, "t"));
      say(
        `== Kafka tests RAN on a real Apache Kafka at ${broker.address}`,
      );
    } finally {
      await broker.stop();
    }
  },
});
