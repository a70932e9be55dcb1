/**
 * A Panal company for original regional offices as whole programs, with their stations behind them.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { FrameClient } from "../support/fleet_frames.ts";
import {
  openAccount,
  SHORT_TIMINGS,
  startCompany,
} from "../support/fleet_company_node.ts";
import {
  station,
  tell,
  unconfirmed,
  verdict,
} from "../support/fleet_office.ts";
import { untilTrue } from "../support/line_client.ts";
import { OriginalCompanyAdmin } from "../support/original_company_admin.ts";
import { OriginalRegional } from "../support/original_regional.ts";

/** What a second of the original takes here. */
const SCALE = 0.05;

Deno.test("C-11: an office that listens and has no link is dialed with the company's address, and again when the link is lost", async () => {
  await using office = new OriginalRegional({ province: 0, scale: SCALE });
  await office.start();
  await using company = await startCompany({ regionals: [office.port] });
  await openAccount(company, "42", { balance: 1_000, cards: { "7": 500 } });
  await untilTrue("the office is taken over", () => office.takeovers === 1);
  using pump = await station(office, { pump: "10032", number: "3" });
  await tell(pump, { pump: "10030", station: "3" });
  await pump.expect(5, verdict({ pump: "10030", station: "3" }, true));
  await untilTrue("it is confirmed", () => unconfirmed(company) === 0);
  office.breakCompany();
  // What the office could not send is kept, and comes with the next handshake.
  await tell(pump, { pump: "10030", station: "3", total: 7 });
  await pump.expect(
    5,
    verdict({ pump: "10030", station: "3", total: 7 }, true),
  );
  strictEqual(office.takeovers, 2);
  await untilTrue("it is confirmed", () => unconfirmed(company) === 0);
  deepStrictEqual([...new Set(office.companyOpcodes)], [5]);
});

Deno.test("who hangs up on a company is dialed less and less often, and is found again", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const dialed: number[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      dialed.push(performance.now());
      connection.close();
    }
  })().catch(() => {});
  await using company = await startCompany({
    regionals: [port],
    timings: { ...SHORT_TIMINGS, dialMs: 20 },
  });
  await untilTrue("it was dialed five times", () => dialed.length === 5);
  // Twice, four, eight and twelve times the pause of the others.
  ok((dialed[4] ?? 0) - (dialed[0] ?? 0) > 20 * (2 + 4 + 8 + 12) * 0.9);
  listener.close();
  await accepting;
  await using office = new OriginalRegional({
    province: 0,
    scale: SCALE,
    port,
  });
  await office.start();
  await untilTrue("the office is taken over", () => office.takeovers > 0);
  deepStrictEqual(company.errors, []);
});

Deno.test("C-30: offices that have a link are left alone, and a company without its port dials nobody", async () => {
  await using company = await startCompany();
  await using office = new OriginalRegional({
    province: 0,
    scale: SCALE,
    company: () => company.port,
  });
  await office.start();
  // A second company that wants the same port, and would dial the office.
  let refused: unknown;
  try {
    await using _second = await startCompany({
      port: company.port,
      regionals: [office.port],
    });
  } catch (error) {
    refused = error;
  }
  ok(refused instanceof Error);
  await new Promise((done) => setTimeout(done, 3 * SHORT_TIMINGS.dialMs));
  strictEqual(office.takeovers, 0);
});

Deno.test("C-12: a station confirms nothing, its office does, and only then it counts as delivered", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", { balance: 1_000, cards: { "7": 500 } });
  await using office = new OriginalRegional({
    province: 3,
    scale: SCALE,
    company: () => company.port,
  });
  await office.start();
  using pump = await station(office);
  await tell(pump);
  await pump.expect(5, verdict({}, true));
  await untilTrue("it is confirmed", () => unconfirmed(company) === 0);
  await pump.quiet(2 * SHORT_TIMINGS.retryMs);
  strictEqual(office.verdicts.length, 1);
});

Deno.test("C-25: a verdict for a station that is away waits at its office, and reaches it once", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", { balance: 1_000, cards: { "7": 500 } });
  await using office = new OriginalRegional({
    province: 3,
    scale: 0.001,
    company: () => company.port,
  });
  await office.start();
  const pump = await station(office);
  office.isAwake = false;
  await tell(pump);
  await untilTrue("the verdict is there", () => office.verdicts.length > 0);
  pump[Symbol.dispose]();
  office.isAwake = true;
  using back = await FrameClient.connect(
    office.port,
    "PUMP 127.0.0.1:13052 5",
  );
  await back.expect(5, verdict({}, true));
  await untilTrue("it is confirmed", () => unconfirmed(company) === 0);
  await back.quiet(2 * SHORT_TIMINGS.retryMs);
});

Deno.test("T12: two companies with three cards each pay for what their cards bought", async () => {
  await using company = await startCompany();
  for (const id of ["1", "2"]) {
    await openAccount(company, id, {
      balance: 10_000,
      cards: { "1": 5_000, "2": 5_000, "3": 5_000 },
    });
  }
  await using office = new OriginalRegional({
    province: 3,
    scale: SCALE,
    company: () => company.port,
  });
  await office.start();
  using pump = await station(office);
  for (const id of [1, 2]) {
    for (const card of [1, 2, 3]) {
      const told = { company: id, card, total: 1_000 * id + card };
      await tell(pump, told);
      await pump.expect(5, verdict(told, true));
    }
  }
  for (const id of [1, 2]) {
    using admin = await OriginalCompanyAdmin.start(company.port, `${id}`);
    const { gastos } = await admin.json(7) as {
      gastos: readonly Record<string, number>[];
    };
    deepStrictEqual(
      gastos.map((it) => [it["company_id"], it["card_id"], it["monto"]])
        .sort(),
      [1, 2, 3].map((card) => [id, card, 1_000 * id + card]),
    );
    deepStrictEqual(await admin.json(1), {
      "saldo_total": 10_000 - 3_000 * id - 6,
    });
  }
});

Deno.test("T32: ten administrators and sixteen offices are served at once", async () => {
  const offices = await Promise.all(
    Array.from({ length: 16 }, async (_, province) => {
      const office = new OriginalRegional({ province, scale: SCALE });
      await office.start();
      return office;
    }),
  );
  await using company = await startCompany({
    regionals: offices.map(({ port }) => port),
  });
  const admins = await Promise.all(
    Array.from(
      { length: 10 },
      (_, id) => OriginalCompanyAdmin.start(company.port, `${id}`),
    ),
  );
  await Promise.all(
    admins.map((admin) => admin.json(2, "1000000")),
  );
  await untilTrue(
    "every office is linked",
    () => offices.every(({ takeovers }) => takeovers === 1),
  );
  await Promise.all(offices.map(async (office, province) => {
    const place = { pump: `${10_000 + 1_000 * province + 50}`, station: "5" };
    using pump = await station(office, { pump: place.pump });
    for (const card of [1, 2]) {
      const told = { ...place, company: province % 10, card, total: 1_606 };
      await tell(pump, told);
      await pump.expect(5, verdict(told, true));
    }
  }));
  await untilTrue("all are confirmed", () => unconfirmed(company) === 0);
  const balances = await Promise.all(admins.map((admin) => admin.json(1)));
  deepStrictEqual(
    balances,
    admins.map((_, id) => ({
      "saldo_total": 1_000_000 - 1_606 * (id < 6 ? 4 : 2),
    })),
  );
  for (const admin of admins) admin[Symbol.dispose]();
  for (const office of offices) await office[Symbol.asyncDispose]();
});
