/**
 * Original stations that repeat, wander and break at a region of Panal, over real sockets, and a region that is killed
 * under them.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { COMPANY, fund } from "../support/fleet.ts";
import { TestRegion, until } from "../support/fleet_region.ts";
import type { PaymentVerdict } from "../../net/mod.ts";
import { frameBytes } from "../support/original_fleet_wire.ts";
import { OriginalGasPump } from "../support/original_gas_pump.ts";
import {
  connectStation,
  dialRegion,
  expenseText,
  PURCHASE,
  socketTest as test,
  spentAt,
} from "../support/region_stations.ts";

test("C-21: what a station sends again after its leader changed is not charged and not answered, and waits for a person", async () => {
  await using region = await TestRegion.open();
  await fund(region.node.useCases, 100_000, 90_000);
  await using pump = await connectStation(region);
  strictEqual(await pump.buy(10_050, PURCHASE), true);
  strictEqual(await pump.buy(10_051, { ...PURCHASE, total: 500 }), true);
  const before = spentAt(region);
  const verdicts = pump.verdicts.length;
  // The lists of both pumps go out again, under the new leader's address.
  await pump.changeLeader(10_051);
  await until(
    () =>
      region.fleet.expenses({ reason: "replay_suspected", limit: 10 })
        .items.length === 2,
    "the review list",
  );
  strictEqual(spentAt(region), before);
  strictEqual(pump.verdicts.length, verdicts);
  await until(() => region.incidents.includes("fleet_replay_suspected"));
  strictEqual(pump.pending(10_051).size, 0);
  // T14, T18: purchases after the change are charged as ever.
  await new Promise((resolve) => setTimeout(resolve, 300));
  strictEqual(await pump.buy(10_052, { ...PURCHASE, total: 700 }), true);
  strictEqual(await pump.buy(10_051, { ...PURCHASE, total: 800 }), true);
  strictEqual(spentAt(region), before + 1_500);
});

test("C-21: a station with one pump never repeats, and is served right after its handshake", async () => {
  await using region = await TestRegion.open();
  await fund(region.node.useCases, 100_000, 90_000);
  await using pump = await connectStation(region, { pumps: 1 });
  strictEqual(await pump.buy(10_050, PURCHASE), true);
});

test("C-21: the window ends 250 ms after the handshake, and goes on while frames follow each other closely", async () => {
  await using region = await TestRegion.open();
  await fund(region.node.useCases, 100_000, 90_000);
  const other = await dialRegion(region, "PUMP 127.0.0.1:10051 5\n");
  const socket = await dialRegion(region, "PUMP 127.0.0.1:10050 5\n");
  const began = performance.now();
  let sent = 0;
  while (performance.now() - began < 350) {
    await socket.write(
      frameBytes(4, expenseText("127.0.0.1:10050", { total: 1 + sent++ })),
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  await socket.write(
    frameBytes(4, expenseText("127.0.0.1:10050", { total: 9_999 })),
  );
  const answer = await socket.readFrame();
  strictEqual(
    JSON.parse(answer?.text ?? "")["PaymentProcessed"].expense.total,
    9_999,
  );
  strictEqual(spentAt(region), 9_999);
  await until(
    () =>
      region.fleet.expenses({ reason: "replay_suspected", limit: 100 })
        .items.length === sent,
    "the review list",
  );
  for (const it of [other, socket]) it.close();
});

test("C-21: a guard remembers the pumps of a station over a restart", async () => {
  const first = await TestRegion.open();
  await fund(first.node.useCases, 100_000, 90_000);
  const sockets = [
    await dialRegion(first, "PUMP 127.0.0.1:10050 5\n"),
    await dialRegion(first, "PUMP 127.0.0.1:10051 5\n"),
  ];
  await sockets[1]?.write(frameBytes(4, expenseText("127.0.0.1:10050")));
  await sockets[1]?.readFrame();
  for (const it of sockets) it.close();
  const disk = await first.kill();
  await using region = await TestRegion.open({ disk });
  const socket = await dialRegion(region, "PUMP 127.0.0.1:10052 5\n");
  await socket.write(
    frameBytes(4, expenseText("127.0.0.1:10052", { total: 5 })),
  );
  await until(
    () =>
      region.fleet.expenses({ reason: "replay_suspected", limit: 10 })
        .items.length === 1,
    "the review list",
  );
  socket.close();
});

test("C-21: an equal purchase at another pump right after a handshake is charged and marked, also after a restart", async () => {
  const first = await TestRegion.open();
  await fund(first.node.useCases, 100_000, 90_000);
  const leader = await dialRegion(first, "PUMP 127.0.0.1:10052 5\n");
  await leader.write(frameBytes(4, expenseText("127.0.0.1:10050")));
  await leader.readFrame();
  await leader.write(frameBytes(4, expenseText("127.0.0.1:10051")));
  strictEqual((await leader.readFrame())?.opcode, 5);
  const marks = (region: TestRegion) =>
    region.fleet.expenses({ company: COMPANY, limit: 10 }).items
      .map(({ suspect }) => suspect);
  deepStrictEqual(marks(first), [true, false]);
  leader.close();
  const disk = await first.kill();
  await using region = await TestRegion.open({ disk });
  const again = await dialRegion(region, "PUMP 127.0.0.1:10052 5\n");
  await again.write(
    frameBytes(4, expenseText("127.0.0.1:10050", { total: 3 })),
  );
  await again.readFrame();
  await again.write(frameBytes(4, expenseText("127.0.0.1:10050")));
  strictEqual((await again.readFrame())?.opcode, 5);
  deepStrictEqual(marks(region), [true, false, true, false]);
  strictEqual(spentAt(region), 3 * 16_060 + 3);
  again.close();
});

test("C-22: equal purchases in one segment are purchases of their own, each with its verdict", async () => {
  await using region = await TestRegion.open();
  // Enough for the first two alone.
  await fund(region.node.useCases, 100_000, 2 * 16_060);
  const socket = await dialRegion(region, "PUMP 127.0.0.1:10052 5\n");
  const frame = frameBytes(4, expenseText("127.0.0.1:10050"));
  await socket.write(Uint8Array.from([...frame, ...frame, ...frame]));
  const accepted: boolean[] = [];
  for (let i = 0; i < 3; i++) {
    const { text = "" } = await socket.readFrame() ?? {};
    accepted.push(JSON.parse(text)["PaymentProcessed"].accepted);
  }
  // Which of them the limit covered is as they were decided; what was charged is what was told.
  strictEqual(accepted.filter((it) => it).length, 2);
  strictEqual(spentAt(region), 2 * 16_060);
  socket.close();
});

test("C-13: a verdict whose connection broke goes to the newest that stands, once; C-23: no other has it", async () => {
  await using region = await TestRegion.open({ times: { settledMs: 60 } });
  await fund(region.node.useCases, 100_000, 90_000);
  const carrying = await dialRegion(region, "PUMP 127.0.0.1:10050 5\n");
  const older = await dialRegion(region, "PUMP 127.0.0.1:10051 5\n");
  const newest = await dialRegion(region, "PUMP 127.0.0.1:10052 5\n");
  // C-26: the same number in another province is another station.
  const foreign = await dialRegion(region, "PUMP 127.0.0.1:13052 5\n");
  await new Promise((resolve) => setTimeout(resolve, 80));
  await carrying.write(frameBytes(4, expenseText("127.0.0.1:10051")));
  await carrying.endWriting();
  carrying.close();
  const answer = await newest.readFrame();
  strictEqual(answer?.opcode, 5);
  // Each of the others gets the next verdict that is its own, and nothing before.
  for (
    const [socket, address] of [
      [older, "127.0.0.1:10059"],
      [foreign, "127.0.0.1:13059"],
      [newest, "127.0.0.1:10058"],
    ] as const
  ) {
    await socket.write(frameBytes(4, expenseText(address, { total: 2 })));
    const { text = "" } = await socket.readFrame() ?? {};
    strictEqual(JSON.parse(text)["PaymentProcessed"].pump_address, address);
    socket.close();
  }
});

test("C-26: a verdict for a station that is not there waits for its next handshake, not for that of its namesake", async () => {
  await using region = await TestRegion.open({ times: { settledMs: 40 } });
  await fund(region.node.useCases, 100_000, 90_000);
  const socket = await dialRegion(region, "PUMP 127.0.0.1:10050 5\n");
  await socket.write(frameBytes(4, expenseText("127.0.0.1:10051")));
  socket.close();
  await until(() => spentAt(region) === 16_060, "the charge");
  const foreign = await dialRegion(region, "PUMP 127.0.0.1:13050 5\n");
  const again = await dialRegion(region, "PUMP 127.0.0.1:10050 5\n");
  strictEqual((await again.readFrame())?.opcode, 5);
  await until(() => region.service.desk.owed === 0, "the end of the purchase");
  await foreign.write(
    frameBytes(4, expenseText("127.0.0.1:13051", { total: 1 })),
  );
  const { text = "" } = await foreign.readFrame() ?? {};
  strictEqual(
    JSON.parse(text)["PaymentProcessed"].pump_address,
    "127.0.0.1:13051",
  );
  for (const it of [foreign, again]) it.close();
});

test("a refusal that comes too late is of no use to anybody; a charge becomes a result at its pump", async () => {
  await using region = await TestRegion.open({
    times: { settledMs: 20, cardWaitMs: 100 },
  });
  await fund(region.node.useCases, 100_000, 16_060);
  const socket = await dialRegion(region, "PUMP 127.0.0.1:10050 5\n");
  const frame = frameBytes(4, expenseText("127.0.0.1:10050"));
  await socket.write(Uint8Array.from([...frame, ...frame]));
  socket.close();
  await until(() => spentAt(region) === 16_060, "the charge");
  await new Promise((resolve) => setTimeout(resolve, 150));
  await using pump = await connectStation(region, { pumps: 1 });
  await until(() => pump.pending(10_050).get(7) === true, "the result");
  strictEqual(pump.verdicts.length, 1);
  await until(() => region.service.desk.owed === 0, "the end of the purchases");
});

test("C-38: a station that wanders from port to port finds the same desk at each", async () => {
  await using region = await TestRegion.open({
    provinces: Array.from({ length: 16 }, (_, id) => id),
    times: { settledMs: 20 },
  });
  await fund(region.node.useCases, 100_000, 90_000);
  await using pump = await connectStation(region, { pumps: 1, scale: 0.01 });
  for (let i = 0; i < 17; i++) {
    strictEqual(await pump.buy(10_050, { ...PURCHASE, total: 10 + i }), true);
    strictEqual(pump.province, i % 16);
    const { link } = pump;
    pump.breakLink();
    await until(() => pump.link !== undefined && pump.link !== link, "a link");
  }
  strictEqual(region.fleet.company(COMPANY)?.expenses, 17);
});

test("a region that is killed between charge and verdict owes the verdict, and gives it once", async () => {
  const first = await TestRegion.open({ times: { verdictMsMin: 500 } });
  await fund(first.node.useCases, 100_000, 90_000);
  const socket = await dialRegion(first, "PUMP 127.0.0.1:10050 5\n");
  await socket.write(frameBytes(4, expenseText("127.0.0.1:10051")));
  await until(() => spentAt(first) === 16_060, "the charge");
  const disk = await first.kill();
  socket.close();
  await using region = await TestRegion.open({
    disk,
    times: { settledMs: 20 },
  });
  await using pump = await connectStation(region, { pumps: 2 });
  await until(() => pump.pending(10_051).get(7) === true, "the verdict");
  await until(() => region.service.desk.owed === 0, "the end of the purchase");
  strictEqual(spentAt(region), 16_060);
  const disk2 = await region.kill();
  await using third = await TestRegion.open({ disk: disk2 });
  strictEqual(third.service.desk.owed, 0);
});

test("C-23: a verdict of before this region that its company repeats after a restart is given once", async () => {
  const verdict: PaymentVerdict = {
    kind: "verdict",
    pumpAddress: "127.0.0.1:10051",
    expense: PURCHASE,
    station: "5",
    accepted: true,
  };
  const first = await TestRegion.open();
  await first.service.desk.handOver(verdict);
  const disk = await first.kill();
  await using region = await TestRegion.open({
    disk,
    times: { settledMs: 20 },
  });
  const { desk } = region.service;
  await Promise.all([desk.handOver(verdict), desk.handOver(verdict)]);
  await using pump = await connectStation(region, { pumps: 2 });
  await until(() => pump.pending(10_051).get(7) === true, "the verdict");
  await until(() => desk.owed === 0, "the end of the purchase");
  await new Promise((resolve) => setTimeout(resolve, 50));
  strictEqual(pump.verdicts.length, 1);
});

test("a region that is killed while it decides charges nothing later", async () => {
  const first = await TestRegion.open();
  await fund(first.node.useCases, 100_000, 90_000);
  const socket = await dialRegion(first, "PUMP 127.0.0.1:10050 5\n");
  await socket.write(frameBytes(4, expenseText("127.0.0.1:10051")));
  const disk = await first.kill();
  socket.close();
  await using region = await TestRegion.open({ disk });
  await until(() => region.service.desk.owed === 0 || spentAt(region) > 0);
  const pump = await connectStation(region, { pumps: 2 });
  await new Promise((resolve) => setTimeout(resolve, 300));
  // Either it was charged before the end, and the pump has the verdict, or it was not and never will be.
  strictEqual(pump.pending(10_051).get(7) === true, spentAt(region) > 0);
  await pump.stop();
});

test("original stations start as measured, lose no connection to Panal, and buy", async () => {
  await using region = await TestRegion.open();
  await fund(region.node.useCases, 100_000, 90_000);
  await using pump = new OriginalGasPump({
    province: 0,
    station: 5,
    pumps: 3,
    regionals: region.ports,
    scale: 0.02,
  });
  await pump.startMeasured();
  // Nothing was closed from here: the leader is where it began.
  strictEqual(pump.province, 0);
  ok(pump.connections >= 2);
  await new Promise((resolve) => setTimeout(resolve, 280));
  strictEqual(await pump.buy(10_052, PURCHASE), true);
  strictEqual(await pump.buy(10_050, PURCHASE), true);
});

test("T14: purchases before and after a leader change succeed", async () => {
  await using region = await TestRegion.open();
  await fund(region.node.useCases, 100_000, 90_000);
  await using pump = await connectStation(region);
  for (const [port, total] of [[10_050, 11], [10_051, 12]] as const) {
    strictEqual(await pump.buy(port, { ...PURCHASE, total }), true);
  }
  await pump.changeLeader(10_050, { replays: false });
  strictEqual(pump.leader, 10_050);
  for (const [port, total] of [[10_051, 13], [10_052, 14]] as const) {
    strictEqual(await pump.buy(port, { ...PURCHASE, total }), true);
  }
  // The new leader's own pump sells too, once its handshake is no news.
  await new Promise((resolve) => setTimeout(resolve, 260));
  strictEqual(await pump.buy(10_050, { ...PURCHASE, total: 15 }), true);
  strictEqual(region.fleet.company(COMPANY)?.expenses, 5);
});

test("T18: the books are the same before and after a leader crash, whatever the pumps send again", async () => {
  await using region = await TestRegion.open();
  await fund(region.node.useCases, 100_000, 90_000);
  await using pump = await connectStation(region);
  const totals = [21, 22, 23, 24];
  for (const total of totals) {
    strictEqual(await pump.buy(10_051, { ...PURCHASE, total }), true);
  }
  await pump.changeLeader(10_050);
  await until(
    () =>
      region.fleet.expenses({ reason: "replay_suspected", limit: 10 })
        .items.length === totals.length,
    "the review list",
  );
  const company = region.fleet.company(COMPANY);
  deepStrictEqual([company?.expenses, company?.spent], [4, 90]);
  await new Promise((resolve) => setTimeout(resolve, 260));
  strictEqual(await pump.buy(10_050, { ...PURCHASE, total: 25 }), true);
  strictEqual(spentAt(region), 115);
  // Nobody was told of a purchase that no card made.
  strictEqual(pump.verdicts.length, 5);
});
