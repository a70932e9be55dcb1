/**
 * A region of Panal in front of an original company (14.4), over real sockets: exactly one booking a purchase, whatever
 * the company loses, and whenever it or the region dies.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createCompanyPort } from "../../nodes/adapters/fleet_company.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { createSystemRandom } from "../../nodes/adapters/system_random.ts";
import { createFactIds } from "../../crdt/mod.ts";
import type { PurchaseVerdict } from "../../nodes/fleet/fleet_use_cases.ts";
import { COMPANY, fund, purchaseOf } from "../support/fleet.ts";
import {
  TestRegion,
  type TestRegionOptions,
  until,
} from "../support/fleet_region.ts";
import { OriginalCompany } from "../support/original_company.ts";
import { frameBytes, OriginalSocket } from "../support/original_fleet_wire.ts";
import { OriginalGasPump } from "../support/original_gas_pump.ts";

const SCALE = 0.05;
const PURCHASE = { company: 42, card: 7, total: 100, date: "2026-02-03" };
const nextId = createFactIds(createSystemRandom());
const newId = () => nextId(createSystemClock().now());

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn });
}

async function openCompany(): Promise<OriginalCompany> {
  const company = new OriginalCompany({ scale: SCALE });
  company.open(42, 10_000, { 7: 5_000, 8: 5_000 });
  await company.start();
  return company;
}

async function openRegion(
  company: OriginalCompany,
  options: TestRegionOptions = {},
): Promise<TestRegion> {
  const region = await TestRegion.open({ company: company.port, ...options });
  await until(() => (region.service.company?.links ?? 0) > 0, "a link");
  return region;
}

async function openStation(region: TestRegion): Promise<OriginalGasPump> {
  const pump = new OriginalGasPump({
    province: 0,
    station: 5,
    pumps: 3,
    regionals: region.ports,
    scale: SCALE,
  });
  await pump.connect();
  return pump;
}

/** Asks the region's authority for a purchase as a caller of its own. */
function charge(region: TestRegion, amount = 100): Promise<PurchaseVerdict> {
  const desk = region.service.company?.desk;
  ok(desk !== undefined);
  return desk.charge(purchaseOf(amount, { id: newId(), source: "region" }));
}

/** How many expense frames the company received, those over nothing left out. */
function received(company: OriginalCompany): number {
  return company.told.filter(({ opcode, told }) =>
    opcode === 4 && told["PumpExpense"].expense.total > 0
  ).length;
}

test("T16: card, pump, region and original company work together, and each purchase is booked once", async () => {
  await using company = await openCompany();
  await using region = await openRegion(company);
  await using pump = await openStation(region);
  for (let i = 0; i < 5; i++) {
    strictEqual(await pump.buy(10_050 + i % 3, PURCHASE), true);
  }
  strictEqual(await pump.buy(10_050, { ...PURCHASE, total: 6_000 }), false);
  strictEqual(company.expenses(42).length, 5);
  strictEqual(company.books.get(42)?.balance, 9_500);
  await until(() => company.confirmations(42).length === 0, "acknowledgement");
  // What the station sees has its own texts.
  deepStrictEqual(
    new Set(pump.verdicts.map((it) => it.service_station_id)),
    new Set(["5"]),
  );
  ok(pump.verdicts.every((it) => !it.pump_address.includes("#")));
});

test("C-22: equal purchases of one day at one pump are two purchases, each with its verdict", async () => {
  await using company = await openCompany();
  await using region = await openRegion(company);
  const verdicts = await Promise.all([charge(region), charge(region)]);
  deepStrictEqual(verdicts.map(({ accepted }) => accepted), [true, true]);
  strictEqual(company.expenses(42).length, 2);
  // The rewritten address makes the company's own key unique.
  const addresses = company.told.filter(({ opcode }) => opcode === 4)
    .map(({ told }) => told["PumpExpense"].pump_address);
  strictEqual(new Set(addresses).size, 2);
});

test("C-22: verdicts of equal purchases are given first in, first out, also where the second is known first", async () => {
  await using company = new OriginalCompany({ scale: SCALE });
  // The limit covers the first alone.
  company.open(42, 10_000, { 7: 150 });
  await company.start();
  await using region = await openRegion(company);
  const socket = await OriginalSocket.dial(region.ports[0] ?? 0);
  ok(socket !== undefined);
  await socket.writeText("PUMP 127.0.0.1:10052 5\n");
  const { company: id, card, total, date } = PURCHASE;
  const expense = { "company_id": id, "card_id": card, total, date };
  const frame = frameBytes(
    4,
    JSON.stringify({
      "PumpExpense": {
        "pump_address": "127.0.0.1:10050",
        expense,
        "service_station_id": "5",
      },
    }),
  );
  company.fates.push("drop");
  await socket.write(frame);
  await until(() => company.expenses(42).length === 1, "the booking");
  await socket.write(frame);
  const accepted: boolean[] = [];
  for (let i = 0; i < 2; i++) {
    const { text = "" } = await socket.readFrame() ?? {};
    accepted.push(JSON.parse(text)["PaymentProcessed"].accepted);
  }
  deepStrictEqual(accepted, [true, false]);
  socket.close();
});

