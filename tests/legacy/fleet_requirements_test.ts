/**
 * Requirements and decisions of the fleet-card page that concern several roles at once, or that leave nothing to do.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { encodeElection } from "../../net/mod.ts";
import { createElectionPumps } from "../../nodes/adapters/fleet_udp.ts";
import type { CompanyId } from "../../nodes/fleet/fleet_use_cases.ts";
import { COMPANY, fund } from "../support/fleet.ts";
import { openAccount, startCompany } from "../support/fleet_company_node.ts";
import { FrameClient } from "../support/fleet_frames.ts";
import { unconfirmed } from "../support/fleet_office.ts";
import { TestRegion } from "../support/fleet_region.ts";
import { untilTrue } from "../support/line_client.ts";
import { OriginalGasPump } from "../support/original_gas_pump.ts";
import { OriginalRegional } from "../support/original_regional.ts";
import { createStation, OutsidePump } from "../support/outside_pump.ts";
import { socketTest as test } from "../support/region_stations.ts";

const PURCHASE = { company: 42, card: 7, total: 1_606, date: "2026-02-03" };

test("C-02: no timer of an election shows on the wire: the answer comes at once, and nothing after it", async () => {
  await using station = await createStation();
  const { base, outside } = station;
  const at = performance.now();
  await outside.send(
    encodeElection({ kind: "election", sender: base }),
    base + 2,
  );
  strictEqual(outside.heard.length, 2);
  ok(performance.now() - at < 500);
  await wait(1_200);
  strictEqual(outside.heard.length, 2);
});

test("A: election and coordinator datagrams of the appendix, at their ports", async () => {
  const pumps = createElectionPumps([13_051, 13_052]);
  const listeners = await Promise.all(
    [13_051, 13_052].map((port) =>
      pumps.listen({ hostname: "127.0.0.1", port })
    ),
  );
  const outside = await OutsidePump.bind(13_050);
  await outside.send(Uint8Array.fromHex("45fa32000000000000"), 13_051);
  deepStrictEqual(outside.heard, [
    [13_051, "ok", 13_051],
    [13_052, "coordinator", 13_052],
  ]);
  deepStrictEqual(
    encodeElection({ kind: "coordinator", sender: 13_052 }),
    Uint8Array.fromHex("43fc32000000000000"),
  );
  await outside.close();
  for (const it of listeners) await it.stop();
});

test("T07, C-06: a station of seven pumps whose leader crashes is served on, again and again, and nobody has to be told", async () => {
  await using region = await TestRegion.open();
  await fund(region.node.useCases, 100_000, 90_000);
  await using pump = new OriginalGasPump({
    province: 0,
    station: 5,
    pumps: 7,
    regionals: region.ports,
    scale: 0.02,
  });
  await pump.connect();
  for (const [i, leader] of [10_050, 10_056, 10_053].entries()) {
    strictEqual(
      await pump.buy(10_051 + i, { ...PURCHASE, total: i + 1 }),
      true,
    );
    await pump.changeLeader(leader, { replays: false });
  }
  await wait(280);
  strictEqual(await pump.buy(10_050, PURCHASE), true);
  strictEqual(pump.province, 0);
  strictEqual(region.fleet.company(COMPANY)?.spent, 1 + 2 + 3 + 1_606);
});

test("C-07: a purchase that fails with its leader costs nothing, and is charged once when it is tried again", async () => {
  await using region = await TestRegion.open();
  await fund(region.node.useCases, 100_000, 90_000);
  await using pump = new OriginalGasPump({
    province: 0,
    station: 5,
    pumps: 3,
    regionals: region.ports,
    scale: 0.02,
  });
  await pump.connect();
  const crash = pump.changeLeader(10_050, { replays: false });
  strictEqual(await pump.buy(10_051, PURCHASE), false);
  await crash;
  strictEqual(await pump.buy(10_051, PURCHASE), true);
  strictEqual(region.fleet.company(COMPANY)?.spent, 1_606);
});

test("T20: a whole life of original stations and offices at a Panal company: five purchases, a crash, three purchases", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", {
    balance: 100_000,
    cards: { "7": 90_000 },
  });
  await using office = new OriginalRegional({
    province: 0,
    scale: 0.02,
    company: () => company.port,
  });
  await office.start();
  await using pump = new OriginalGasPump({
    province: 0,
    station: 3,
    pumps: 3,
    regionals: [office.port],
    scale: 0.02,
  });
  await pump.startMeasured();
  // An original office loses what comes with a handshake: purchases are reliable once it has taken them all.
  const taken = (count: number) =>
    untilTrue("handshakes are taken", () => office.stations.length === count);
  await taken(5);
  for (let i = 0; i < 5; i++) {
    strictEqual(
      await pump.buy(10_030 + i % 3, { ...PURCHASE, total: i + 1 }),
      true,
    );
  }
  await pump.changeLeader(10_032, { replays: false });
  await taken(8);
  for (let i = 5; i < 8; i++) {
    strictEqual(
      await pump.buy(10_030 + i % 3, { ...PURCHASE, total: i + 1 }),
      true,
    );
  }
  const books = company.fleet.company("42" as CompanyId);
  deepStrictEqual([books?.expenses, books?.spent], [8, 36]);
  await untilTrue("all are confirmed", () => unconfirmed(company) === 0);
  strictEqual(pump.verdicts.length, 8);
});

Deno.test({
  name:
    "C-09: the system looks after silent connections of original programs: a lost machine does not hold one for ever",
  // Other systems do not tell the timers of a connection.
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using company = await startCompany();
    using office = await FrameClient.connect(company.port, "REGIONAL 3");
    await office.send(10, {});
    const port = company.port.toString(16).toUpperCase().padStart(4, "0");
    await untilTrue("its keep-alive timer runs", async () => {
      const table = await Deno.readTextFile("/proc/net/tcp");
      const row = table.split("\n").find((line) =>
        new RegExp(`^\\s*\\d+: 0100007F:${port} 0100007F:`).test(line)
      );
      return /^\s*\S+ \S+ \S+ 01 \S+ 02:/.test(row ?? "");
    });
  },
});
