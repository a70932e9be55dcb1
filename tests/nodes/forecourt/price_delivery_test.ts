import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { FactId } from "../../../crdt/mod.ts";
import {
  type DeliveredPrices,
  DELIVERY_DEFAULTS,
  type DeliverySettings,
  PriceDelivery,
  type PriceSet,
} from "../../../nodes/forecourt/price_delivery.ts";

const priced = (n: number, name = n): PriceSet => ({
  key: `p${n}`,
  set: `set-${name}` as FactId,
  prices: [],
});

/** A delivery whose lines are taken by the system at once, as on links that drain. */
class Bench {
  readonly sent: string[] = [];
  readonly taken: string[] = [];
  readonly saved = new Map<number, DeliveredPrices>();
  readonly delivery: PriceDelivery;
  now = 0;

  constructor(
    settings: Partial<DeliverySettings> = {},
    saved: readonly DeliveredPrices[] = [],
    current: PriceSet = priced(0),
  ) {
    for (const it of saved) this.saved.set(it.pump, it);
    this.delivery = new PriceDelivery({ ...DELIVERY_DEFAULTS, ...settings }, {
      send: (link, prices) => {
        this.sent.push(`${link}:${prices.key}`);
        this.write(link, prices);
      },
      taken: (pump, prices) => void this.taken.push(`${pump}:${prices.set}`),
      changed: (pump) => void this.saved.set(pump.pump, pump),
    }, { current, saved });
  }

  write(link: number, prices: PriceSet): void {
    this.delivery.wrote(link, prices);
    this.delivery.flushed(link, prices, this.now);
  }

  register(pump: number, link: number): string {
    const prices = this.delivery.register(pump, link, this.now);
    this.write(link, prices);
    return prices.key;
  }

  tell(pump: number, busy: "free" | "dispensing" | "paused", quick = false) {
    this.delivery.state(pump, { busy, quick }, this.now);
  }

  wait(ms: number): void {
    for (const end = this.now + ms; this.now < end;) {
      this.now = Math.min(end, this.now + 250);
      this.delivery.tick(this.now);
    }
  }
}

Deno.test("PriceDelivery R4 holds changes during a delivery and sends the newest once", () => {
  const bench = new Bench();
  bench.register(31, 1);
  bench.tell(31, "dispensing");
  for (const n of [1, 2, 3]) bench.delivery.setCurrent(priced(n));
  deepStrictEqual(bench.sent, []);

  bench.delivery.freed(31);
  bench.tell(31, "free");

  deepStrictEqual(bench.sent, ["1:p3"]);
});

Deno.test("PriceDelivery R3 a pump never heard of is free, and a datagram alone frees nobody", () => {
  const bench = new Bench();
  bench.register(31, 1);
  bench.delivery.setCurrent(priced(1));
  bench.tell(31, "dispensing", true);
  bench.delivery.setCurrent(priced(2));
  bench.tell(31, "free", true);
  deepStrictEqual(bench.sent, ["1:p1"]);

  bench.tell(31, "free");

  deepStrictEqual(bench.sent, ["1:p1", "1:p2"]);
});

Deno.test("PriceDelivery R6 a pump that comes back busy gets what it had, and is free after 15 s of silence", () => {
  const bench = new Bench();
  bench.register(31, 1);
  bench.tell(31, "dispensing");
  bench.delivery.closed(1);
  bench.delivery.setCurrent(priced(1));
  bench.wait(60_000);

  strictEqual(bench.register(31, 2), "p0");
  bench.wait(14_750);
  deepStrictEqual(bench.sent, []);
  bench.wait(250);

  deepStrictEqual(bench.sent, ["2:p1"]);
});

