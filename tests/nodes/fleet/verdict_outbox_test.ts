import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { FactId } from "../../../crdt/mod.ts";
import type {
  CardId,
  CompanyId,
  UnconfirmedView,
} from "../../../nodes/fleet/fleet_use_cases.ts";
import {
  LINK_BYTES_MAX,
  type RegionalLink,
  VerdictOutbox,
} from "../../../nodes/fleet/verdict_outbox.ts";
import {
  createVirtualClock,
  type VirtualClock,
} from "../../support/virtual_clock.ts";

/** A verdict; equal ones but for the id share a key. */
function verdict(
  id: string,
  { regional = "3", station = "5", card = "7" } = {},
): UnconfirmedView {
  const route = { pumpAddress: "127.0.0.1:13050", station, regional };
  return {
    route,
    expense: {
      id: id as FactId,
      company: "42" as CompanyId,
      card: card as CardId,
      amount: 16_060,
      date: "2026-02-03",
      at: 0,
      liters: null,
      place: { site: null, province: 3, station: 5, pump: 0 },
      route,
      source: "company",
      accepted: true,
      reason: null,
      suspect: false,
      floor: false,
      settled: true,
      log: "log" as UnconfirmedView["expense"]["log"],
    },
  };
}

const keyOf = ({ expense, route }: UnconfirmedView) =>
  `${route.pumpAddress}:${expense.card}`;
const KEY = "127.0.0.1:13050:7";
const COMPANY = "42" as CompanyId;

/** A link that only notes what it is sent. */
class Noted implements RegionalLink {
  readonly regional: string;
  readonly sent: string[] = [];
  pendingBytes = 0;
  constructor(regional = "3") {
    this.regional = regional;
  }
  send({ expense }: UnconfirmedView): boolean {
    this.sent.push(expense.id);
    return true;
  }
  /** What came since the last look. */
  take(): string[] {
    return this.sent.splice(0);
  }
}

interface Rig {
  readonly outbox: VerdictOutbox;
  readonly clock: VirtualClock;
  /** What is stored and not confirmed, in order. */
  readonly stored: UnconfirmedView[];
  readonly confirmed: string[];
  /** Stores a verdict and tells the outbox. */
  decide(view: UnconfirmedView, link: RegionalLink): void;
  ack(link: RegionalLink, key?: string): Promise<void>;
  pass(ms: number): Promise<void>;
}

function createRig(stored: UnconfirmedView[] = []): Rig {
  const clock = createVirtualClock(0);
  const confirmed: string[] = [];
  const outbox = new VerdictOutbox({
    clock,
    keyOf,
    failed: (error) => {
      throw error;
    },
    fleet: {
      unconfirmed({ limit, cursor = "0", company }) {
        const of = stored.filter(({ expense }) =>
          company === undefined || expense.company === company
        );
        const end = Number(cursor) + limit;
        return {
          items: of.slice(Number(cursor), end),
          total: of.length,
          next: end < of.length ? `${end}` : null,
        };
      },
      confirm(purchase) {
        confirmed.push(purchase);
        const at = stored.findIndex(({ expense }) => expense.id === purchase);
        if (at >= 0) stored.splice(at, 1);
        return Promise.resolve();
      },
    },
  });
  outbox.start();
  const pass = (ms: number) => clock.run(ms);
  return {
    outbox,
    clock,
    stored,
    confirmed,
    pass,
    decide(view, link) {
      outbox.deciding(view.expense.id);
      stored.push(view);
      outbox.decided(view, link);
    },
    async ack(link, key = KEY) {
      outbox.acknowledged(key, link, COMPANY);
      await pass(0);
    },
  };
}