test("C-24: many purchases at once have one open question a link, so that no verdict is dropped", async () => {
  await using company = await openCompany();
  await using region = await openRegion(company);
  const verdicts = await Promise.all(
    Array.from({ length: 30 }, () => charge(region)),
  );
  strictEqual(verdicts.filter(({ accepted }) => accepted).length, 30);
  strictEqual(company.expenses(42).length, 30);
  strictEqual(company.dropped, 0);
  // Links have ids of their own.
  strictEqual(new Set(company.lines).size, company.lines.length);
});

test("C-24: a verdict that was dropped is asked for by a poke, and nothing is charged again", async () => {
  await using company = await openCompany();
  await using region = await openRegion(company);
  company.fates.push("drop");
  strictEqual((await charge(region)).accepted, true);
  strictEqual(received(company), 1);
  strictEqual(company.expenses(42).length, 1);
  const poke = company.told.find(({ opcode }) => opcode === 18);
  ok(poke !== undefined);
  const told = poke.told["ServiceStationReconnected"];
  strictEqual(told["regional_admin_id"], poke.id);
  ok(String(told["service_station_id"]).startsWith("panal-"));
});

test("a company that dies between charge and verdict books once, and its verdict comes after its restart", async () => {
  await using company = await openCompany();
  await using region = await openRegion(company);
  company.fates.push("die_after");
  const verdict = charge(region);
  await until(() => company.expenses(42).length === 1, "the booking");
  await company.stop();
  await company.start();
  strictEqual((await verdict).accepted, true);
  strictEqual(company.expenses(42).length, 1);
  strictEqual(received(company), 1);
});

test("an expense that a company never processed is sent again, only after two pokes and proof that it listens", async () => {
  await using company = await openCompany();
  await using region = await openRegion(company);
  company.fates.push("die_before");
  const verdict = charge(region);
  await until(() => received(company) === 1, "the frame");
  await company.stop();
  await company.start();
  strictEqual((await verdict).accepted, true);
  strictEqual(company.expenses(42).length, 1);
  strictEqual(received(company), 2);
  const opcodes = company.told.map(({ opcode, told }) =>
    opcode === 4 && told["PumpExpense"].expense.total === 0 ? "probe" : opcode
  );
  // Expense, two pokes, the probe, the expense again. Acknowledgements may stand between.
  deepStrictEqual(opcodes.filter((it) => it !== 7), [4, 18, 18, "probe", 4]);
});

test("a company that stands still is not taken for one that never had an expense", async () => {
  await using company = await openCompany();
  await using region = await openRegion(company, {
    companyTimes: { sendMsMax: 3_000, answerMsMax: 3_000 },
  });
  company.pause();
  const verdict = charge(region);
  await new Promise((resolve) => setTimeout(resolve, 700));
  company.resume();
  strictEqual((await verdict).accepted, true);
  strictEqual(received(company), 1);
  strictEqual(company.expenses(42).length, 1);
});

test("a purchase that could not be sent in time is refused and never sent", async () => {
  await using company = await openCompany();
  const { port } = company;
  await company.stop();
  await using region = await TestRegion.open({
    company: port,
    companyTimes: { sendMsMax: 200, answerMsMax: 250 },
  });
  const verdict = await charge(region);
  strictEqual(verdict.accepted, false);
  strictEqual(verdict.reason, "rights_unreachable");
  await company.start();
  await until(() => (region.service.company?.links ?? 0) > 0, "a link");
  strictEqual((await charge(region)).accepted, true);
  strictEqual(company.expenses(42).length, 1);
});

test("C-42: what became of a purchase is not known in time, a person is told, and the verdict comes to the station later", async () => {
  await using company = await openCompany();
  await using region = await openRegion(company, {
    companyTimes: { answerMsMax: 250, sendMsMax: 200 },
    times: { cardWaitMs: 300, verdictMsMax: 290, settledMs: 20 },
  });
  // The card of this station waits 300 ms.
  await using pump = new OriginalGasPump({
    province: 0,
    station: 5,
    pumps: 1,
    regionals: region.ports,
    scale: 0.01,
  });
  await pump.connect();
  company.fates.push("die_after");
  strictEqual(await pump.buy(10_050, PURCHASE), false);
  await until(() => region.incidents.includes("fleet_outcome_unknown"));
  await company.start();
  await until(() => pump.pending(10_050).get(7) === true, "the late verdict");
  strictEqual(company.expenses(42).length, 1);
  // The driver asks again and gets the first answer, without a second charge (C-36).
  strictEqual(await pump.buy(10_050, PURCHASE), true);
  strictEqual(company.expenses(42).length, 1);
});

