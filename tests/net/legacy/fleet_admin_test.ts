import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { plainRecord } from "../../support/plain_record.ts";
import {
  type AdminAnswer,
  type AdminRequest,
  encodeAdminAnswer,
  encodeAdminRequest,
  parseAdminAnswer,
  parseAdminRequest,
} from "../../../net/legacy/fleet_admin.ts";

function frame(opcode: number, text: string) {
  return { opcode, payload: new TextEncoder().encode(text) };
}

function textOf(bytes: Uint8Array): string {
  return `${bytes.subarray(0, 5).toHex()} ${
    new TextDecoder().decode(bytes.subarray(5))
  }`;
}

const REQUESTS: readonly (readonly [string, AdminRequest, string])[] = [
  ["balance?", { kind: "totalBalance" }, "0a00000002 {}"],
  [
    "charge",
    { kind: "charge", amount: 250_000 },
    '0b00000011 {"amount":250000}',
  ],
  [
    "new card",
    { kind: "registerCard", card: 7, amount: 90_000 },
    '0c0000001e {"amount":90000,"card_id":"7"}',
  ],
  ["limit?", { kind: "cardLimit", card: 7 }, '0d0000000f {"card_id":"7"}'],
  [
    "set limit",
    { kind: "setLimit", card: 7, amount: 50_000 },
    '0e0000001e {"amount":50000,"card_id":"7"}',
  ],
];

const ANSWERS: readonly (readonly [string, AdminAnswer, string])[] = [
  [
    "balance",
    { kind: "totalBalance", balance: 250_000 },
    '0a00000016 {"saldo_total":250000}',
  ],
  [
    "charged (balance)",
    { kind: "charge", balance: 500_000 },
    '0b00000016 {"nuevo_saldo":500000}',
  ],
  [
    "card made",
    { kind: "registerCard", card: 7, limit: 90_000 },
    '0c00000026 {"saldo_inicial":90000,"tarjeta_id":7}',
  ],
  [
    "limit",
    { kind: "cardLimit", card: 7, limit: 90_000 },
    '0d0000001c {"card_id":7,"limite":90000}',
  ],
  [
    "limit set",
    { kind: "setLimit", card: 7, limit: 50_000 },
    '0e00000024 {"nuevo_saldo":50000,"tarjeta_id":7}',
  ],
  [
    "cards",
    { kind: "cards", cards: [{ card: 7, expenses: 1, limit: 33_940 }] },
    '0f0000005c {"cantidad_tarjetas":1,"tarjetas":[{"card_id":7,"gastos_recientes":1,"saldo_actual":33940}]}',
  ],
  [
    "expenses",
    {
      kind: "expenses",
      expenses: [{ card: 7, company: 42, date: "2026-02-03", amount: 16_060 }],
    },
    '100000004c {"gastos":[{"card_id":7,"company_id":42,"date":"2026-02-03","monto":16060}]}',
  ],
];

for (const [name, request, expected] of REQUESTS) {
  Deno.test(`A: ${name}`, () => {
    const bytes = encodeAdminRequest(request);

    strictEqual(textOf(bytes), expected);
    deepStrictEqual(
      parseAdminRequest({ opcode: bytes[0] ?? 0, payload: bytes.subarray(5) }),
      { kind: "request", request },
    );
  });
}

for (const [name, answer, expected] of ANSWERS) {
  Deno.test(`A: ${name}`, () => {
    const bytes = encodeAdminAnswer(answer);

    strictEqual(textOf(bytes), expected);
    if (answer.kind === "error") return;
    deepStrictEqual(parseAdminAnswer(answer.kind, bytes.subarray(5)), answer);
  });
}

Deno.test("parseAdminRequest() needs no payload where nothing is said", () => {
  for (
    const [opcode, kind] of [[10, "totalBalance"], [15, "cards"], [
      16,
      "expenses",
    ]] as const
  ) {
    for (const text of ["", "{}", "null", "x", "[1]"]) {
      deepStrictEqual(parseAdminRequest(frame(opcode, text)), {
        kind: "request",
        request: { kind },
      });
    }
  }
});