Deno.test("C-25: VerdictOutbox sends once, waits five seconds, then with growing pauses and without a last time", async () => {
  const { outbox, decide, pass, ack, confirmed } = createRig();
  const link = new Noted();
  outbox.opened(link);
  decide(verdict("a"), link);
  deepStrictEqual(link.take(), ["a"]);
  const pauses: number[] = [];
  let last = 0;
  for (let s = 1; s <= 700; s++) {
    await pass(1_000);
    if (link.take().length > 0) {
      pauses.push(s - last);
      last = s;
    }
  }
  deepStrictEqual(pauses.slice(0, 5), [5, 10, 20, 40, 60]);
  deepStrictEqual(new Set(pauses.slice(5)), new Set([60]));
  await ack(link);
  deepStrictEqual(confirmed, ["a"]);
  await pass(600_000);
  deepStrictEqual(link.take(), []);
  await outbox.stop();
});

Deno.test("C-25: VerdictOutbox counts only what was sent: an office that comes back is told at once", async () => {
  const { outbox, decide, pass } = createRig();
  const link = new Noted();
  outbox.opened(link);
  outbox.closed(link);
  decide(verdict("a"), link);
  await pass(3_600_000);
  const back = new Noted();
  outbox.opened(back);
  await pass(0);
  deepStrictEqual([link.take(), back.take()], [[], ["a"]]);
  await pass(5_000);
  deepStrictEqual(back.take(), ["a"]);
  await outbox.stop();
});

Deno.test("VerdictOutbox answers on the link that brought the purchase, else on the newest of its office", async () => {
  const { outbox, decide, pass } = createRig();
  const [old, other, newest] = [new Noted(), new Noted("4"), new Noted()];
  for (const link of [old, other, newest]) outbox.opened(link);
  decide(verdict("a"), old);
  deepStrictEqual([old.take(), newest.take()], [["a"], []]);
  outbox.closed(old);
  await pass(5_000);
  deepStrictEqual(newest.take(), ["a"]);
  decide(verdict("b", { card: "8" }), old);
  deepStrictEqual([newest.take(), other.take()], [["b"], []]);
  await outbox.stop();
});

Deno.test("C-22: VerdictOutbox confirms equal purchases first in, first out", async () => {
  const { outbox, decide, ack, confirmed, pass } = createRig();
  const link = new Noted();
  outbox.opened(link);
  for (const id of ["a", "b", "c"]) decide(verdict(id), link);
  deepStrictEqual(link.take(), ["a", "b", "c"]);
  await ack(link);
  await ack(link);
  deepStrictEqual(confirmed, ["a", "b"]);
  await pass(5_000);
  deepStrictEqual(link.take(), ["c"]);
  await ack(link);
  await ack(link);
  deepStrictEqual(confirmed, ["a", "b", "c"]);
  strictEqual(outbox.waiting, 0);
  await outbox.stop();
});

Deno.test("C-19: VerdictOutbox sends what another node decided, and takes its confirmation", async () => {
  const { outbox, stored, ack, confirmed, pass } = createRig([verdict("a")]);
  const link = new Noted();
  // The office kept a confirmation for the node that died: it comes before anything is sent.
  await ack(link);
  deepStrictEqual([confirmed, stored], [["a"], []]);
  stored.push(verdict("b"));
  outbox.opened(link);
  await pass(0);
  deepStrictEqual(link.take(), ["b"]);
  stored.push(verdict("c"), verdict("d", { regional: "9" }));
  await pass(5_000);
  deepStrictEqual(link.take().sort(), ["b", "c"]);
  await outbox.stop();
});

Deno.test("C-26: VerdictOutbox sends what waits for a station where it dialed, but takes nothing from an office that is there", async () => {
  const { outbox, decide, pass } = createRig();
  const [own, foreign] = [new Noted("0"), new Noted("1")];
  outbox.opened(own);
  outbox.opened(foreign);
  decide(verdict("a", { regional: "0", station: "3" }), own);
  decide(verdict("b", { regional: "1", station: "3", card: "8" }), foreign);
  decide(verdict("c", { regional: "1", station: "4", card: "9" }), foreign);
  own.take();
  foreign.take();
  await pass(6_000);
  own.take();
  foreign.take();
  await pass(5_500);
  // Station 3 of the other province: what went through office 0 stays there.
  outbox.stationHere("3", "1", foreign);
  await pass(0);
  deepStrictEqual([own.take(), foreign.take()], [[], ["b"]]);
  // Office 0 is gone: its station has dialed here.
  outbox.closed(own);
  outbox.stationHere("3", "1", foreign);
  await pass(0);
  deepStrictEqual(foreign.take(), ["a"]);
  // From now on it belongs here, also when office 0 is back.
  outbox.opened(own);
  await pass(5_000);
  deepStrictEqual(own.take(), []);
  strictEqual(foreign.take().includes("a"), true);
  await outbox.stop();
});