test("C-23: a surplus verdict is acknowledged and not forwarded", async () => {
  await using company = await openCompany();
  await using region = await openRegion(company);
  await using pump = await openStation(region);
  strictEqual(await pump.buy(10_050, PURCHASE), true);
  await until(() => company.confirmations(42).length === 0, "acknowledgement");
  const expense = company.told.find(({ opcode }) => opcode === 4);
  const { pump_address, service_station_id, expense: told } = expense
    ?.told["PumpExpense"];
  company.owe(42, {
    pump_address,
    expense: told,
    accepted: true,
    service_station_id,
    regional: expense?.id ?? "",
  });
  // The company's timer sends it again.
  await until(() => company.confirmations(42).length === 0, "acknowledgement");
  strictEqual(pump.verdicts.length, 1);
  strictEqual(pump.pending(10_050).size, 0);
});

test("a verdict of before this region goes to its station as a result, and is acknowledged once it is durable", async () => {
  await using company = await openCompany();
  await using region = await openRegion(company, { times: { settledMs: 20 } });
  await using pump = await openStation(region);
  strictEqual(await pump.buy(10_050, PURCHASE), true);
  const id = company.told.find(({ opcode }) => opcode === 4)?.id ?? "";
  company.owe(42, {
    pump_address: "127.0.0.1:10051",
    expense: { "company_id": 42, "card_id": 8, total: 5, date: "2026-02-01" },
    accepted: true,
    service_station_id: "5",
    regional: id,
  });
  await until(() => pump.pending(10_051).get(8) === true, "the result");
  await until(() => company.confirmations(42).length === 0, "acknowledgement");
});

test("C-11: a company that dials a regional port is a company, whatever it says; its link is used like a dialed one", async () => {
  await using company = new OriginalCompany({ scale: SCALE });
  company.open(42, 10_000, { 7: 5_000 });
  await using region = await TestRegion.open({
    company: 1,
    provinces: [0, 1, 2],
  });
  // It dials, and never listens.
  company.dialsFrom(region.ports.slice(0, 3));
  await company.start({ listens: false });
  await until(() => region.service.company?.links === 3, "its links");
  await using pump = await openStation(region);
  strictEqual(await pump.buy(10_050, PURCHASE), true);
  strictEqual(company.expenses(42).length, 1);
  ok(["0", "1", "2"].includes(company.told[0]?.id ?? ""));
});

test("C-30: a second company does not take over the links of one that is healthy", async () => {
  await using company = await openCompany();
  await using region = await openRegion(company);
  strictEqual((await charge(region)).accepted, true);
  await using other = new OriginalCompany({ scale: SCALE });
  other.open(42, 10_000, { 7: 5_000 });
  other.dialsFrom(region.ports.slice(0, 1));
  await other.start({ listens: false });
  await until(() => other.connections === 0, "the refusal");
  strictEqual((await charge(region)).accepted, true);
  strictEqual(company.expenses(42).length, 2);
  strictEqual(other.expenses(42).length, 0);
});

test("a node that is killed with purchases under way books each at most once, and its station learns of those that were", async () => {
  await using company = await openCompany();
  const first = await openRegion(company, { times: { settledMs: 20 } });
  const { ports } = first;
  await using pump = new OriginalGasPump({
    province: 0,
    station: 5,
    pumps: 1,
    regionals: ports,
    scale: SCALE,
  });
  await pump.connect();
  company.fates.push("drop");
  const bought = pump.buy(10_050, PURCHASE);
  await until(() => company.expenses(42).length === 1, "the booking");
  const disk = await first.kill();
  await using again = await openRegion(company, {
    disk,
    ports,
    times: { settledMs: 20 },
  });
  // The leader found nobody, went round its ring, and is back: the card that waits gets its verdict there.
  strictEqual(await bought, true);
  strictEqual(company.expenses(42).length, 1);
  await until(() => again.service.desk.owed === 0, "the end of the purchase");
});

test("a node that is killed before it sent a purchase sends it once after its restart, while its card waits", async () => {
  await using company = await openCompany();
  const { port } = company;
  await company.stop();
  const first = await TestRegion.open({ company: port });
  const id = newId();
  void first.service.company?.desk.charge(purchaseOf(100, { id }));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const disk = await first.kill();
  await company.start();
  await using again = await openRegion(company, { disk });
  await until(() => company.expenses(42).length === 1, "the booking");
  await until(() => again.service.company?.desk.outcome(id) === "accepted");
  strictEqual(received(company), 1);
});

