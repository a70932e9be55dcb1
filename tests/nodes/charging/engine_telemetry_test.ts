import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  EngineTelemetry,
  TELEMETRY_KEPT_MAX,
} from "../../../nodes/charging/engine_telemetry.ts";
import type { EngineRecord } from "../../../nodes/charging/simulated_engine.ts";
import { MemoryKafka } from "../../support/memory_kafka.ts";
import { createVirtualClock } from "../../support/virtual_clock.ts";

const record = (type: EngineRecord["type"], kwh: number): EngineRecord => ({
  ...{ "type": type, "cp_id": "SEV-07", "user_id": "417" },
  ...{ "kwh": kwh, "importe": 0 },
});

function createTelemetry() {
  const clock = createVirtualClock(0);
  const broker = new MemoryKafka(() => clock.now());
  const failures: unknown[] = [];
  const failed = (error: unknown) => void failures.push(error);
  const telemetry = new EngineTelemetry({ broker, clock, failed });
  const stored = () =>
    (broker.topics.get("cp_telemetry") ?? []).map(({ value }) =>
      JSON.parse(new TextDecoder().decode(value ?? undefined))
    );
  return { clock, broker, telemetry, failures, stored };
}

Deno.test("EngineTelemetry puts records on the topic in their order, as JSON without a key", async () => {
  const { clock, telemetry, stored, failures } = createTelemetry();
  const records = Array.from({ length: 450 }, (_, i) => record("CONSUMO", i));
  for (const it of records) telemetry.send(it);
  await clock.run(100);
  deepStrictEqual(stored(), records);
  strictEqual(telemetry.waiting, 0);
  await telemetry.close();
  deepStrictEqual(failures, []);
});

Deno.test("EngineTelemetry keeps what a broker does not take, tells of it once, and sends it when the broker is back", async () => {
  const { clock, broker, telemetry, stored, failures } = createTelemetry();
  broker.faults.down = true;
  telemetry.send(record("CONSUMO", 0.1));
  await clock.run(3_500);
  telemetry.send(record("SUPPLY_END", 0.1));
  strictEqual(failures.length, 1);
  broker.faults.down = false;
  await clock.run(1_000);
  deepStrictEqual(stored(), [
    record("CONSUMO", 0.1),
    record("SUPPLY_END", 0.1),
  ]);
  await telemetry.close();
});

Deno.test("EngineTelemetry keeps no more than it may: the oldest running totals go first", async () => {
  const { clock, broker, telemetry, stored } = createTelemetry();
  broker.faults.down = true;
  telemetry.send(record("SESSION_STARTED", 0));
  for (let i = 1; i < TELEMETRY_KEPT_MAX + 5; i++) {
    telemetry.send(record("CONSUMO", i));
  }
  telemetry.send(record("SUPPLY_END", -1));
  strictEqual(telemetry.waiting, TELEMETRY_KEPT_MAX);
  broker.faults.down = false;
  await clock.run(5_000);
  const figures = stored();
  deepStrictEqual(
    [figures[0].type, figures[1].kwh, figures.at(-1).type],
    ["SESSION_STARTED", 7, "SUPPLY_END"],
  );
  await telemetry.close();
});

Deno.test("EngineTelemetry waits at its end for what it can send, not for a broker that is away", async () => {
  const { clock, broker, telemetry, stored } = createTelemetry();
  telemetry.send(record("SUPPLY_END", 1));
  const closing = telemetry.close();
  await clock.run(100);
  await closing;
  strictEqual(stored().length, 1);

  const away = createTelemetry();
  away.broker.faults.down = true;
  away.telemetry.send(record("SUPPLY_END", 1));
  const ending = away.telemetry.close();
  await away.clock.run(6_000);
  await ending;
  strictEqual(away.telemetry.waiting, 1);
  strictEqual(broker.sessions, 1);
});
