/**
 * A Panal company for regional offices, over real sockets: expenses, verdicts and their confirmations, frame by frame.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { CardId, CompanyId } from "../../nodes/fleet/fleet_use_cases.ts";
import { frame, FrameClient, vector } from "../support/fleet_frames.ts";
import {
  openAccount,
  SHORT_TIMINGS,
  startCompany,
} from "../support/fleet_company_node.ts";
import {
  confirm,
  expense,
  here,
  tell,
  unconfirmed,
  verdict,
} from "../support/fleet_office.ts";
import { untilTrue } from "../support/line_client.ts";

const COMPANY = "42" as CompanyId;

Deno.test("A: station here brings a verdict again, and acknowledgement ends it, by the confirmation key of the appendix", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", { balance: 20_000, cards: { "7": 20_000 } });
  const office = await FrameClient.connect(company.port, "REGIONAL 3");
  await tell(office, { total: 16_060 });
  await office.expect(5, verdict({ total: 16_060 }, true));
  office[Symbol.dispose]();
  using other = await FrameClient.connect(company.port, "REGIONAL 4");
  await other.raw(vector(
    "12 00000050",
    '{"ServiceStationReconnected":{"service_station_id":"5","regional_admin_id":"3"}}',
  ));
  // Whoever names an office stands for it from then on.
  await other.expect(5, verdict({ total: 16_060 }, true));
  strictEqual(unconfirmed(company), 1);
  await other.raw(vector(
    "07 00000084",
    '{"PaymentProcessedAck":{"pump_address":"127.0.0.1:13050","expense":{"company_id":42,"card_id":7,"total":16060,"date":"2026-02-03"}}}',
  ));
  await untilTrue("it is confirmed", () => unconfirmed(company) === 0);
});

Deno.test("T01: a purchase within limit and balance takes from both once", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", { balance: 1_000, cards: { "7": 500 } });
  using office = await FrameClient.connect(company.port, "REGIONAL 3");
  await tell(office, { total: 200 });
  await office.expect(5, verdict({ total: 200 }, true));
  strictEqual(company.fleet.card(COMPANY, "7" as CardId)?.limit, 300);
  strictEqual(company.fleet.company(COMPANY)?.balance, 800);
  strictEqual(company.fleet.company(COMPANY)?.expenses, 1);
});

Deno.test("T02: an unknown card is made with a tenth of the balance, also if its purchase is refused (C-27)", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", { balance: 1_000 });
  using office = await FrameClient.connect(company.port, "REGIONAL 3");
  await tell(office, { card: 8, total: 100 });
  await office.expect(5, verdict({ card: 8, total: 100 }, true));
  await tell(office, { card: 9, total: 91 });
  await office.expect(5, verdict({ card: 9, total: 91 }, false));
  strictEqual(company.fleet.card(COMPANY, "9" as CardId)?.limit, 90);
});

Deno.test("T03, T04, T05: limit, balance and nothing at all are refused, and the original hears only that", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", {
    balance: 100,
    cards: { "7": 50, "8": 100, "9": 100 },
  });
  using office = await FrameClient.connect(company.port, "REGIONAL 3");
  for (
    const [card, total, accepted] of [
      [7, 51, false],
      [7, 0, false],
      [8, 60, true],
      [9, 60, false],
      [9, 40, true],
    ] as const
  ) {
    await tell(office, { card, total });
    await office.expect(5, verdict({ card, total }, accepted));
  }
  strictEqual(company.fleet.company(COMPANY)?.balance, 0);
});

Deno.test("an expense of a company that nobody knows is refused at once and leaves nothing behind", async () => {
  await using company = await startCompany();
  using office = await FrameClient.connect(company.port, "REGIONAL 3");
  await tell(office, { company: 99 });
  await office.expect(5, verdict({ company: 99 }, false));
  await confirm(office, { company: 99 });
  await office.quiet(2 * SHORT_TIMINGS.retryMs);
  strictEqual(unconfirmed(company), 0);
  deepStrictEqual(company.errors, []);
});

Deno.test("C-15: the texts of a purchase come back unchanged, whatever they are", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", { balance: 1_000, cards: { "7": 500 } });
  using office = await FrameClient.connect(company.port, "REGIONAL norte-é");
  for (
    const texts of [
      { pump: 'x#018f"\\é', station: "" },
      { pump: "13050", station: "Estación 3" },
      { pump: "99999", station: "3-panal" },
    ]
  ) {
    await tell(office, texts);
    await office.expect(5, verdict(texts, true));
    await confirm(office, texts);
  }
  await untilTrue("all are confirmed", () => unconfirmed(company) === 0);
  // No fact holds these: they are refused, with their texts.
  const long = { station: "7".repeat(600) };
  await tell(office, long);
  await office.expect(5, verdict(long, false));
  strictEqual(company.fleet.company(COMPANY)?.expenses, 3);
});

Deno.test("C-25: a verdict is sent once, again without a confirmation, with growing pauses, and never after one", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", { balance: 1_000, cards: { "7": 500 } });
  using office = await FrameClient.connect(company.port, "REGIONAL 3");
  await tell(office);
  const times: number[] = [];
  for (let i = 0; i < 4; i++) {
    await office.expect(5, verdict({}, true));
    times.push(performance.now());
  }
  const pauses = times.slice(1).map((at, i) => at - (times[i] ?? 0));
  for (const [i, pause] of pauses.entries()) {
    ok(pause > SHORT_TIMINGS.retryMs * 2 ** i * 0.5, `${pauses}`);
  }
  strictEqual(unconfirmed(company), 1);
  await confirm(office);
  await untilTrue("it is confirmed", () => unconfirmed(company) === 0);
  await office.quiet(SHORT_TIMINGS.retryMsMax + 100);
  strictEqual(company.fleet.company(COMPANY)?.balance, 900);
});

Deno.test("C-19: a company that dies between charge and verdict sends it when it is back, and charges nothing again", async () => {
  const first = await startCompany();
  await openAccount(first, "42", { balance: 1_000, cards: { "7": 500 } });
  const { pumpAddress, station } = {
    pumpAddress: "127.0.0.1:13050",
    station: "5",
  };
  for (const [card, accepted] of [["7", true], ["8", false]] as const) {
    const { accepted: charged } = await first.fleet.charge({
      company: COMPANY,
      card: card as CardId,
      amount: 101,
      date: "2026-02-03",
      place: { site: null, province: 3, station: 5, pump: 0 },
      route: { pumpAddress, station, regional: "3" },
      source: "company",
      keepRefusal: true,
    });
    strictEqual(charged, accepted);
  }
  const { disk } = first.node;
  await first[Symbol.asyncDispose]();
  await using second = await startCompany({ node: { disk } });
  using office = await FrameClient.connect(second.port, "REGIONAL 3");
  await office.expect(5, verdict({ total: 101 }, true));
  await office.expect(5, verdict({ card: 8, total: 101 }, false));
  await confirm(office, { total: 101 });
  await confirm(office, { card: 8, total: 101 });
  await untilTrue("both are confirmed", () => unconfirmed(second) === 0);
  strictEqual(second.fleet.company(COMPANY)?.balance, 899);
});

Deno.test("C-14: more than ten attempts do not end it", async () => {
  await using company = await startCompany({
    timings: { ...SHORT_TIMINGS, retryMs: 20, retryMsMax: 25, sweepMs: 5 },
  });
  await openAccount(company, "42", { balance: 1_000, cards: { "7": 500 } });
  using office = await FrameClient.connect(company.port, "REGIONAL 3");
  await tell(office);
  for (let i = 0; i < 15; i++) await office.expect(5, verdict({}, true));
});

Deno.test("C-24: what comes in one piece is answered in full: every verdict, and all of a station at once", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", { balance: 1_000, cards: { "7": 500 } });
  using office = await FrameClient.connect(company.port, "REGIONAL 3");
  const many = Array.from({ length: 50 }, (_, i) => ({ total: i + 1 }));
  await office.raw(
    Uint8Array.from(
      many.flatMap((it) => [...frame(4, { "PumpExpense": expense(it) })]),
    ),
  );
  const answered = new Set<string>();
  for (const _ of many) answered.add((await office.next())?.text ?? "");
  strictEqual(answered.size, 50);
  strictEqual(unconfirmed(company), 50);
  await new Promise((done) => setTimeout(done, SHORT_TIMINGS.retryMs));
  using other = await FrameClient.connect(company.port, "REGIONAL 3");
  await here(other, "5", "3");
  const again = new Set<string>();
  for (const _ of many) again.add((await other.next())?.text ?? "");
  deepStrictEqual(again, answered);
});

Deno.test("C-22: equal purchases of a day are each charged, answered and confirmed", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", { balance: 1_000, cards: { "7": 250 } });
  using office = await FrameClient.connect(company.port, "REGIONAL 3");
  for (let i = 0; i < 3; i++) await tell(office);
  const accepted = [];
  for (let i = 0; i < 3; i++) {
    const text = (await office.next())?.text ?? "";
    accepted.push(JSON.parse(text)["PaymentProcessed"].accepted);
  }
  deepStrictEqual(accepted.sort(), [false, true, true]);
  strictEqual(company.fleet.company(COMPANY)?.balance, 800);
  strictEqual(unconfirmed(company), 3);
  for (let left = 2; left >= 0; left--) {
    await confirm(office);
    await untilTrue("one less waits", () => unconfirmed(company) === left);
  }
});

Deno.test("C-45: confirmations and announcements that an office re-sends as expenses are taken for what they are", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", { balance: 1_000, cards: { "7": 500 } });
  using office = await FrameClient.connect(company.port, "REGIONAL 3");
  await tell(office);
  await office.expect(5, verdict({}, true));
  await confirm(office, {}, 4);
  await untilTrue("it is confirmed", () => unconfirmed(company) === 0);
  await tell(office, { total: 5 });
  await office.expect(5, verdict({ total: 5 }, true));
  office[Symbol.dispose]();
  using other = await FrameClient.connect(company.port, "REGIONAL 4");
  await here(other, "5", "4", 4);
  await other.expect(5, verdict({ total: 5 }, true));
  strictEqual(company.fleet.company(COMPANY)?.expenses, 2);
});

Deno.test("C-26: what an office that is there was sent is not diverted to another by an equal station text", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", { balance: 1_000, cards: { "7": 500 } });
  using zero = await FrameClient.connect(company.port, "REGIONAL 0");
  using one = await FrameClient.connect(company.port, "REGIONAL 1");
  const own = { pump: "10030", station: "3" };
  await tell(zero, own);
  await zero.expect(5, verdict(own, true));
  await here(one, "3", "1");
  await one.quiet(SHORT_TIMINGS.retryMs / 2);
  await zero.expect(5, verdict(own, true));
  // Once office 0 is gone, its station is where it says.
  zero[Symbol.dispose]();
  await here(one, "3", "1");
  await one.expect(5, verdict(own, true));
  await confirm(one, own);
  await untilTrue("it is confirmed", () => unconfirmed(company) === 0);
});

Deno.test("two offices, and two links of one: each verdict goes back where its purchase came from", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", { balance: 1_000, cards: { "7": 500 } });
  const links = await Promise.all(
    ["0", "1", "1"].map((id) =>
      FrameClient.connect(company.port, `REGIONAL ${id}`)
    ),
  );
  for (const [i, link] of links.entries()) await tell(link, { total: i + 1 });
  for (const [i, link] of links.entries()) {
    await link.expect(5, verdict({ total: i + 1 }, true));
    await confirm(link, { total: i + 1 });
  }
  await untilTrue("all are confirmed", () => unconfirmed(company) === 0);
  for (const link of links) await link.quiet(SHORT_TIMINGS.retryMs);
  for (const link of links) link[Symbol.dispose]();
});

Deno.test("C-29: frames that mean nothing here, or are no frames, are read past and the link goes on", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", { balance: 1_000, cards: { "7": 500 } });
  using office = await FrameClient.connect(company.port, "REGIONAL 3");
  for (const opcode of [0, 1, 2, 3, 5, 6, 8, 9, 10, 11, 16, 17, 19, 255]) {
    await office.send(opcode, { "PumpExpense": expense() });
  }
  const { "service_station_id": _, ...lacking } = expense();
  for (
    const payload of [
      "",
      "{}",
      "[]",
      "\u0000",
      { "PumpExpense": lacking },
      { "FuelComplete": { success: true } },
      { "PumpExpense": expense(), "more": 1 },
      { "PumpExpense": { ...expense(), "pump_address": 7 } },
      { "PumpExpense": { ...expense(), expense: { total: -1 } } },
      '{"PumpExpense":{"pump_address":"a","pump_address":"b"}}',
    ]
  ) await office.send(4, payload);
  await office.send(7, { "PumpExpense": expense() });
  await office.send(18, { "PaymentProcessedAck": {} });
  await tell(office);
  await office.expect(5, verdict({}, true));
  strictEqual(company.fleet.company(COMPANY)?.expenses, 1);
});

Deno.test("every cut of an expense is waited for, and nothing is charged if the rest does not come", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", { balance: 1_000, cards: { "7": 500 } });
  const bytes = frame(4, { "PumpExpense": expense({ total: 1 }) });
  const links: FrameClient[] = [];
  for (let end = 0; end < bytes.length; end++) {
    const link = await FrameClient.connect(company.port, "REGIONAL 3");
    await link.raw(bytes.subarray(0, end));
    links.push(link);
  }
  for (const [i, link] of links.entries()) {
    if (i % 2 === 0) {
      await link.raw(bytes.subarray(i));
      await link.expect(5, verdict({ total: 1 }, true));
    }
    link[Symbol.dispose]();
  }
  strictEqual(
    company.fleet.company(COMPANY)?.expenses,
    Math.ceil(bytes.length / 2),
  );
});
