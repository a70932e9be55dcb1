/** No sale of a pump is lost on its way to an original station, and none is told twice to one that can be asked. */
import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { createSeededRandom } from "../../../crdt/mod.ts";
import { type ListedSale, parseForecourtTime } from "../../../net/mod.ts";
import { createStationClient } from "../../../nodes/forecourt/station_client.ts";
import { createMemoryProgram } from "../../support/memory_lines.ts";
import { createTestPump, PUMP_SITE } from "../../support/test_pump.ts";

/** What a station does with a sale: it may end the link before or after it has stored it. */
type Fate = "store" | "end_before" | "end_after";

type Step =
  | { readonly kind: "sell"; readonly fate: Fate }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "down" | "up" | "crash" | "mute" | "unmute" };

const ZONE = "America/Santiago";

interface Stored extends ListedSale {
  readonly payment: string;
}

/** A pump and a station that forgets no sale, and does what it is told with each. */
async function createPair() {
  const test = await createTestPump({ tellsStation: true });
  const stored: Stored[] = [];
  const fates: Fate[] = [];
  let isMute = false;
  const station = createMemoryProgram(() => test.clock.monotonic());
  station.answer = (line, message) => {
    if (message["tipo"] === "registro") {
      line.say({ "tipo": "registro_confirmado", "id_surtidor": 3 });
    }
    if (message["tipo"] !== "transaccion_completada") return;
    const fate = fates.shift() ?? "store";
    if (fate !== "end_before") stored.push(readStored(message));
    if (fate !== "store") line.end();
  };
  const createClient = () =>
    createStationClient({
      pump: test.pump,
      store: test.store,
      forecourt: test.forecourt,
      port: {
        dial: station.dial,
        readSales: () =>
          Promise.resolve(isMute ? undefined : stored.slice(-50)),
      },
      site: PUMP_SITE,
      timezone: ZONE,
      clock: test.clock,
      random: createSeededRandom(3),
      logger: { log: () => {} },
      report: () => {},
    });
  let client = createClient();
  client.start();
  return {
    ...test,
    stored,
    fates,
    setMute: (mute: boolean) => void (isMute = mute),
    setDown(isDown: boolean) {
      station.failure = isDown ? "refused" : undefined;
      if (isDown) { for (const line of station.lines) line.end(); }
    },
    async crash() {
      await client.stop();
      client = createClient();
      client.start();
    },
    async end() {
      await client.stop();
      await test.stop();
    },
  };
}

// deno-lint-ignore no-explicit-any -- a message as it was sent
function readStored(message: Record<string, any>): Stored {
  const at = parseForecourtTime(message["fecha_fin"], ZONE) ?? 0;
  return {
    endedMs: Math.floor(at / 1000),
    volumeMl: Math.round(message["litros"] * 1000),
    amount: message["monto_total"],
    payment: message["metodo_pago"],
  };
}

/** Does all steps, then lets everything be reachable until nothing waits; gives what was sold and what was stored. */
async function live(steps: readonly Step[]) {
  const pair = await createPair();
  const sold: string[] = [];
  for (const step of steps) {
    if (step.kind === "sell") {
      pair.fates.push(step.fate);
      ok((await pair.pump.control.start()).ok);
      const payment = `p${sold.length}`;
      ok((await pair.pump.control.finish({ payment })).ok);
      sold.push(payment);
    }
    if (step.kind === "wait") await pair.run(step.ms);
    if (step.kind === "down" || step.kind === "up") {
      pair.setDown(step.kind === "down");
    }
    if (step.kind === "mute" || step.kind === "unmute") {
      pair.setMute(step.kind === "mute");
    }
    if (step.kind === "crash") await pair.crash();
    await pair.run(10);
  }
  pair.fates.length = 0;
  pair.setMute(false);
  pair.setDown(false);
  await pair.run(30_000);
  await pair.crash();
  await pair.run(60_000);
  const { store, stored } = pair;
  const left = store.count("waiting") + store.count("doubtful") +
    store.count("unconfirmed");
  await pair.end();
  return { sold, told: stored.map(({ payment }) => payment), left };
}

const sell = fc.constantFrom<Fate>("store", "end_before", "end_after").map(
  (fate): Step => ({ kind: "sell", fate }),
);
const wait = fc.constantFrom(50, 2_000, 5_500, 9_000).map(
  (ms): Step => ({ kind: "wait", ms }),
);
const always = fc.oneof(
  { weight: 3, arbitrary: sell },
  { weight: 3, arbitrary: wait },
  fc.constantFrom<Step>({ kind: "down" }, { kind: "up" }, { kind: "crash" }),
);

Deno.test("StationClient tells every sale exactly once to a station that can be asked, whatever breaks", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(always, { maxLength: 25, size: "max" }),
      async (steps) => {
        const { sold, told, left } = await live(steps);
        deepStrictEqual(told.toSorted(), sold.toSorted());
        deepStrictEqual(left, 0);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("StationClient tells every sale, and none more than twice, to a station that can be asked only at times", async () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: always },
    fc.constantFrom<Step>({ kind: "mute" }, { kind: "unmute" }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 25, size: "max" }),
      async (steps) => {
        const { sold, told, left } = await live([{ kind: "mute" }, ...steps]);
        deepStrictEqual([...new Set(told)].toSorted(), sold.toSorted());
        deepStrictEqual(left, 0);
        for (const payment of sold) {
          ok(told.filter((it) => it === payment).length <= 2, payment);
        }
      },
    ),
    { numRuns: 60 },
  );
});
