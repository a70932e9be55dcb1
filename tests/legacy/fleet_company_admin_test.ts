/**
 * A Panal company for original administrators: every request and answer over real sockets.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { frame, FrameClient, vector } from "../support/fleet_frames.ts";
import {
  openAccount,
  SHORT_TIMINGS,
  startCompany,
} from "../support/fleet_company_node.ts";
import { untilTrue } from "../support/line_client.ts";
import { OriginalCompanyAdmin } from "../support/original_company_admin.ts";
import type { CardId, CompanyId } from "../../nodes/fleet/fleet_use_cases.ts";

const HASTY = { ...SHORT_TIMINGS, handshakeMs: 400 };
const U32_MAX = 4_294_967_295;
const COMPANY = "42" as CompanyId;

Deno.test("A: balance?, balance, charge, charged, new card, card made, limit?, limit, set limit, limit set, expense, verdict, cards and expenses are as in the appendix, byte for byte", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", { balance: 250_000 });
  using admin = await FrameClient.connect(company.port, "COMPANY 42");
  const exchange = async (
    request: readonly [header: string, payload: string],
    answer: readonly [header: string, payload: string],
  ) => {
    await admin.raw(vector(...request));
    const found = await admin.next();
    ok(found !== undefined);
    deepStrictEqual(frame(found.opcode, found.text), vector(...answer));
  };
  await exchange(["0a 00000002", "{}"], [
    "0a 00000016",
    '{"saldo_total":250000}',
  ]);
  await exchange(["0b 00000011", '{"amount":250000}'], [
    "0b 00000016",
    '{"nuevo_saldo":500000}',
  ]);
  await exchange(["0c 0000001e", '{"amount":90000,"card_id":"7"}'], [
    "0c 00000026",
    '{"saldo_inicial":90000,"tarjeta_id":7}',
  ]);
  await exchange(["0d 0000000f", '{"card_id":"7"}'], [
    "0d 0000001c",
    '{"card_id":7,"limite":90000}',
  ]);
  await exchange(["0e 0000001e", '{"amount":50000,"card_id":"7"}'], [
    "0e 00000024",
    '{"nuevo_saldo":50000,"tarjeta_id":7}',
  ]);
  using office = await FrameClient.connect(company.port, "REGIONAL 3");
  await office.raw(vector(
    "04 00000095",
    '{"PumpExpense":{"pump_address":"127.0.0.1:13050","expense":{"company_id":42,"card_id":7,"total":16060,"date":"2026-02-03"},"service_station_id":"5"}}',
  ));
  const verdict = await office.next();
  deepStrictEqual(
    verdict && frame(verdict.opcode, verdict.text),
    vector(
      "05 000000aa",
      '{"PaymentProcessed":{"pump_address":"127.0.0.1:13050","expense":{"company_id":42,"card_id":7,"total":16060,"date":"2026-02-03"},"accepted":true,"service_station_id":"5"}}',
    ),
  );
  await exchange(["0f 00000002", "{}"], [
    "0f 0000005c",
    '{"cantidad_tarjetas":1,"tarjetas":[{"card_id":7,"gastos_recientes":1,"saldo_actual":33940}]}',
  ]);
  await exchange(["10 00000002", "{}"], [
    "10 0000004c",
    '{"gastos":[{"card_id":7,"company_id":42,"date":"2026-02-03","monto":16060}]}',
  ]);
});

Deno.test("B: the administrator's dialogue with an empty company is as measured", async () => {
  await using company = await startCompany();
  using admin = await OriginalCompanyAdmin.start(company.port, "7");
  deepStrictEqual(await admin.json(1), { "saldo_total": 0 });
  deepStrictEqual(company.fleet.company("7" as CompanyId), undefined);
  deepStrictEqual(await admin.json(2, "1000000"), { "nuevo_saldo": 1_000_000 });
  deepStrictEqual(await admin.json(3, "111", "500"), {
    "saldo_inicial": 500,
    "tarjeta_id": 111,
  });
  deepStrictEqual(await admin.json(5, "111", "700"), {
    "nuevo_saldo": 700,
    "tarjeta_id": 111,
  });
  deepStrictEqual(await admin.json(5, "5", "700"), {
    error: "Card ID 5 not found. Could not update the balance!",
  });
  strictEqual(
    await admin.choose(6),
    JSON.stringify(
      {
        "cantidad_tarjetas": 1,
        "tarjetas": [{
          "card_id": 111,
          "gastos_recientes": 0,
          "saldo_actual": 700,
        }],
      },
      null,
      2,
    ),
  );
  deepStrictEqual(await admin.json(7), { "gastos": [] });
  // The refusals, in the original's words.
  deepStrictEqual(await admin.json(3, "111", "1"), {
    error: "Card ID 111 already exists",
  });
  deepStrictEqual(await admin.json(3, "112", "1000001"), {
    error:
      "Cannot create card with initial balance: 1000001. Company balance is: 1000000",
  });
  deepStrictEqual(await admin.json(4, "112"), {
    error: "Card ID 112 not found.",
  });
  // More than the balance becomes the balance; an amount of nothing changes nothing.
  deepStrictEqual(await admin.json(5, "111", "2000000"), {
    "nuevo_saldo": 1_000_000,
    "tarjeta_id": 111,
  });
  deepStrictEqual(await admin.json(2, "0"), { "nuevo_saldo": 1_000_000 });
  strictEqual(admin.status, undefined);
});

Deno.test("C-31: a company that is no number is closed; wrong cards and amounts get an error; zero is a number", async () => {
  await using company = await startCompany();
  for (const id of ["seven", "-1", "7.5", "4294967296", "127.0.0.1:60000"]) {
    using admin = await FrameClient.connect(company.port, `COMPANY ${id}`);
    strictEqual(await admin.next(), undefined, id);
  }
  using admin = await FrameClient.connect(company.port, "COMPANY 0");
  strictEqual(
    await admin.ask(11, { amount: U32_MAX }),
    `{"nuevo_saldo":${U32_MAX}}`,
  );
  for (
    const amount of [undefined, -1, 0.5, U32_MAX + 1, "7", null, true, 1e21]
  ) {
    match(await admin.ask(11, { amount }), /^\{"error":"The amount must be/);
    match(
      await admin.ask(12, { amount, "card_id": "1" }),
      /^\{"error":"The amount must be/,
    );
  }
  for (const payload of ["", "x", "[]", '"7"', '{"amount":1e2}', "{}{}"]) {
    match(await admin.ask(11, payload), /^\{"error":"The amount must be/);
  }
  for (const id of [7, "seven", "", "-7", "7.0", "4294967296", null, "+7"]) {
    match(
      await admin.ask(12, { amount: 1, "card_id": id }),
      /^\{"error":"The card id must be/,
    );
    match(await admin.ask(13, { "card_id": id }), /^\{"error":"The card id/);
    match(
      await admin.ask(14, { amount: 1, "card_id": id }),
      /^\{"error":"The card id must be/,
    );
  }
  strictEqual(
    await admin.ask(12, { amount: 5, "card_id": "0" }),
    '{"saldo_inicial":5,"tarjeta_id":0}',
  );
  strictEqual(
    await admin.ask(13, { "card_id": "000" }),
    '{"card_id":0,"limite":5}',
  );
  strictEqual(
    await admin.ask(15, "whatever"),
    '{"cantidad_tarjetas":1,"tarjetas":[{"card_id":0,"gastos_recientes":0,"saldo_actual":5}]}',
  );
});

Deno.test("C-32: a balance never passes 4294967295 on the wire, and larger ones of the mesh saturate", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", { balance: U32_MAX - 1 });
  using admin = await OriginalCompanyAdmin.start(company.port, "42");
  deepStrictEqual(await admin.json(2, "1"), { "nuevo_saldo": U32_MAX });
  deepStrictEqual(await admin.json(2, "1"), {
    error:
      `The balance may not exceed ${U32_MAX}. Company balance is: ${U32_MAX}`,
  });
  const more = await company.fleet.deposit({ company: COMPANY, amount: 500 });
  ok(more.ok);
  deepStrictEqual(await admin.json(1), { "saldo_total": U32_MAX });
  const made = await company.fleet.registerCard({
    company: COMPANY,
    card: "7" as CardId,
    limit: U32_MAX + 100,
  });
  ok(made.ok);
  deepStrictEqual(await admin.json(4, "7"), {
    "card_id": 7,
    "limite": U32_MAX,
  });
});

Deno.test("C-32: deposits of two administrators at once do not pass the limit together", async () => {
  await using company = await startCompany();
  using first = await FrameClient.connect(company.port, "COMPANY 42");
  using second = await FrameClient.connect(company.port, "COMPANY 42");
  const half = { amount: 3_000_000_000 };
  const answers = await Promise.all([
    first.ask(11, half),
    second.ask(11, half),
  ]);
  deepStrictEqual(
    answers.filter((it) => it === '{"nuevo_saldo":3000000000}').length,
    1,
  );
  strictEqual(await first.ask(10, {}), '{"saldo_total":3000000000}');
});

Deno.test("C-40: administrators of one company are served side by side, each with its own answers", async () => {
  await using company = await startCompany();
  const admins = await Promise.all(
    Array.from(
      { length: 10 },
      () => FrameClient.connect(company.port, "COMPANY 42"),
    ),
  );
  await Promise.all(admins.map(async (admin, i) => {
    const made = await admin.ask(12, { amount: 0, "card_id": `${i}` });
    strictEqual(made, `{"saldo_inicial":0,"tarjeta_id":${i}}`);
  }));
  admins[0]?.[Symbol.dispose]();
  for (const [i, admin] of admins.entries()) {
    if (i === 0) continue;
    strictEqual(
      await admin.ask(13, { "card_id": `${i}` }),
      `{"card_id":${i},"limite":0}`,
    );
    admin[Symbol.dispose]();
  }
});

Deno.test("C-20: an administrator's connection stays through silence and errors, and nothing is sent unasked", async () => {
  await using company = await startCompany({ timings: HASTY });
  await openAccount(company, "42", { balance: 1_000, cards: { "7": 1_000 } });
  using admin = await FrameClient.connect(company.port, "COMPANY 42");
  strictEqual(await admin.ask(10, {}), '{"saldo_total":1000}');
  using office = await FrameClient.connect(company.port, "REGIONAL 3");
  await office.send(4, expenseOf(7, 100));
  await office.next();
  await company.fleet.deposit({ company: COMPANY, amount: 1 });
  // Longer than a handshake may take, and than everything is repeated.
  await admin.quiet(500);
  strictEqual(await admin.ask(10, {}), '{"saldo_total":901}');
});

Deno.test("pipelined requests are answered one after the other, in order", async () => {
  await using company = await startCompany();
  using admin = await FrameClient.connect(company.port);
  // The handshake too may come in one piece with what follows (C-28).
  const requests = Array.from(
    { length: 50 },
    () => [frame(11, { amount: 1 }), frame(10, {})],
  ).flat();
  const line = new TextEncoder().encode("COMPANY 42\r\n");
  await admin.raw(
    new Uint8Array([line, ...requests].flatMap((it) => [...it])),
  );
  for (let i = 1; i <= 50; i++) {
    await admin.expect(11, `{"nuevo_saldo":${i}}`);
    await admin.expect(10, `{"saldo_total":${i}}`);
  }
});

Deno.test("C-29: opcodes of other links are read past without an answer", async () => {
  await using company = await startCompany();
  using admin = await FrameClient.connect(company.port, "COMPANY 42");
  for (let opcode = 0; opcode < 256; opcode++) {
    if (opcode < 10 || opcode > 16) await admin.send(opcode, { amount: 5 });
  }
  strictEqual(await admin.ask(10, {}), '{"saldo_total":0}');
});

Deno.test("a frame that comes byte by byte is a frame, one over 64 KiB ends its connection alone", async () => {
  await using company = await startCompany();
  using slow = await FrameClient.connect(company.port);
  const bytes = [
    ...new TextEncoder().encode("COMPANY 42\n"),
    ...frame(11, { amount: 5 }),
  ];
  for (const byte of bytes) await slow.raw(Uint8Array.of(byte));
  await slow.expect(11, '{"nuevo_saldo":5}');
  using large = await FrameClient.connect(company.port, "COMPANY 42");
  await large.raw(Uint8Array.of(11, 0, 1, 0, 1));
  strictEqual(await large.next(), undefined);
  using full = await FrameClient.connect(company.port, "COMPANY 42");
  const payload = `{"amount":1${" ".repeat(65_536 - 12)}}`;
  strictEqual(payload.length, 65_536);
  strictEqual(await full.ask(11, payload), '{"nuevo_saldo":6}');
  strictEqual(await slow.ask(10, {}), '{"saldo_total":6}');
});

Deno.test("wrong handshakes are closed, one without an end after its time", async () => {
  await using company = await startCompany({ timings: HASTY });
  for (
    const line of [
      "",
      "COMPANY",
      "REGIONAL",
      "PUMP 127.0.0.1:13050 5",
      "company 7",
      "GET / HTTP/1.1",
    ]
  ) {
    using client = await FrameClient.connect(company.port, line);
    strictEqual(await client.next(), undefined, line);
  }
  using endless = await FrameClient.connect(company.port);
  await endless.raw("COMPANY ".padEnd(2_000, "7"));
  strictEqual(await endless.next(), undefined);
  using silent = await FrameClient.connect(company.port);
  using late = await FrameClient.connect(company.port);
  await late.raw("COMPANY 4");
  // Others are served meanwhile.
  using admin = await FrameClient.connect(company.port, "COMPANY 42");
  strictEqual(await admin.ask(10, {}), '{"saldo_total":0}');
  strictEqual(await silent.next(), undefined);
  strictEqual(await late.next(), undefined);
  strictEqual(await admin.ask(10, {}), '{"saldo_total":0}');
});

Deno.test("a company that this node does not serve is answered with an error, not with a balance", async () => {
  await using company = await startCompany({ serves: (it) => it === "42" });
  using admin = await FrameClient.connect(company.port, "COMPANY 43");
  for (const opcode of [10, 15, 16]) {
    strictEqual(
      await admin.ask(opcode, {}),
      '{"error":"Company 43 is not served here"}',
    );
  }
});

Deno.test("lists over 64 KiB come whole, in one frame, and their memory is let go", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", { balance: 10 });
  const count = 1_500;
  await Promise.all(
    Array.from({ length: count }, (_, i) =>
      company.fleet.registerCard({
        company: COMPANY,
        card: `${i}` as CardId,
        limit: 10,
      })),
  );
  using admin = await FrameClient.connect(company.port, "COMPANY 42");
  const list = JSON.parse(await admin.ask(15, {}));
  strictEqual(list["cantidad_tarjetas"], count);
  deepStrictEqual(
    new Set(
      list["tarjetas"].map((it: Record<string, number>) => it["card_id"]),
    ),
    new Set(Array.from({ length: count }, (_, i) => i)),
  );
  ok(JSON.stringify(list).length > 65_536);
  // One who does not read a list holds up nobody.
  const deaf = await Promise.all(
    Array.from(
      { length: 4 },
      () => FrameClient.connect(company.port, "COMPANY 42"),
    ),
  );
  for (const it of deaf) {
    await it.send(15, {});
    it[Symbol.dispose]();
  }
  await untilTrue("lists are free again", async () => {
    const again = JSON.parse(await admin.ask(15, {}));
    return again["cantidad_tarjetas"] === count;
  });
});

/** An expense of company 42. */
function expenseOf(card: number, total: number) {
  return {
    "PumpExpense": {
      "pump_address": "127.0.0.1:13050",
      expense: {
        "company_id": 42,
        "card_id": card,
        total,
        date: "2026-02-03",
      },
      "service_station_id": "5",
    },
  };
}