test("two regions in front of one company keep their purchases apart", async () => {
  await using company = await openCompany();
  await using one = await openRegion(company);
  await using two = await TestRegion.open({ company: company.port, seed: 8 });
  await until(() => (two.service.company?.links ?? 0) === 4, "links");
  company.fates.push("answer", "drop", "answer", "drop");
  const verdicts = await Promise.all([
    charge(one),
    charge(two),
    charge(one),
    charge(two),
  ]);
  ok(verdicts.every(({ accepted }) => accepted));
  strictEqual(company.expenses(42).length, 4);
  strictEqual(received(company), 4);
});

test("an expense of a company that nobody knows is refused, also where the answer was lost", async () => {
  await using company = await openCompany();
  await using region = await openRegion(company);
  const desk = region.service.company?.desk;
  const { company: unknown } = { company: "7" as never };
  company.fates.push("drop");
  const verdict = await desk?.charge(
    purchaseOf(100, { id: newId(), company: unknown }),
  );
  strictEqual(verdict?.accepted, false);
  strictEqual(verdict?.reason, "balance_insufficient");
});

test("nothing but expenses, pokes and acknowledgements is ever sent to an original company", async () => {
  await using company = await openCompany();
  await using region = await openRegion(company);
  company.fates.push("drop", "answer");
  await Promise.all([charge(region), charge(region)]);
  await until(() => company.confirmations(42).length === 0, "acknowledgement");
  ok(company.told.every(({ opcode }) => [4, 7, 18].includes(opcode)));
  strictEqual(company.deaf, 0);
  const socket = await OriginalSocket.dial(company.port);
  socket?.close();
});

test("C-25: a verdict is acknowledged to the company once it is durable here, not when a pump has it", async () => {
  await using company = await openCompany();
  await using region = await openRegion(company, { times: { settledMs: 20 } });
  await using pump = await openStation(region);
  company.pause();
  const bought = pump.buy(10_050, PURCHASE);
  await until(() => region.service.desk.owed === 1, "the purchase");
  await pump.stop();
  strictEqual(await bought, false);
  company.resume();
  await until(() => company.expenses(42).length === 1, "the booking");
  await until(() => company.confirmations(42).length === 0, "acknowledgement");
  strictEqual(region.service.desk.owed, 1);
  // The station comes back, to whatever region has the row.
  const disk = await region.kill();
  await using again = await openRegion(company, {
    disk,
    times: { settledMs: 20 },
  });
  await using back = await openStation(again);
  await until(() => back.pending(10_050).get(7) === true, "the verdict");
});

test("C-46: a verdict that takes too long holds up no other of its kind, and its refusal is given to nobody", async () => {
  await using company = await openCompany();
  await using region = await openRegion(company, {
    times: { verdictMsMax: 150, cardWaitMs: 160, settledMs: 20 },
  });
  const socket = await OriginalSocket.dial(region.ports[0] ?? 0);
  ok(socket !== undefined);
  await socket.writeText("PUMP 127.0.0.1:10052 5\n");
  const frame = (total: number) =>
    frameBytes(
      4,
      JSON.stringify({
        "PumpExpense": {
          "pump_address": "127.0.0.1:10050",
          "expense": {
            "company_id": 42,
            "card_id": 7,
            total,
            date: "2026-02-03",
          },
          "service_station_id": "5",
        },
      }),
    );
  company.pause();
  // More than the card's limit: a refusal.
  await socket.write(frame(6_000));
  await new Promise((resolve) => setTimeout(resolve, 200));
  company.resume();
  await until(() => region.service.desk.owed === 0, "the end of the purchase");
  await socket.write(frame(10));
  const { text = "" } = await socket.readFrame() ?? {};
  strictEqual(JSON.parse(text)["PaymentProcessed"].expense.total, 10);
  socket.close();
});

test("a Panal company in the place of the original one serves a region by the same link", async () => {
  await using books = await TestRegion.open({ provinces: [], seed: 9 });
  await fund(books.node.useCases, 10_000, 5_000);
  const port = createCompanyPort({
    fleet: books.fleet,
    clock: createSystemClock(),
    random: createSystemRandom(),
    logger: { log: () => {} },
    serves: () => true,
    regionals: [],
  });
  const listener = port.listen({ hostname: "127.0.0.1", port: 0 });
  await using region = await TestRegion.open({ company: listener.port });
  await using pump = await openStation(region);
  await until(() => (region.service.company?.links ?? 0) > 0, "a link");
  strictEqual(await pump.buy(10_050, PURCHASE), true);
  strictEqual(await pump.buy(10_051, PURCHASE), true);
  strictEqual(await pump.buy(10_052, { ...PURCHASE, total: 6_000 }), false);
  strictEqual(books.fleet.company(COMPANY)?.spent, 200);
  await until(
    () => books.fleet.unconfirmed({ limit: 10 }).items.length === 0,
    "acknowledgement",
  );
  await listener.stop();
  await port.stop();
});
