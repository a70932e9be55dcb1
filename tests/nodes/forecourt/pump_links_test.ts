import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  IDLE_MS_MIN,
  LINK_DEFAULTS,
  PumpLinks,
} from "../../../nodes/forecourt/pump_links.ts";

function createBench() {
  const told: string[] = [];
  let now = 0;
  const links = new PumpLinks(LINK_DEFAULTS, {
    expire(link) {
      told.push(`expire ${link}`);
      links.close(link, true, now);
    },
    connection: (pump, { connection, links: count, address }) =>
      void told.push(`${pump} ${connection} ${count} ${address}`),
    alert: (alert, pump) => void told.push(`${alert} ${pump}`),
  });
  const wait = (ms: number) => {
    for (const end = now + ms; now < end;) {
      now += 250;
      links.tick(now);
    }
  };
  return {
    told,
    links,
    wait,
    open(link: number, address = "10.0.0.1") {
      links.open(link, address, now);
    },
    register(link: number, pump: number, address?: string) {
      this.open(link, address);
      links.register(link, pump, now);
    },
    line: (link: number) => links.line(link, now),
    close: (link: number, failed = false) => links.close(link, failed, now),
  };
}

Deno.test("PumpLinks decision 1: the documented times", () => {
  deepStrictEqual(
    [
      LINK_DEFAULTS.registrationMs,
      LINK_DEFAULTS.timeoutMs,
      LINK_DEFAULTS.idleMs,
      IDLE_MS_MIN,
    ],
    [10_000, 60_000, 90_000, 65_000],
  );
});

Deno.test("PumpLinks 3.4: a link that does not register is expired after 10 s, whatever lines it brings", () => {
  const bench = createBench();
  bench.open(1);
  bench.wait(9_750);
  bench.line(1);
  deepStrictEqual(bench.told, []);
  bench.wait(250);
  deepStrictEqual(bench.told, ["expire 1"]);
});

Deno.test("PumpLinks 12.2: timeout at 60 s, connected again by a line, expired at 90 s", () => {
  const bench = createBench();
  bench.register(1, 31);
  bench.wait(60_000);
  bench.line(1);
  bench.wait(89_750);
  bench.wait(250);

  deepStrictEqual(bench.told, [
    "31 connected 1 10.0.0.1",
    "31 timeout 1 10.0.0.1",
    "timeout 31",
    "31 connected 1 10.0.0.1",
    "31 timeout 1 10.0.0.1",
    "timeout 31",
    "expire 1",
    "31 error 0 null",
  ]);
});

Deno.test("PumpLinks does not count a silence that the node itself makes", () => {
  const bench = createBench();
  bench.register(1, 31);
  bench.links.hold(1, true, 0);
  bench.wait(300_000);
  deepStrictEqual(bench.told, ["31 connected 1 10.0.0.1"]);
  bench.links.hold(1, false, 300_000);
  bench.wait(90_000);
  strictEqual(bench.told.includes("expire 1"), true);
});

Deno.test("PumpLinks 3.8.6: a pump is connected while it has a link; from two addresses is told of at once", () => {
  const bench = createBench();
  bench.register(1, 31);
  bench.register(2, 31, "10.0.0.2");
  bench.close(1);
  bench.close(2);

  deepStrictEqual(bench.told, [
    "31 connected 1 10.0.0.1",
    "31 connected 2 10.0.0.2",
    "addresses 31",
    "31 connected 1 10.0.0.2",
    "31 disconnected 0 null",
  ]);
});

Deno.test("PumpLinks 3.8.6: two active links are told of after 120 s, once; a dead one is no second", () => {
  const bench = createBench();
  bench.register(1, 31);
  bench.register(2, 31);
  const go = (links: readonly number[]) => {
    for (let n = 0; n < 5; n++) {
      bench.wait(30_000);
      for (const link of links) bench.line(link);
    }
  };
  go([1, 2]);
  go([1, 2]);
  strictEqual(bench.told.filter((it) => it === "double 31").length, 1);

  const other = createBench();
  other.register(1, 31);
  other.register(2, 31);
  for (let n = 0; n < 5; n++) {
    other.wait(30_000);
    other.line(1);
  }
  strictEqual(other.told.includes("double 31"), false);
});

Deno.test("PumpLinks tells of a pump that was lost and has not come back", () => {
  const bench = createBench();
  bench.register(1, 31);
  bench.register(2, 32);
  bench.close(1);
  bench.close(2);
  bench.wait(5_000);
  bench.register(3, 32);
  bench.wait(15_000);

  deepStrictEqual(
    bench.told.filter((it) => it.startsWith("missing")),
    ["missing 31"],
  );
});