Deno.test("PriceDelivery R6 a paused pump that comes back is held for maxRetencionPausa, 0 is for ever", () => {
  for (const [pausedHoldMs, freedMs] of [[600_000, 600_000], [0, Infinity]]) {
    const bench = new Bench({ pausedHoldMs: pausedHoldMs ?? 0 });
    bench.register(31, 1);
    bench.tell(31, "paused");
    bench.delivery.closed(1);
    bench.delivery.setCurrent(priced(1));
    strictEqual(bench.register(31, 2), "p0");

    bench.wait(599_750);
    deepStrictEqual(bench.sent, []);
    bench.wait(250);

    deepStrictEqual(bench.sent, freedMs === Infinity ? [] : ["2:p1"]);
  }
});

Deno.test("PriceDelivery R6 a sign of activity after the return keeps the price", () => {
  const bench = new Bench();
  bench.register(31, 1);
  bench.tell(31, "dispensing");
  bench.delivery.closed(1);
  bench.delivery.setCurrent(priced(1));
  bench.register(31, 2);

  for (let n = 0; n < 30; n++) {
    bench.wait(2_000);
    bench.tell(31, "dispensing", true);
  }
  deepStrictEqual(bench.sent, []);
  bench.wait(30_000);

  deepStrictEqual(bench.sent, ["2:p1"]);
});

Deno.test("PriceDelivery R7 a connected pump is free after 30 s of silence, a paused one after maxRetencionPausa", () => {
  const bench = new Bench();
  bench.register(31, 1);
  bench.register(32, 2);
  bench.tell(31, "dispensing");
  bench.tell(32, "paused");
  bench.delivery.setCurrent(priced(1));

  bench.wait(29_750);
  deepStrictEqual(bench.sent, []);
  bench.wait(250);
  deepStrictEqual(bench.sent, ["1:p1"]);
  bench.wait(569_750);
  deepStrictEqual(bench.sent, ["1:p1"]);
  bench.wait(250);

  deepStrictEqual(bench.sent, ["1:p1", "2:p1"]);
});

Deno.test("PriceDelivery R9 prices are taken after 5 s on the link or a further line, and not if it closed before", () => {
  const bench = new Bench();
  bench.register(31, 1);
  bench.wait(4_750);
  deepStrictEqual(bench.taken, []);
  bench.wait(250);
  deepStrictEqual(bench.taken, ["31:set-0"]);

  bench.delivery.setCurrent(priced(1));
  bench.delivery.line(1);
  deepStrictEqual(bench.taken, ["31:set-0", "31:set-1"]);

  bench.delivery.setCurrent(priced(2));
  bench.delivery.closed(1);
  bench.wait(10_000);
  deepStrictEqual(bench.taken, ["31:set-0", "31:set-1"]);
});

Deno.test("PriceDelivery notes the same prices under a new name without sending them", () => {
  const bench = new Bench();
  bench.register(31, 1);
  bench.wait(5_000);

  bench.delivery.setCurrent(priced(0, 7));

  deepStrictEqual(bench.sent, []);
  deepStrictEqual(bench.taken, ["31:set-0", "31:set-7"]);
});

Deno.test("PriceDelivery sends earlier prices again when they hold again, and nothing twice", () => {
  const bench = new Bench();
  bench.register(31, 1);
  for (const n of [1, 1, 0, 0]) bench.delivery.setCurrent(priced(n));

  deepStrictEqual(bench.sent, ["1:p1", "1:p0"]);
});

Deno.test("PriceDelivery R10 sends at once where the site says so", () => {
  const bench = new Bench({ immediate: true });
  bench.register(31, 1);
  bench.tell(31, "dispensing");
  bench.delivery.setCurrent(priced(1));
  bench.delivery.closed(1);
  bench.delivery.setCurrent(priced(2));

  deepStrictEqual(bench.sent, ["1:p1"]);
  strictEqual(bench.register(31, 2), "p2");
});

Deno.test("PriceDelivery goes on after a restart with what was saved", () => {
  const before = new Bench();
  before.register(31, 1);
  before.tell(31, "dispensing");
  before.register(32, 2);
  before.register(33, 3);

  const after = new Bench({}, [...before.saved.values()], priced(1));
  after.tell(33, "dispensing", true);

  strictEqual(after.register(31, 1), "p0");
  strictEqual(after.register(32, 2), "p1");
  strictEqual(after.register(33, 3), "p0");
});

