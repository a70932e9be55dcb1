/** What a driver's program is told that comes and goes, at one node and another. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  CHARGE_NOTICES,
  type DriverId,
  type FactId,
  idBytes,
  type StoredNotice,
} from "../../../crdt/mod.ts";
import type {
  ChargeNotification,
  ChargingNoticeFeed,
} from "../../../nodes/charging/charging_use_cases.ts";
import {
  createNoticeFeed,
  NOTICES_BEYOND_MAX,
  PLACE_LENGTH_MAX,
  PLACE_LOGS_MAX,
} from "../../../nodes/charging/notice_feed.ts";
import { idOf } from "../../support/facts.ts";
import { MemoryRows } from "../../support/memory_rows.ts";

const DRIVER = "417" as DriverId;

/** A node: what has reached it, and its feed. */
class Node {
  readonly #rows = new MemoryRows();
  readonly feed: ChargingNoticeFeed = createNoticeFeed(
    () => this.#rows,
    (notice: StoredNotice): ChargeNotification => ({
      ...{ id: notice.id, at: notice.at, durable: true },
      ...{ point: notice.point, driver: notice.driver },
      body: { type: "AUTH_OK" },
    }),
  );

  take(log: string, seq: number, at: number, driver: string = DRIVER): FactId {
    const id = idOf(`${log} ${seq} ${driver}`);
    this.#rows.put(CHARGE_NOTICES, {
      ...{ id: idBytes(id), site: "MAD", told: 0, at, rank: 0 },
      ...{ kind: "authorized", session: null, point: "MAD-01", driver },
      ...{ words: null, energy: 0, amount: 0, name: log, seq },
    });
    return id;
  }
}

/** A driver's program: it has what it was told, and its place. */
class Program {
  readonly told: FactId[] = [];
  place: string | null = null;

  ask({ feed }: Node): number {
    const { place } = this;
    const answer = feed.noticesBeyond({ driver: DRIVER, place });
    ok(answer !== undefined);
    this.told.push(...answer.items.map(({ id }) => id));
    this.place = answer.place;
    return answer.items.length;
  }
}

const logOf = (i: number) => `${"0123"[i] ?? "f"}`.repeat(32);

Deno.test("noticesBeyond() gives what came since, oldest first, and nothing twice", () => {
  const node = new Node();
  const program = new Program();
  strictEqual(program.ask(node), 0);
  const first = node.take(logOf(0), 4, 100);
  const second = node.take(logOf(0), 7, 200);
  node.take(logOf(0), 5, 150, "5");
  strictEqual(program.ask(node), 2);
  strictEqual(program.ask(node), 0);
  const late = node.take(logOf(1), 1, 50);
  strictEqual(program.ask(node), 1);
  deepStrictEqual(program.told, [first, second, late]);
});

function placeOf(value: unknown): string {
  return new TextEncoder().encode(JSON.stringify(value)).toBase64();
}

Deno.test("noticesBeyond() refuses what no node gave as a place", () => {
  const { feed } = new Node();
  fc.assert(fc.property(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.base64String(),
      fc.jsonValue().map(placeOf),
      fc.jsonValue().map((value) => placeOf(["a", value])),
      fc.constant("x".repeat(PLACE_LENGTH_MAX + 1)),
    ),
    (place) => {
      const answer = feed.noticesBeyond({ driver: DRIVER, place });
      if (answer !== undefined) ok(answer.place.length <= PLACE_LENGTH_MAX);
    },
  ));
  for (
    const parts of [["a"], ["a", -1], [1, "a"], ["a", 1.5], ["a", 2 ** 60]]
  ) {
    const place = btoa(JSON.stringify(parts));
    strictEqual(feed.noticesBeyond({ driver: DRIVER, place }), undefined);
  }
});

Deno.test("noticesBeyond() leaves nothing out, whichever nodes a program asks and however late logs reach them", () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant("take" as const),
      node: fc.nat(2),
      log: fc.nat(3),
      count: fc.integer({ min: 1, max: 4 }),
    }),
    fc.record({ kind: fc.constant("ask" as const), node: fc.nat(2) }),
  );
  const lengths = fc.array(fc.nat(20), { minLength: 4, maxLength: 4 });
  fc.assert(fc.property(
    lengths,
    fc.array(step, { maxLength: 60 }),
    fc.array(fc.nat(1000), { minLength: 80, maxLength: 80 }),
    (size, steps, instants) => {
      const nodes = [new Node(), new Node(), new Node()];
      const reached = nodes.map(() => [0, 0, 0, 0]);
      const program = new Program();
      const take = (node: number, log: number) => {
        const seq = (reached[node]?.[log] ?? 0) + 1;
        if (seq > (size[log] ?? 0)) return;
        nodes[node]?.take(logOf(log), seq, instants[log * 20 + seq] ?? 0);
        reached[node]?.splice(log, 1, seq);
      };
      for (const one of steps) {
        const node = nodes[one.node];
        if (one.kind === "ask" && node !== undefined) program.ask(node);
        if (one.kind !== "take") continue;
        for (let i = 0; i < one.count; i++) take(one.node, one.log);
      }
      for (let log = 0; log < 4; log++) {
        for (let i = 0; i < 20; i++) take(0, log);
      }
      const [home] = nodes;
      ok(home !== undefined);
      program.ask(home);
      const all = size.reduce((sum, it) => sum + it, 0);
      strictEqual(new Set(program.told).size, all);
      strictEqual(program.told.length, all, "one was given twice");
      strictEqual(program.ask(home), 0);
    },
  ));
});

Deno.test("noticesBeyond() is bounded in words and in logs, and comes to an end", () => {
  const node = new Node();
  const program = new Program();
  for (let i = 0; i < NOTICES_BEYOND_MAX + 200; i++) {
    node.take(logOf(0), i + 1, i);
  }
  strictEqual(program.ask(node), NOTICES_BEYOND_MAX);
  strictEqual(program.ask(node), 0);
  const many = new Node();
  for (let i = 0; i < PLACE_LOGS_MAX + 50; i++) {
    many.take(`${String(i).padStart(12, "0")}${"a".repeat(20)}`, 9e15, i);
  }
  const other = new Program();
  strictEqual(other.ask(many), PLACE_LOGS_MAX);
  strictEqual(other.ask(many), 0);
  ok((other.place ?? "").length <= PLACE_LENGTH_MAX);
});
