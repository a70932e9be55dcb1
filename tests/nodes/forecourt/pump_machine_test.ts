import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { FactId, ProductId } from "../../../crdt/mod.ts";
import {
  type Delivery,
  DELIVERY_ML_MAX,
  type EndedDelivery,
  failedDelivery,
  type HeldPrices,
  operationOf,
  type PumpEffect,
  type PumpEvent,
  type PumpState,
  stepPump,
  UNPAID,
} from "../../../nodes/forecourt/pump_machine.ts";

const id = (n: number) =>
  `00000000-0000-7000-8000-${`${n}`.padStart(12, "0")}` as FactId;

function prices(price: number, set = 1): HeldPrices {
  const fuels = ["93", "95", "97", "diesel"] as ProductId[];
  return { set: id(set), prices: fuels.map((fuel) => ({ fuel, price })) };
}

function idlePump(held: HeldPrices = prices(1350)): PumpState {
  return {
    name: "Isla 1",
    fuel: "95" as ProductId,
    fuels: ["93", "95", "97", "diesel"] as ProductId[],
    flowMlPerSecond: 500,
    isFlowing: false,
    delivery: null,
    startedAt: null,
    held,
    waiting: null,
  };
}

/** Takes events one after another and gathers what is to be done. */
function run(state: PumpState, ...events: readonly PumpEvent[]) {
  const effects: PumpEffect[] = [];
  for (const event of events) {
    const step = stepPump(state, event);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

const START: PumpEvent = { kind: "start", id: id(7), at: 1_000 };
const TICK: PumpEvent = { kind: "tick" };
const FINISH: PumpEvent = { kind: "finish", payment: "tarjeta", at: 9_000 };

Deno.test("stepPump() stores a delivery before it reports that it runs, at start and at each tick", () => {
  const { state, effects } = run(idlePump(), START, TICK, TICK);

  deepStrictEqual(effects.map(({ kind }) => kind), [
    "save",
    "report",
    "save",
    "report",
    "save",
    "report",
  ]);
  strictEqual(operationOf(state), "dispensing");
  strictEqual(state.delivery?.volumeMl, 1000);
});

Deno.test("stepPump() is idle only once the finished delivery is recorded, with its volume, price and payment", () => {
  const ended = run(idlePump(), START, TICK, FINISH);
  const done = run(ended.state, { kind: "recorded", id: id(7) });

  const record = ended.effects.find(({ kind }) => kind === "record");
  deepStrictEqual(record, {
    kind: "record",
    delivery: {
      id: id(7),
      fuel: "95",
      price: 1350,
      startedAt: 1_000,
      volumeMl: 500,
      end: { at: 9_000, payment: "tarjeta", state: "completed" },
    },
  });
  strictEqual(operationOf(ended.state), "paused");
  strictEqual(stepPump(ended.state, START).refused, "pump_busy");
  strictEqual(operationOf(done.state), "idle");
  strictEqual(done.state.startedAt, 1_000);
});

Deno.test("stepPump() refuses to finish a paused delivery (decision 50)", () => {
  const { state } = run(idlePump(), START, TICK, { kind: "pause" });

  const step = stepPump(state, FINISH);

  strictEqual(step.refused, "pump_not_dispensing");
  strictEqual(step.state, state);
  strictEqual(stepPump(idlePump(), FINISH).refused, "pump_not_dispensing");
});

Deno.test("stepPump() closes a running or paused delivery at an emergency stop as cancelled, with its volume (decision 49)", () => {
  const pauses: PumpEvent[][] = [[], [{ kind: "pause" }]];
  for (const pause of pauses) {
    const { effects } = run(idlePump(), START, TICK, ...pause, {
      kind: "stop",
      at: 5_000,
    });

    const record = effects.find((effect) => effect.kind === "record");
    strictEqual(record?.delivery.volumeMl, 500);
    deepStrictEqual(record?.delivery.end, {
      at: 5_000,
      payment: UNPAID,
      state: "cancelled",
    });
  }
});

Deno.test("stepPump() holds prices during a delivery, keeps only the newest, and takes it when it is free (R3, R4, decision 10)", () => {
  const busy = run(
    idlePump(),
    START,
    { kind: "prices", held: prices(1400, 2) },
    TICK,
    { kind: "pause" },
    { kind: "prices", held: prices(1500, 3) },
    { kind: "resume" },
    FINISH,
  );
  const free = run(busy.state, { kind: "recorded", id: id(7) });

  ok(!busy.effects.some(({ kind }) => kind === "taken"));
  strictEqual(busy.state.delivery?.price, 1350);
  deepStrictEqual(free.effects, [
    { kind: "report", cause: "state" },
    { kind: "taken", held: prices(1500, 3) },
  ]);
  strictEqual(free.state.held.set, id(3));
});

Deno.test("stepPump() takes prices at once while it is idle", () => {
  const { state, effects } = run(idlePump(), {
    kind: "prices",
    held: prices(1400, 2),
  });

  strictEqual(state.held.set, id(2));
  deepStrictEqual(effects.map(({ kind }) => kind), ["taken", "report"]);
});

Deno.test("stepPump() refuses to begin without a price", () => {
  const pump = idlePump({ set: null, prices: [] });

  strictEqual(stepPump(pump, START).refused, "price_unknown");
});

Deno.test("stepPump() configures name and fuel while idle, the name alone while paused, nothing while dispensing", () => {
  const both: PumpEvent = { kind: "configure", fuel: "97", name: "Isla 2" };
  const name: PumpEvent = { kind: "configure", name: "Isla 2" };
  const { state: running } = run(idlePump(), START);
  const { state: paused } = run(running, { kind: "pause" });

  const changed = stepPump(idlePump(), both).state;
  strictEqual(changed.fuel, "97");
  strictEqual(changed.name, "Isla 2");
  strictEqual(stepPump(paused, name).state.name, "Isla 2");
  strictEqual(stepPump(paused, both).refused, "pump_busy");
  strictEqual(stepPump(running, name).refused, "pump_busy");
});

Deno.test("stepPump() passes over a fuel that it has not when there is a name to set, and refuses it alone", () => {
  const kerosene: PumpEvent = { kind: "configure", fuel: "kerosene" };

  const named = stepPump(idlePump(), { ...kerosene, name: "Isla 2" });

  strictEqual(named.state.name, "Isla 2");
  strictEqual(named.state.fuel, "95");
  strictEqual(stepPump(idlePump(), kerosene).refused, "product_unknown");
});

Deno.test("stepPump() ignores commands that do not apply, and answers a question for its state", () => {
  for (const kind of ["pause", "resume"] as const) {
    deepStrictEqual(stepPump(idlePump(), { kind }).effects, []);
  }
  const report = { kind: "report", cause: "state" };
  deepStrictEqual(stepPump(idlePump(), { kind: "report" }).effects, [report]);
  deepStrictEqual(stepPump(idlePump(), { kind: "stop", at: 1 }).effects, [
    report,
  ]);
});

Deno.test("stepPump() pauses a delivery that no tank can hold, and never counts beyond", () => {
  const pump = { ...idlePump(), flowMlPerSecond: DELIVERY_ML_MAX };

  const { state } = run(pump, START, TICK, TICK);

  strictEqual(state.delivery?.volumeMl, DELIVERY_ML_MAX);
  strictEqual(operationOf(state), "paused");
});

/** What truly flowed and what was sold for it. */
interface Model {
  /** Milliliters that flowed. */
  flowedMl: number;
  /** Milliliters of ticks that a crash kept from being stored. */
  lostMl: number;
  /** Deliveries begun. */
  begun: number;
}

/** A pump with a disk, as its driver uses it: what is not saved is lost by a crash. */
class Rig {
  state = idlePump();
  saved: Delivery | null = null;
  unrecorded: EndedDelivery | null = null;
  readonly recorded = new Map<FactId, EndedDelivery>();
  /** The price in force when each delivery began. */
  readonly pricesAtStart = new Map<FactId, number>();
  #next = 100;

  take(event: PumpEvent, options: { readonly crashes?: boolean } = {}): void {
    const step = stepPump(this.state, event);
    if (options.crashes === true) return this.crash();
    this.state = step.state;
    for (const effect of step.effects) {
      if (effect.kind === "save") this.saved = effect.delivery;
      if (effect.kind === "record") this.unrecorded = effect.delivery;
    }
    const begun = this.state.delivery;
    if (event.kind === "start" && step.refused === undefined && begun) {
      this.pricesAtStart.set(begun.id, begun.price);
    }
  }

  nextId(): FactId {
    return id(this.#next++);
  }

  /** The sale becomes durable; `crashes` ends the process before the row of the delivery is gone. */
  record(crashes: boolean): void {
    const ended = this.unrecorded;
    if (ended === null) return;
    this.#put(ended);
    this.unrecorded = null;
    if (crashes) return this.crash();
    this.saved = null;
    this.take({ kind: "recorded", id: ended.id });
  }

  crash(): void {
    this.state = { ...idlePump(), held: this.state.held };
    this.unrecorded = null;
    if (this.saved !== null) this.#put(failedDelivery(this.saved, 1));
    this.saved = null;
  }

  /** The same id with the same volume is one sale: the first stays. */
  #put(sale: EndedDelivery): void {
    const known = this.recorded.get(sale.id);
    if (known !== undefined) strictEqual(known.volumeMl, sale.volumeMl);
    else this.recorded.set(sale.id, sale);
  }
}

class Take implements fc.Command<Model, Rig> {
  readonly event: PumpEvent;
  readonly crashes: boolean;
  constructor(event: PumpEvent, crashes = false) {
    this.event = event;
    this.crashes = crashes;
  }
  check = () => true;
  run(model: Model, rig: Rig): void {
    const { state } = rig;
    const isTick = this.event.kind === "tick" && state.isFlowing;
    if (isTick) model.flowedMl += state.flowMlPerSecond;
    if (isTick && this.crashes) model.lostMl += state.flowMlPerSecond;
    const event = this.event.kind === "start"
      ? { ...this.event, id: rig.nextId() }
      : this.event;
    if (event.kind === "start" && state.delivery === null && !this.crashes) {
      model.begun++;
    }
    rig.take(event, { crashes: this.crashes });
    checkRig(model, rig);
  }
  toString = () => `${this.event.kind}${this.crashes ? " and crash" : ""}`;
}

class Record implements fc.Command<Model, Rig> {
  readonly crashes: boolean;
  constructor(crashes: boolean) {
    this.crashes = crashes;
  }
  check = () => true;
  run(model: Model, rig: Rig): void {
    rig.record(this.crashes);
    checkRig(model, rig);
  }
  toString = () => `record${this.crashes ? " and crash" : ""}`;
}

function checkRig(model: Model, rig: Rig): void {
  const sales = [...rig.recorded.values()];
  // Between the recording and the end of its row a sale is in both places: it counts once.
  const running = rig.state.delivery;
  const openMl = running === null || rig.recorded.has(running.id)
    ? 0
    : running.volumeMl;
  const soldMl = sales.reduce((sum, { volumeMl }) => sum + volumeMl, 0);
  strictEqual(soldMl + openMl, model.flowedMl - model.lostMl);
  strictEqual(sales.length + (running === null ? 0 : 1), model.begun);
  for (const { id, price } of sales) {
    strictEqual(price, rig.pricesAtStart.get(id));
  }
  if (running !== null) {
    strictEqual(running.price, rig.pricesAtStart.get(running.id));
  }
}

Deno.test("stepPump() loses and doubles no milliliter, and sells each at the price of its start, in whatever order things happen and the process ends", () => {
  const event = fc.oneof(
    { weight: 6, arbitrary: fc.constant<PumpEvent>(TICK) },
    { weight: 3, arbitrary: fc.constant<PumpEvent>(START) },
    fc.constant<PumpEvent>(FINISH),
    fc.constant<PumpEvent>({ kind: "stop", at: 3 }),
    fc.constantFrom<PumpEvent>(
      { kind: "pause" },
      { kind: "resume" },
      { kind: "report" },
      { kind: "configure", fuel: "97" },
      { kind: "configure", name: "x" },
    ),
    fc.nat({ max: 5_000 }).map((price): PumpEvent => ({
      kind: "prices",
      held: prices(price, price + 1),
    })),
  );
  // Crashes and recordings are rare among what happens: a list's entries are drawn alike.
  const taking = Array.from(
    { length: 8 },
    () => event.map((it) => new Take(it)),
  );
  const commands = fc.commands([
    ...taking,
    event.map((it) => new Take(it, true)),
    fc.constant(new Record(false)),
    fc.constant(new Record(true)),
  ], { maxCommands: 60, size: "max" });
  fc.assert(
    fc.property(commands, (all) => {
      fc.modelRun(() => ({
        model: { flowedMl: 0, lostMl: 0, begun: 0 },
        real: new Rig(),
      }), all);
    }),
    { numRuns: 1_000 },
  );
});
