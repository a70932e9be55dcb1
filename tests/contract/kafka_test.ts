import { MemoryKafka } from "../support/memory_kafka.ts";
import { kafkaContract } from "./kafka_contract.ts";

Deno.test("the Kafka port's double", async (t) => {
  const broker = new MemoryKafka();
  await kafkaContract((name, run) => t.step(name, run), () => broker);
});
