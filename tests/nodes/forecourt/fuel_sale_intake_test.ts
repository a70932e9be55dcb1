import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import {
  createSeededRandom,
  err,
  ok,
  PanalError,
  parseSiteCode,
  type SiteCode,
} from "../../../crdt/mod.ts";
import type {
  ForecourtUseCases,
  RecordFuelSaleInput,
} from "../../../nodes/forecourt/forecourt_use_cases.ts";
import {
  FuelSaleIntake,
  RAW_MAX,
  SALES_WAITING_MAX,
} from "../../../nodes/forecourt/fuel_sale_intake.ts";
import { createVirtualClock } from "../../support/virtual_clock.ts";

type Outcome = Awaited<ReturnType<ForecourtUseCases["recordFuelSale"]>>;

const recorded = ok({ repeated: false }) as unknown as Outcome;
const refused = (code: "overloaded" | "id_reused" | "forbidden"): Outcome =>
  err({ code, message: code });

/** An intake whose disk answers as the test says. */
function createBench(answer: (call: number) => Promise<Outcome> | Outcome) {
  const calls: RecordFuelSaleInput[] = [];
  const alerts: string[] = [];
  const logged: string[] = [];
  const clock = createVirtualClock(Date.UTC(2026, 10, 22, 15));
  const intake = new FuelSaleIntake({
    site: parseSiteCode("E01") as SiteCode,
    timezone: "UTC",
    forecourt: {
      recordFuelSale(input) {
        calls.push(input);
        return Promise.resolve(calls.length).then(answer);
      },
    },
    clock,
    random: createSeededRandom(1),
    logger: { log: (_, message) => void logged.push(message) },
    alerts: { tell: (kind) => void alerts.push(kind) },
  });
  const take = (amount = 1350, text = "the line") =>
    intake.take({
      pump: 31,
      message: {
        "litros": 1,
        "precio_por_litro": 1350,
        "monto_total": amount,
        "metodo_pago": "efectivo",
        "tipo_combustible": "95",
        "fecha_fin": "2025-03-02T09:14:24",
      },
      text,
      fuel: "95",
      keepText: text !== "the line",
    });
  return { calls, alerts, logged, clock, intake, take };
}

Deno.test("FuelSaleIntake tries again what the disk or a full queue refused, with the same id", async () => {
  const bench = createBench((call) => {
    if (call === 1) throw new PanalError("store_full", "no room");
    return call === 2 ? refused("overloaded") : recorded;
  });
  bench.take();
  await bench.clock.run(99);
  strictEqual(bench.calls.length, 1);
  await bench.clock.run(1_000);

  strictEqual(bench.calls.length, 3);
  strictEqual(new Set(bench.calls.map(({ id }) => id)).size, 1);
  strictEqual(bench.intake.waiting, 0);
  await bench.intake.stop();
});

Deno.test("FuelSaleIntake leaves to a person what is refused for good, and goes on", async () => {
  const bench = createBench((call) =>
    call === 1 ? refused("forbidden") : recorded
  );
  bench.take();
  bench.take(2);
  await bench.clock.run(60_000);

  strictEqual(bench.calls.length, 2);
  deepStrictEqual(bench.alerts, ["fuel_sale_refused"]);
  await bench.intake.stop();
});

Deno.test("FuelSaleIntake records a delivery whose id stands for another one under a new id", async () => {
  const bench = createBench((call) =>
    call === 1 ? refused("id_reused") : recorded
  );
  bench.take();
  await bench.clock.run(60_000);

  const [first, second] = bench.calls;
  match(first?.id ?? "", /-8...-8...-/);
  strictEqual(second?.id, undefined);
  strictEqual(second?.raw, "the line");
  await bench.intake.stop();
});

Deno.test("FuelSaleIntake keeps of a long line what a store can hold, also where the end falls into a pair", async () => {
  const bench = createBench(() => recorded);
  bench.take(1350, "x".repeat(RAW_MAX - 1) + "😀");
  await bench.clock.run(100);

  const raw = bench.calls[0]?.raw ?? "";
  deepStrictEqual([raw.length, raw.isWellFormed()], [RAW_MAX, true]);
  await bench.intake.stop();
});

Deno.test("FuelSaleIntake lets its reader wait while too many are on their way", async () => {
  const gate = Promise.withResolvers<Outcome>();
  const bench = createBench(() => gate.promise);
  let wait: Promise<void> | undefined;
  for (let n = 1; n < SALES_WAITING_MAX; n++) wait = bench.take(n);
  strictEqual(wait, undefined);
  wait = bench.take(0);
  strictEqual(bench.intake.waiting, SALES_WAITING_MAX);

  gate.resolve(recorded);
  await wait;

  strictEqual(bench.intake.waiting < SALES_WAITING_MAX, true);
  await bench.intake.stop();
});

Deno.test("FuelSaleIntake.stop() gives up after its time and says what was not recorded", async () => {
  const bench = createBench(() => {
    throw new PanalError("store_full", "no room");
  });
  bench.take();
  const stopping = bench.intake.stop();
  await bench.clock.run(10_000);
  await stopping;
  await bench.clock.run(0);

  deepStrictEqual(bench.logged.at(-1), "A delivery was not recorded");
});
