import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import {
  openAdminSession,
  typedLines,
} from "../../nodes/adapters/company_admin_io.ts";
import { runCompanyAdmin } from "../../nodes/company_admin_command.ts";
import { openAccount, startCompany } from "../support/fleet_company_node.ts";
import { FrameClient } from "../support/fleet_frames.ts";
import { expense, verdict } from "../support/fleet_office.ts";
import { OriginalCompanyDesk } from "../support/original_company_desk.ts";

const TIMINGS = { answerMs: 2_000, pauseMs: 20 };

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command with lines that are typed. */
async function run(
  args: readonly string[],
  { typed = [], timings = TIMINGS }: {
    readonly typed?: readonly string[];
    readonly timings?: typeof TIMINGS;
  } = {},
): Promise<Ended> {
  let [out, err] = ["", ""];
  const code = await runCompanyAdmin(args, {
    stdout: (text) => out += text,
    stderr: (text) => err += text,
    open: (target) => openAdminSession(target, timings),
    async *lines() {
      yield* typed;
    },
  });
  return { code, out, err };
}

Deno.test("company-admin does one thing a call, for people and as JSON", async () => {
  await using company = await startCompany();
  const at = ["--company", "7", "--port", `${company.port}`];
  const steps: [string[], string, string][] = [
    [["balance"], "Company 7 has 0\n", '{"company":7,"balance":0}\n'],
    [
      ["charge", "--amount", "500"],
      "Company 7 has 500\n",
      '{"company":7,"balance":1000}\n',
    ],
    [
      ["card", "set", "--card", "111", "--limit", "5000"],
      "Card 111 may still spend 1000\n",
      '{"company":7,"card":111,"limit":1000}\n',
    ],
    [
      ["card", "limit", "--card", "111"],
      "Card 111 may still spend 1000\n",
      '{"company":7,"card":111,"limit":1000}\n',
    ],
    [
      ["card", "list"],
      "Company 7 has 1 card\ncard 111: 1000 left, 0 purchases\n",
      '{"company":7,"cards":[{"card":111,"expenses":0,"limit":1000}]}\n',
    ],
    [
      ["expenses"],
      "Company 7 has paid 0 purchases\n",
      '{"company":7,"expenses":[]}\n',
    ],
  ];
  for (const [i, [words, text, json]] of steps.entries()) {
    if (i === 2) {
      const added = await run([
        "card",
        "add",
        ...at,
        "--card=111",
        "--limit=500",
      ]);
      deepStrictEqual(added, {
        code: 0,
        out: "Card 111 may still spend 500\n",
        err: "",
      });
    }
    deepStrictEqual(await run([...words, ...at]), {
      code: 0,
      out: text,
      err: "",
    });
    deepStrictEqual(await run([...words, ...at, "--json"]), {
      code: 0,
      out: json,
      err: "",
    });
  }
});

Deno.test("company-admin lists what was bought", async () => {
  await using company = await startCompany();
  await openAccount(company, "42", { balance: 1_000, cards: { "7": 500 } });
  using office = await FrameClient.connect(company.port, "REGIONAL 3");
  await office.send(4, { "PumpExpense": expense() });
  await office.expect(5, verdict({}, true));
  const at = ["--company", "42", "--port", `${company.port}`];
  strictEqual(
    (await run(["expenses", ...at])).out,
    "Company 42 has paid 1 purchase\n2026-02-03  card 7  100\n",
  );
  strictEqual(
    (await run(["expenses", ...at, "--json"])).out,
    '{"company":42,"expenses":[{"card":7,"date":"2026-02-03","amount":100}]}\n',
  );
});

Deno.test("company-admin ends with 1 where the company refuses, with its words", async () => {
  await using company = await startCompany();
  const at = ["--company", "7", "--port", `${company.port}`];
  const words = ["card", "add", ...at, "--card", "1", "--limit", "5"];
  deepStrictEqual(await run(words), {
    code: 1,
    out: "",
    err:
      "company-admin: Cannot create card with initial balance: 5. Company balance is: 0\n",
  });
  deepStrictEqual(await run(["card", "limit", ...at, "--card=1", "--json"]), {
    code: 1,
    out: '{"company":7,"error":"Card ID 1 not found."}\n',
    err: "",
  });
});

Deno.test("C-31: company-admin never sends what the original would take for another number", async () => {
  const company = ["--company", "7"];
  for (
    const [args, message] of [
      [["balance"], /Add --company N/],
      [["balance", "--company", "seven"], /--company takes a whole number/],
      [["charge", ...company], /Add --amount N/],
      [["charge", ...company, "--amount", "-5"], /--amount takes a whole/],
      [["charge", ...company, "--amount", "4294967296"], /--amount takes/],
      [["charge", ...company, "--amount", "1.5"], /--amount takes/],
      [["card", "limit", ...company, "--card", "x7"], /--card takes a whole/],
      [["balance", ...company, "--amount", "5"], /--amount goes with charge/],
      [["card", ...company], /There is no command "card": use balance,/],
      [["balance", ...company, "--port", "0"], /--port takes a port/],
      [["balance", "--compny", "7"], /use --company/],
    ] as const
  ) {
    const { code, err } = await run(args);
    match(err, message);
    strictEqual(code, 2);
  }
});