Deno.test("C-26: VerdictOutbox does not repeat what was sent there a moment ago", async () => {
  const { outbox, decide, pass } = createRig();
  const link = new Noted();
  outbox.opened(link);
  decide(verdict("a"), link);
  await pass(4_000);
  link.take();
  outbox.stationHere("5", "3", link);
  await pass(0);
  deepStrictEqual(link.take(), []);
  await pass(4_000);
  deepStrictEqual(link.take(), ["a"]);
  await outbox.stop();
});

Deno.test("C-24: VerdictOutbox drops nothing when a link has too much to do", async () => {
  const { outbox, stored, pass } = createRig();
  const link = new Noted();
  link.pendingBytes = LINK_BYTES_MAX + 1;
  for (let i = 0; i < 1_000; i++) stored.push(verdict(`${i}`));
  outbox.opened(link);
  outbox.stationHere("5", "3", link);
  await pass(20_000);
  deepStrictEqual(link.take(), []);
  link.pendingBytes = 0;
  await pass(5_000);
  strictEqual(new Set(link.take()).size, 1_000);
  await outbox.stop();
});

Deno.test("VerdictOutbox leaves a purchase that is being decided to whoever decides it", async () => {
  const { outbox, stored, pass } = createRig();
  const [carrier, newest] = [new Noted(), new Noted()];
  outbox.opened(carrier);
  outbox.opened(newest);
  outbox.deciding("a" as FactId);
  stored.push(verdict("a"));
  await pass(10_000);
  deepStrictEqual([carrier.take(), newest.take()], [[], []]);
  outbox.decided(verdict("a"), carrier);
  deepStrictEqual([carrier.take(), newest.take()], [["a"], []]);
  await outbox.stop();
});

Deno.test("VerdictOutbox confirms every verdict of a faulty network, and repeats none within five seconds on a link", async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("decide"), card: fc.nat(2) }),
    fc.record({ kind: fc.constant("pass"), ms: fc.nat(20_000) }),
    fc.record({ kind: fc.constantFrom("break", "open", "ack", "here") }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      async (steps) => {
        const { outbox, stored, decide, ack, pass, clock } = createRig();
        const lastSent = new Map<string, number>();
        class Watched extends Noted {
          override send(view: UnconfirmedView): boolean {
            const { id } = view.expense;
            const at = lastSent.get(id);
            if (this.sent.includes(id)) {
              strictEqual(clock.monotonic() - (at ?? 0) >= 5_000, true);
            }
            lastSent.set(id, clock.monotonic());
            return super.send(view);
          }
        }
        let link = new Watched();
        outbox.opened(link);
        let count = 0;
        for (const it of steps) {
          if ("card" in it) {
            decide(verdict(`${count++}`, { card: `${it.card}` }), link);
          } else if ("ms" in it) await pass(it.ms);
          else if (it.kind === "break") outbox.closed(link);
          else if (it.kind === "open") {
            outbox.closed(link);
            outbox.opened(link = new Watched());
          } else if (it.kind === "here") outbox.stationHere("5", "3", link);
          else await ack(link);
        }
        outbox.closed(link);
        outbox.opened(link = new Watched());
        for (let i = 0; i < 400 && stored.length > 0; i++) {
          await pass(1_000);
          const [first] = stored;
          if (first !== undefined && link.sent.includes(first.expense.id)) {
            await ack(link, keyOf(first));
          }
        }
        deepStrictEqual(stored, []);
        await outbox.stop();
      },
    ),
    { numRuns: 60 },
  );
});
