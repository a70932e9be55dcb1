/**
 * Original stations at a region of Panal, over real sockets: what section 5.2 and the decisions of section 13 ask of whoever
 * stands where `regional_admin` stood.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { cardOf, COMPANY, fund } from "../support/fleet.ts";
import { TestRegion, until } from "../support/fleet_region.ts";
import { frameBytes, OriginalSocket } from "../support/original_fleet_wire.ts";
import {
  connectStation,
  DAY,
  dialRegion,
  expenseText,
  PURCHASE,
  socketTest as test,
  spentAt,
} from "../support/region_stations.ts";

test("T11: an original station's purchases through a region are charged, and its cards are told so", async () => {
  await using region = await TestRegion.open();
  await fund(region.node.useCases, 100_000, 50_000);
  await using pump = await connectStation(region);
  strictEqual(await pump.buy(10_050, PURCHASE), true);
  strictEqual(await pump.buy(10_051, PURCHASE), true);
  strictEqual(await pump.buy(10_052, { ...PURCHASE, total: 50_000 }), false);
  strictEqual(spentAt(region), 32_120);
  strictEqual(region.fleet.card(COMPANY, cardOf(7))?.limit, 17_880);
  // C-16: the verdict goes to the pump that serves the card, and nothing but opcode 5 was ever sent.
  deepStrictEqual(pump.verdicts.map((it) => it.pump_address), [
    "127.0.0.1:10050",
    "127.0.0.1:10051",
    "127.0.0.1:10052",
  ]);
  deepStrictEqual(new Set(pump.opcodes), new Set([5]));
  deepStrictEqual(
    region.fleet.expenses({ company: COMPANY, limit: 10 }).items[0]?.place,
    { site: null, province: 0, station: 5, pump: 1 },
  );
});

test("C-12: nobody waits for a pump's word on a verdict, and none is owed after it is written", async () => {
  await using region = await TestRegion.open();
  await fund(region.node.useCases, 100_000, 50_000);
  await using pump = await connectStation(region, { pumps: 1 });
  strictEqual(await pump.buy(10_050, PURCHASE), true);
  await until(() => region.service.desk.owed === 0, "the end of the purchase");
});

test("C-16: a verdict has all texts of its expense unchanged", async () => {
  await using region = await TestRegion.open();
  const socket = await dialRegion(region, "PUMP 127.0.0.1:10052 5\n");
  const odd = JSON.stringify({
    "PumpExpense": {
      "pump_address": "pump «ñ» 7:x",
      "expense": {
        "company_id": 9,
        "card_id": 4_294_967_295,
        "total": 1,
        "date": "no day at all",
      },
      "service_station_id": 'station "5"',
    },
  });
  await socket.write(frameBytes(4, odd));
  const frame = await socket.readFrame();
  strictEqual(frame?.opcode, 5);
  deepStrictEqual(JSON.parse(frame?.text ?? ""), {
    "PaymentProcessed": {
      ...JSON.parse(odd)["PumpExpense"],
      "accepted": false,
    },
  });
  socket.close();
});

test("C-16: texts that no fact could hold are refused, unchanged, and hold nobody up", async () => {
  await using region = await TestRegion.open();
  await fund(region.node.useCases, 100_000, 50_000);
  const socket = await dialRegion(region, "PUMP 127.0.0.1:10052 5\n");
  for (
    const [address, date] of [
      ["127.0.0.1:10050", "yesterday"],
      ["x".repeat(20_000), DAY],
      ["\u0000", DAY],
    ] as const
  ) {
    await socket.write(frameBytes(4, expenseText(address, { date })));
    const { text = "" } = await socket.readFrame() ?? {};
    const verdict = JSON.parse(text)["PaymentProcessed"];
    deepStrictEqual(
      [verdict.pump_address, verdict.expense.date, verdict.accepted],
      [address, date, false],
    );
  }
  await socket.write(frameBytes(4, expenseText("127.0.0.1:10050")));
  strictEqual((await socket.readFrame())?.opcode, 5);
  strictEqual(spentAt(region), 16_060);
  socket.close();
});

test("frames that come byte by byte, and several in one segment, are all answered", async () => {
  await using region = await TestRegion.open();
  await fund(region.node.useCases, 100_000, 50_000);
  const socket = await dialRegion(region, "");
  const slow = Uint8Array.from([
    ...new TextEncoder().encode("PUMP 127.0.0.1:10052 5\n"),
    ...frameBytes(4, expenseText("127.0.0.1:10050", { total: 1 })),
  ]);
  for (const byte of slow) await socket.write(Uint8Array.of(byte));
  strictEqual((await socket.readFrame())?.opcode, 5);
  const many = Array.from(
    { length: 50 },
    (
      _,
      i,
    ) => [...frameBytes(4, expenseText("127.0.0.1:10051", { total: 2 + i }))],
  );
  await socket.write(Uint8Array.from(many.flat()));
  for (let i = 0; i < 50; i++) {
    strictEqual((await socket.readFrame())?.opcode, 5);
  }
  strictEqual(region.fleet.company(COMPANY)?.expenses, 51);
  socket.close();
});

test("C-05: connections of one station stand beside each other, and each expense is answered on its own", async () => {
  await using region = await TestRegion.open();
  await fund(region.node.useCases, 100_000, 50_000);
  const first = await dialRegion(region, "PUMP 127.0.0.1:10050 5\n");
  const second = await dialRegion(region, "PUMP 127.0.0.1:10052 5\n");
  await first.write(frameBytes(4, expenseText("127.0.0.1:10051")));
  strictEqual((await first.readFrame())?.opcode, 5);
  await second.write(frameBytes(4, expenseText("127.0.0.1:10050")));
  strictEqual((await second.readFrame())?.opcode, 5);
  for (const socket of [first, second]) socket.close();
});

test("C-46: a verdict is written no earlier than 20 ms after its expense", async () => {
  await using region = await TestRegion.open();
  await fund(region.node.useCases, 100_000, 50_000);
  const socket = await dialRegion(region, "PUMP 127.0.0.1:10050 5\n");
  const began = performance.now();
  await socket.write(frameBytes(4, expenseText("127.0.0.1:10051")));
  await socket.readFrame();
  ok(performance.now() - began >= 20, "it came too early");
  // Refusals that need no decision too.
  const again = performance.now();
  await socket.write(
    frameBytes(4, expenseText("127.0.0.1:10051", { total: 0 })),
  );
  await socket.readFrame();
  ok(performance.now() - again >= 20, "the refusal came too early");
  socket.close();
});

test("C-28: a frame in the segment of its handshake is not lost, and a silent client blocks nobody", async () => {
  await using region = await TestRegion.open({ handshakeMs: 150 });
  await fund(region.node.useCases, 100_000, 50_000);
  const silent = await dialRegion(region, "PUMP 127.0.0");
  const socket = await OriginalSocket.dial(region.ports[0] ?? 0);
  ok(socket !== undefined);
  const line = new TextEncoder().encode("PUMP 127.0.0.1:10050 5\r\n");
  const frame = frameBytes(4, expenseText("127.0.0.1:10051"));
  await socket.write(Uint8Array.from([...line, ...frame]));
  strictEqual((await socket.readFrame())?.opcode, 5);
  // What says nothing ends after its time.
  strictEqual(await silent.readByte(), undefined);
  for (const it of [silent, socket]) it.close();
});

test("C-29: frames that are not expected are read whole, and the next expense is answered", async () => {
  await using region = await TestRegion.open();
  await fund(region.node.useCases, 100_000, 50_000);
  const socket = await dialRegion(region, "PUMP 127.0.0.1:10050 5\n");
  const wrong: readonly (readonly [number, string])[] = [
    [0, '{"FuelRequest":{}}'],
    [5, expenseText("127.0.0.1:10051")],
    [7, "{}"],
    [8, "what is this"],
    [18, '{"ServiceStationReconnected":{}}'],
    [255, ""],
    [4, ""],
    [4, '{"PumpExpense":{"pump_address":"x"}}'],
    [4, "[".repeat(1000)],
  ];
  for (const [opcode, text] of wrong) {
    await socket.write(frameBytes(opcode, text));
  }
  await socket.write(frameBytes(4, expenseText("127.0.0.1:10051")));
  const answer = await socket.readFrame();
  strictEqual(answer?.opcode, 5);
  strictEqual(
    JSON.parse(answer?.text ?? "")["PaymentProcessed"].accepted,
    true,
  );
  strictEqual(spentAt(region), 16_060);
  socket.close();
});

test("C-01: the paper's numbers of expense and verdict are not accepted", async () => {
  await using region = await TestRegion.open();
  await fund(region.node.useCases, 100_000, 50_000);
  const socket = await dialRegion(region, "PUMP 127.0.0.1:10050 5\n");
  await socket.write(frameBytes(2, expenseText("127.0.0.1:10051")));
  await socket.write(frameBytes(3, expenseText("127.0.0.1:10051")));
  await socket.write(frameBytes(4, expenseText("127.0.0.1:10052")));
  const answer = await socket.readFrame();
  strictEqual(
    JSON.parse(answer?.text ?? "")["PaymentProcessed"].pump_address,
    "127.0.0.1:10052",
  );
  strictEqual(spentAt(region), 16_060);
  socket.close();
});

test("a frame that promises too much ends its connection before it is read", async () => {
  await using region = await TestRegion.open();
  const socket = await dialRegion(region, "PUMP 127.0.0.1:10050 5\n");
  await socket.write(Uint8Array.of(4, 0xff, 0xff, 0xff, 0xff));
  strictEqual(await socket.readByte(), undefined);
  socket.close();
});

test("handshakes of nobody end their connection", async () => {
  await using region = await TestRegion.open();
  for (
    const line of [
      "PUMP 127.0.0.1:10050\n",
      "HELLO 1 2\n",
      "REGIONAL 3\n",
      "\n",
      // The mesh keeps the accounts here: an original company gains nothing by dialing (C-44).
      "COMPANY 127.0.0.1:60000\n",
      `PUMP ${"x".repeat(2_000)} 5\n`,
    ]
  ) {
    const socket = await dialRegion(region, line);
    strictEqual(await socket.readByte(), undefined, line);
    socket.close();
  }
});
