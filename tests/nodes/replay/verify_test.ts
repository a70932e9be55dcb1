import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { formatNanos, type PlaceTotals } from "../../../nodes/replay/totals.ts";
import { verifyTotals } from "../../../nodes/replay/verify.ts";
import { createVirtualClock } from "../../support/virtual_clock.ts";

const FILE = new Map<string, PlaceTotals>([["CUS", {
  count: 1,
  units: 3,
  nanos: 3_980_000_000n,
  products: new Map([
    ["p", { count: 1, units: 1, nanos: 2_980_000_000n }],
    ["q", { count: 1, units: 2, nanos: 1_000_000_000n }],
  ]),
}]]);

/** A node whose totals become `FILE` at an instant; pages have one row. */
function createNode(readyMs: number, now: () => number, currency = "USD") {
  const asked: string[] = [];
  const sums = (of: { count: number; units: number; nanos: bigint }) => ({
    count: of.count,
    units: of.units,
    amounts: [{ amount: formatNanos(of.nanos), currency }],
  });
  const get = (url: string) => {
    const { pathname, searchParams } = new URL(url);
    asked.push(pathname);
    const ready = now() >= readyMs;
    const place = FILE.get(searchParams.get("site") ?? "");
    if (place === undefined) return Promise.resolve(undefined);
    if (pathname === "/v1/totals") {
      return Promise.resolve(
        ready ? sums(place) : { count: 0, units: 0, amounts: [] },
      );
    }
    const rows = ready ? [...place.products] : [];
    const at = Number(searchParams.get("cursor") ?? "0");
    return Promise.resolve({
      items: rows.slice(at, at + 1).map(([product, it]) => ({
        site: "CUS",
        date: null,
        product,
        ...sums(it),
      })),
      total: null,
      next: at + 1 < rows.length ? String(at + 1) : null,
    });
  };
  return { asked, get };
}

async function verify(
  { readyMs, patienceMs, currency }: {
    readonly readyMs: number;
    readonly patienceMs: number;
    readonly currency?: string;
  },
) {
  const clock = createVirtualClock(0);
  const node = createNode(readyMs, () => clock.monotonic(), currency);
  const verdict = verifyTotals({
    url: "http://office",
    sites: FILE,
    currency: "USD",
    patienceMs,
    clock,
    signal: new AbortController().signal,
    get: node.get,
  });
  await clock.runAll(100_000);
  return { verdict: await verdict, asked: node.asked };
}

Deno.test("verifyTotals() waits until the totals are equal, and reads products only then", async () => {
  const { verdict, asked } = await verify({ readyMs: 900, patienceMs: 5000 });
  ok(verdict.ok);
  deepStrictEqual(verdict.value.differences, []);
  deepStrictEqual(verdict.value.node, FILE);
  strictEqual(verdict.value.waitedMs, 1000);
  const lists = asked.filter((it) => it === "/v1/totals/list");
  strictEqual(lists.length, 2);
});

Deno.test("verifyTotals() says what differs when the time is up", async () => {
  const { verdict } = await verify({ readyMs: 6000, patienceMs: 5000 });
  ok(verdict.ok);
  deepStrictEqual(
    verdict.value.differences.map((it) => it.product),
    [null, "p", "q"],
  );
});

Deno.test("verifyTotals() reports money of another currency", async () => {
  const { verdict } = await verify({
    readyMs: 0,
    patienceMs: 0,
    currency: "PEN",
  });
  ok(verdict.ok);
  deepStrictEqual(verdict.value.strangeCurrencies, ["PEN"]);
});

Deno.test("verifyTotals() says when nobody answers", async () => {
  const verdict = await verifyTotals({
    url: "http://office",
    sites: FILE,
    currency: undefined,
    patienceMs: 0,
    clock: createVirtualClock(0),
    signal: new AbortController().signal,
    get: () => Promise.resolve(undefined),
  });
  deepStrictEqual(verdict, {
    ok: false,
    error: "http://office does not answer with totals",
  });
});
