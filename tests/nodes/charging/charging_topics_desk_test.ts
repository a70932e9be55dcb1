import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { fixedFactId } from "../../../crdt/mod.ts";
import { MemoryDesk } from "../../support/charging_desk.ts";
import {
  createChargingNode,
  passTime,
  PlayedPoint,
} from "../../support/charging_node.ts";
import { MemoryKafka } from "../../support/memory_kafka.ts";
import { makeTopics, until } from "../../support/topics_rig.ts";

const NOTICES = "driver_notifications";

/** A real node with one point, and the topics at a broker in memory. */
async function withNode(
  run: (
    rig: {
      readonly broker: MemoryKafka;
      readonly point: PlayedPoint;
      readonly node: Awaited<ReturnType<typeof createChargingNode>>;
      /** Waits until so many words are on the topic, and gives them without running totals' figures. */
      words(count: number): Promise<string[]>;
    },
  ) => Promise<void>,
): Promise<void> {
  const node = await createChargingNode();
  const { charging } = node.useCases;
  const broker = new MemoryKafka(() => node.clock.now());
  const { topics } = makeTopics(broker, charging);
  const point = new PlayedPoint("SEV-07");
  await point.connect(charging);
  topics.start();
  try {
    await until(
      "it holds",
      () => broker.committed("panal-SEV", "cp_telemetry") !== null,
    );
    await run({
      ...{ broker, point, node },
      async words(count) {
        await until("the words", () => broker.records(NOTICES).length >= count);
        return broker.values(NOTICES).map((it) =>
          [it.type, it.cp_id, it.user_id, it.reason ?? it.kwh].join(" ").trim()
        );
      },
    });
  } finally {
    await topics.stop();
    await node.stop();
  }
}

function tell(
  broker: MemoryKafka,
  type: string,
  [point, driver, kwh, importe]: readonly [string, string, number?, number?],
): void {
  const who = { "cp_id": point, "user_id": driver };
  broker.put("cp_telemetry", { type, ...who, kwh, importe });
}

function ask(broker: MemoryKafka, user: unknown, point: string): void {
  const who = { "user_id": user, "cp_id": point };
  broker.put("driver_requests", { ...who, timestamp: 1 });
}

Deno.test("C-26, C-27: the whole way at a real desk: tickets are published for whoever was away, and every word once", () =>
  withNode(async ({ broker, point, node, words }) => {
    ask(broker, "417", "SEV-07");
    await words(1);
    deepStrictEqual(point.told, ["authorize 417"]);
    ask(broker, "418", "SEV-07");
    await words(2);
    tell(broker, "SESSION_STARTED", ["SEV-07", "417"]);
    tell(broker, "CONSUMO", ["SEV-07", "417", 0.1, 0.02]);
    await words(3);
    // Nobody hears of the driver for a long time.
    await passTime(node, 4_000);
    tell(broker, "SUPPLY_END", ["SEV-07", "417", 0.2, 0.04]);
    tell(broker, "SUPPLY_END", ["SEV-07", "417", 0.2, 0.04]);
    await words(4);
    ask(broker, "418", "SEV-07");
    deepStrictEqual(await words(5), [
      "AUTH_OK SEV-07 417",
      "AUTH_DENIED SEV-07 418 CP ya en uso por otro driver",
      "CONSUMO_UPDATE SEV-07 417 0.1",
      "TICKET SEV-07 417 0.2",
      "AUTH_OK SEV-07 418",
    ]);
    await until(
      "all is noted",
      () => node.useCases.charging.unpublished(10).length === 0,
    );
    await until(
      "telemetry is committed",
      () => broker.committed("panal-SEV", "cp_telemetry") === 4,
    );
  }));

Deno.test("C-43: who can be no driver is refused in the words of the page", () =>
  withNode(async ({ broker, words }) => {
    for (const user of ["a#b", " 417", "NO_SESSION", ""]) {
      ask(broker, user, "SEV-07");
    }
    const all = await words(4);
    strictEqual(
      all.every((it) => it.endsWith("Identificador de conductor no válido")),
      true,
      all.join("\n"),
    );
  }));

Deno.test("C-48: a point that only telemetry names is in the network's status as the original shows it", () =>
  withNode(async ({ broker }) => {
    tell(broker, "CONSUMO", ["NEW-01", "417", 0.1, 0.02]);
    const entry = () => {
      const { cps } = broker.values("network_status").at(-1) ?? {};
      return Array.isArray(cps) ? cps.find(({ id }) => id === "NEW-01") : null;
    };
    await until("it is told of", () => entry()?.status === "SUMINISTRANDO");
    strictEqual(entry()?.location, "Desconocida");
  }));

Deno.test("C-49: a CONSUMO that comes after the end of its session moves nobody", () =>
  withNode(async ({ broker, node, words }) => {
    ask(broker, "417", "SEV-07");
    await words(1);
    tell(broker, "CONSUMO", ["SEV-07", "417", 0.1, 0.02]);
    await words(2);
    tell(broker, "SUPPLY_END", ["SEV-07", "417", 0.2, 0.04]);
    await words(3);
    tell(broker, "CONSUMO", ["SEV-07", "417", 0.2, 0.04]);
    await until(
      "it is committed",
      () => broker.committed("panal-SEV", "cp_telemetry") === 3,
    );
    strictEqual(node.useCases.charging.point("SEV-07")?.state, "ACTIVADO");
    strictEqual(broker.records(NOTICES).length, 3);
  }));

Deno.test("11.5: the AUTH_OK of the session that was kept follows right behind its rival's SUPPLY_ERROR", async () => {
  const broker = new MemoryKafka();
  const desk = new MemoryDesk();
  const { topics } = makeTopics(broker, desk);
  const at = Date.now() * 1000;
  const point = "SEV-07";
  const figures = { energy: 0 as never, amount: 0 };
  const reason = "CP ya en uso por otro driver";
  desk.notify({
    ...{ point, driver: "418", at, id: fixedFactId(["displaced"]) },
    body: { type: "SUPPLY_ERROR", reason, ...figures },
  });
  desk.notify({
    ...{ point, driver: "417", at, id: fixedFactId(["again"]) },
    body: { type: "AUTH_OK" },
  });
  topics.start();
  try {
    await until("both are told", () => desk.told.size === 2);
  } finally {
    await topics.stop();
  }
  deepStrictEqual(
    broker.values(NOTICES).map((it) => [it.type, it.user_id]),
    [["SUPPLY_ERROR", "418"], ["AUTH_OK", "417"]],
  );
});