Deno.test("C-31: parseAdminRequest() says which member is no number", () => {
  for (
    const text of [
      "",
      "{}",
      '{"amount":-1}',
      '{"amount":1.0}',
      '{"amount":4294967296}',
      '{"amount":"1"}',
      '{"amount":1,"amount":1}',
      "[]",
    ]
  ) {
    deepStrictEqual(parseAdminRequest(frame(11, text)), {
      ...{ kind: "invalid", asked: "charge", member: "amount" },
    });
  }
  const opcodes = [[12, "registerCard"], [13, "cardLimit"], [
    14,
    "setLimit",
  ]] as const;
  for (const [opcode, asked] of opcodes) {
    for (const card of ['"x"', "7", '""', '"-1"', '"4294967296"', "null"]) {
      deepStrictEqual(
        parseAdminRequest(frame(opcode, `{"amount":1,"card_id":${card}}`)),
        { kind: "invalid", asked, member: "card_id" },
      );
    }
  }
  deepStrictEqual(parseAdminRequest(frame(12, '{"card_id":"7"}')), {
    ...{ kind: "invalid", asked: "registerCard", member: "amount" },
  });
  deepStrictEqual(parseAdminRequest(frame(13, '{"card_id":"0"}')), {
    kind: "request",
    request: { kind: "cardLimit", card: 0 },
  });
});

Deno.test("parseAdminRequest() tells opcodes of other links from those that mean nothing", () => {
  for (let opcode = 0; opcode < 256; opcode++) {
    const { kind } = parseAdminRequest(
      frame(opcode, '{"amount":1,"card_id":"1"}'),
    );
    const own = opcode >= 10 && opcode <= 16;
    const assigned = opcode <= 7 || opcode === 17 || opcode === 18;
    strictEqual(kind, own ? "request" : assigned ? "foreign" : "unassigned");
  }
});

Deno.test("parseAdminAnswer() reads errors, and nothing that is something else", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const error = encodeAdminAnswer({
    ...{ kind: "error", asked: "cardLimit", text: "Card ID 7 not found." },
  });
  strictEqual(textOf(error), '0d00000020 {"error":"Card ID 7 not found."}');
  deepStrictEqual(parseAdminAnswer("cardLimit", error.subarray(5)), {
    ...{ kind: "error", asked: "cardLimit", text: "Card ID 7 not found." },
  });
  const kinds = [...ANSWERS.map(([, { kind }]) => kind)];
  for (const kind of kinds) {
    if (kind === "error") continue;
    for (
      const text of [
        "",
        "{}",
        "null",
        "[]",
        '{"saldo_total":-1,"nuevo_saldo":"1","limite":4294967296,"saldo_inicial":0.5}',
        '{"tarjetas":[{}],"gastos":[null]}',
        '{"tarjetas":[1],"gastos":{}}',
      ]
    ) strictEqual(parseAdminAnswer(kind, bytes(text)), undefined, text);
  }
});

Deno.test("parseAdminRequest() and parseAdminAnswer() never throw, whatever comes", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 255 }),
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((it) => new TextEncoder().encode(it)),
      ),
      (opcode, payload) => {
        const reading = parseAdminRequest({ opcode, payload });
        if (reading.kind === "request") {
          parseAdminAnswer(reading.request.kind, payload);
        }
      },
    ),
  );
});

Deno.test("parseAdminAnswer() reads lists of any length", () => {
  const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
  fc.assert(
    fc.property(
      fc.array(plainRecord({ card: u32, expenses: u32, limit: u32 })),
      fc.array(
        plainRecord({
          card: u32,
          company: u32,
          date: fc.string(),
          amount: u32,
        }),
      ),
      (cards, expenses) => {
        for (
          const answer of [
            { kind: "cards" as const, cards },
            { kind: "expenses" as const, expenses },
          ]
        ) {
          const bytes = encodeAdminAnswer(answer);
          deepStrictEqual(
            parseAdminAnswer(answer.kind, bytes.subarray(5)),
            answer,
          );
        }
      },
    ),
  );
});