Deno.test("PriceDelivery.forget() leaves nothing of a pump to another one under its number", () => {
  const before = new Bench();
  before.register(31, 1);
  before.tell(31, "dispensing");
  before.delivery.forget(31);
  strictEqual(before.delivery.busy(31), "dispensing");
  before.delivery.closed(1);
  before.delivery.forget(31);
  before.delivery.setCurrent(priced(1));
  const after = new Bench({}, [...before.saved.values()], priced(1));

  strictEqual(before.register(31, 2), "p1");
  strictEqual(after.register(31, 1), "p1");
});

Deno.test("PriceDelivery 3.8.6 sends to every link of a pump", () => {
  const bench = new Bench();
  bench.register(31, 1);
  bench.register(31, 2);
  bench.delivery.setCurrent(priced(1));
  bench.delivery.closed(1);
  bench.delivery.setCurrent(priced(2));

  deepStrictEqual(bench.sent, ["1:p1", "2:p1", "2:p2"]);
});

type Step =
  | { readonly kind: "register" | "close"; readonly link: number }
  | { readonly kind: "prices" }
  | { readonly kind: "busy"; readonly busy: "free" | "dispensing" | "paused" }
  | { readonly kind: "quick"; readonly busy: "dispensing" | "paused" }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "restart" };

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("register" as const, "close" as const),
    link: fc.integer({ min: 1, max: 3 }),
  }),
  fc.constant({ kind: "prices" as const }),
  fc.record({
    kind: fc.constant("busy" as const),
    busy: fc.constantFrom(
      "free" as const,
      "dispensing" as const,
      "paused" as const,
    ),
  }),
  fc.record({
    kind: fc.constant("quick" as const),
    busy: fc.constantFrom("dispensing" as const, "paused" as const),
  }),
  fc.record({
    kind: fc.constant("wait" as const),
    ms: fc.constantFrom(250, 5_000, 15_000, 31_000, 601_000),
  }),
  fc.constant({ kind: "restart" as const }),
);

Deno.test("PriceDelivery R4 R5 R6 R8: any order of changes, deliveries, losses and restarts keeps prices in order, deliveries at their price, and nobody behind", () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 40 }), (run) => {
      let current = 0;
      let bench = new Bench();
      let open = new Set<number>();
      /** The newest prices that the pump has seen. */
      let seen = -1;
      const see = (key: string) => {
        const n = Number(key.slice(1));
        ok(n >= seen, "an older map after a newer one");
        if (bench.delivery.busy(31) !== "free" && seen >= 0) {
          strictEqual(n, seen, "a delivery was repriced");
        }
        seen = n;
      };
      const drain = () => {
        for (const line of bench.sent.splice(0)) {
          const [link = "", key = ""] = line.split(":");
          ok(open.has(Number(link)), "a line on a closed link");
          see(key);
        }
      };
      for (const step of run) {
        switch (step.kind) {
          case "register":
            if (open.has(step.link)) break;
            open.add(step.link);
            see(bench.register(31, step.link));
            break;
          case "close":
            bench.delivery.closed(step.link);
            open.delete(step.link);
            break;
          case "prices":
            bench.delivery.setCurrent(priced(++current));
            break;
          case "busy":
            if (open.size > 0) bench.tell(31, step.busy);
            break;
          case "quick":
            bench.tell(31, step.busy, true);
            break;
          case "wait":
            bench.wait(step.ms);
            break;
          case "restart":
            open = new Set();
            bench = new Bench(
              {},
              [...bench.saved.values()],
              priced(current),
            );
        }
        drain();
        if (open.size > 0 && bench.delivery.busy(31) === "free") {
          strictEqual(seen, current, "a free pump was left behind");
        }
      }
    }),
    { numRuns: 500 },
  );
});