Deno.test("company-admin asks at a prompt, and goes on after mistakes", async () => {
  await using company = await startCompany();
  const { code, out, err } = await run(
    ["--company", "7", "--port", `${company.port}`],
    {
      typed: [
        "charge 1000",
        "",
        "frobnicate",
        "add 111",
        "add 111 500 7",
        "ADD 111 500",
        "4 111",
        "limit 5",
        "cards",
        "quit",
        "charge 1",
      ],
    },
  );
  strictEqual(
    out,
    "Company 7 has 1000\nCard 111 may still spend 500\nCard 111 may still spend 500\nCompany 7 has 1 card\ncard 111: 500 left, 0 purchases\n",
  );
  match(err, /There is no "frobnicate" here:\n {2}balance/);
  match(err, /Add limit N/);
  match(err, /That is too much/);
  match(err, /Card ID 5 not found\./);
  strictEqual(code, 0);
});

Deno.test("company-admin works with an original company: the handshake alone, one request at a time", async () => {
  await using desk = new OriginalCompanyDesk();
  const at = ["--company", "7", "--port", `${desk.port}`];
  const { code, out } = await run(at, {
    typed: ["charge 1000", "add 111 500", "limit 111", "cards", "expenses"],
  });
  strictEqual(code, 0);
  strictEqual(
    out,
    "Company 7 has 1000\nCard 111 may still spend 500\nCard 111 may still spend 500\nCompany 7 has 1 card\ncard 111: 500 left, 0 purchases\nCompany 7 has paid 0 purchases\n",
  );
  deepStrictEqual(desk.asked, [
    [11, { amount: 1000 }],
    [12, { amount: 500, "card_id": "111" }],
    [13, { "card_id": "111" }],
    [15, {}],
    [16, {}],
  ]);
});

Deno.test("company-admin links anew at the prompt after another administrator has cut it off", async () => {
  await using desk = new OriginalCompanyDesk();
  const session = openAdminSession(
    { company: 7, host: "127.0.0.1", port: desk.port },
    TIMINGS,
  );
  await session.ask({ kind: "charge", amount: 5 });
  using other = await FrameClient.connect(desk.port, "COMPANY 7");
  await new Promise((done) => setTimeout(done, 50));
  strictEqual(await other.ask(10, {}), '{"saldo_total":5}');
  deepStrictEqual(await session.ask({ kind: "totalBalance" }), {
    kind: "totalBalance",
    balance: 5,
  });
  session.close();
});

Deno.test("company-admin gives up on a company that does not answer, or is none", async () => {
  await using desk = new OriginalCompanyDesk();
  desk.isAwake = false;
  const short = { answerMs: 100, pauseMs: 20 };
  const at = (
    port: number,
  ) => ["balance", "--company", "7", "--port", `${port}`];
  const late = await run(at(desk.port), { timings: short });
  deepStrictEqual([late.code, late.out], [2, ""]);
  match(late.err, /^company-admin: The company has not answered within 0.1 s/);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const talk = (async () => {
    const connection = await listener.accept();
    await connection.write(new TextEncoder().encode("220 mail.example ready"));
    connection.close();
  })();
  const none = await run(at(port), { timings: short });
  await talk;
  listener.close();
  strictEqual(none.code, 2);
  const nobody = await run(at(port));
  match(nobody.err, /^company-admin: No company answers at 127.0.0.1:\d+: /);
  strictEqual(nobody.code, 2);
});

Deno.test("company-admin shows what others wrote without what a terminal would act on", async () => {
  const date = "2026\u001b[2J\u202e\n";
  for (const command of ["expenses", "balance"]) {
    const shown: string[] = [];
    await runCompanyAdmin([command, "--company", "7"], {
      stdout: (text) => void shown.push(text),
      stderr: (text) => void shown.push(text),
      open: () => ({
        ask: ({ kind }) =>
          Promise.resolve(
            kind === "expenses"
              ? { kind, expenses: [{ card: 7, company: 7, date, amount: 5 }] }
              : { kind: "error", asked: kind, text: date },
          ),
        close: () => {},
      }),
      async *lines() {},
    });
    const { 0: line = "" } = shown;
    match(line, /2026\u{fffd}\[2J\u{fffd}{2}/u);
    strictEqual(/[\p{Cc}\p{Cf}]/u.test(line.replaceAll("\n", "")), false);
  }
});

Deno.test("typedLines() cuts bytes into lines", async () => {
  const bytes = new TextEncoder().encode("uno\r\ndós\n\ntres");
  const input = ReadableStream.from(
    Array.from(bytes, (byte) => Uint8Array.of(byte)),
  );
  deepStrictEqual(await Array.fromAsync(typedLines(input)), [
    "uno\r",
    "dós",
    "",
    "tres",
  ]);
});
