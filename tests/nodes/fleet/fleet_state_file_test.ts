import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  companyOfFile,
  parseFleetState,
  printFleetState,
} from "../../../nodes/fleet/fleet_state_file.ts";
import type {
  CardId,
  CompanyId,
  FleetStateFile,
} from "../../../nodes/fleet/fleet_use_cases.ts";

const COMPANY = "42" as CompanyId;

const ORIGINAL = `{
  "balance": 483940,
  "cards": {
    "7": {
      "saldo_actual": 33940,
      "gastos_recientes": [
        {
          "company_id": 42,
          "card_id": 7,
          "total": 16060,
          "date": "2026-02-03"
        }
      ]
    },
    "8": {
      "saldo_actual": 0,
      "gastos_recientes": []
    }
  },
  "pending_confirmations": {
    "127.0.0.1:13050:42:7:16060:2026-02-03": {
      "pump_address": "127.0.0.1:13050",
      "expense": {
        "company_id": 42,
        "card_id": 7,
        "total": 16060,
        "date": "2026-02-03"
      },
      "accepted": true,
      "timestamp": 1770112800,
      "retry_count": 3,
      "regional_admin_id": "3",
      "service_station_id": "5"
    }
  }
}`;

const STATE: FleetStateFile = {
  company: COMPANY,
  balance: 483_940,
  cards: [
    {
      card: "7" as CardId,
      limit: 33_940,
      expenses: [{ amount: 16_060, date: "2026-02-03" }],
    },
    { card: "8" as CardId, limit: 0, expenses: [] },
  ],
  confirmations: [{
    route: { pumpAddress: "127.0.0.1:13050", station: "5", regional: "3" },
    card: "7" as CardId,
    amount: 16_060,
    date: "2026-02-03",
    accepted: true,
    timestamp: 1_770_112_800,
    retries: 3,
  }],
};

function print(state: FleetStateFile): string {
  return [...printFleetState(state)].join("");
}

Deno.test("parseFleetState() and printFleetState() agree with the original's bytes", () => {
  deepStrictEqual(parseFleetState(ORIGINAL, COMPANY), STATE);
  strictEqual(print(STATE), ORIGINAL);
});

Deno.test("printFleetState() writes an empty company as JSON does", () => {
  const empty = { company: COMPANY, balance: 0, cards: [], confirmations: [] };
  strictEqual(
    print(empty),
    JSON.stringify(
      { balance: 0, cards: {}, "pending_confirmations": {} },
      null,
      2,
    ),
  );
});

const PLAIN = { noNullPrototype: true } as const;
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const digits = u32.map(String);
const day = fc.date({
  min: new Date(0),
  max: new Date("9999-12-31"),
  noInvalidDate: true,
}).map((it) => it.toISOString().slice(0, 10));
const text = fc.string({ unit: "grapheme" }).map((it) =>
  it.replaceAll("\u0000", "")
);
const verdict = fc.record({
  route: fc.record({
    pumpAddress: text,
    station: text,
    regional: text,
  }, PLAIN),
  card: digits.map((it) => it as CardId),
  amount: u32,
  date: day,
  accepted: fc.boolean(),
  timestamp: fc.integer({ min: 0, max: 9_007_199_254 }),
  retries: u32,
}, PLAIN);
const anyState: fc.Arbitrary<FleetStateFile> = digits.chain((id) => {
  const company = id as CompanyId;
  return fc.record({
    company: fc.constant(company),
    balance: u32,
    cards: fc.uniqueArray(
      fc.record({
        card: digits.map((it) => it as CardId),
        limit: u32,
        expenses: fc.array(
          fc.record({ amount: u32, date: day }, PLAIN),
          {
            maxLength: 4,
          },
        ),
      }, PLAIN),
      { selector: ({ card }) => card, maxLength: 5 },
    ).map((cards) => cards.sort((a, b) => Number(a.card) - Number(b.card))),
    confirmations: fc.uniqueArray(verdict, {
      selector: (it) =>
        [it.route.pumpAddress, it.card, it.amount, it.date].join(":"),
      maxLength: 4,
    }),
  }, PLAIN);
});

Deno.test("parseFleetState(printFleetState(x)) is x", () => {
  fc.assert(fc.property(anyState, (state) => {
    const text = print(state);
    deepStrictEqual(parseFleetState(text, state.company), state);
    strictEqual(JSON.stringify(JSON.parse(text), null, 2), text);
  }));
});

Deno.test("parseFleetState() never takes a file that was cut or changed for another", () => {
  for (let end = 0; end < ORIGINAL.length; end++) {
    throws(() => parseFleetState(ORIGINAL.slice(0, end), COMPANY), {
      code: "invalid_argument",
    });
  }
  // What two writes of the original at once leave behind.
  throws(() => parseFleetState(`${ORIGINAL}  }\n}`, COMPANY), {
    message: "line 36, column 4: the end should stand there",
  });
});

Deno.test("parseFleetState() takes what the original would", () => {
  const loose =
    `\n{"x":[{"y":null},true,-1.5e3,"\\u00e9"],"cards":{},"balance":0}\n`;
  deepStrictEqual(parseFleetState(loose, COMPANY), {
    company: COMPANY,
    balance: 0,
    cards: [],
    confirmations: [],
  });
});

for (
  const [from, to, message] of [
    [
      '"balance": 483940',
      '"balance": 4294967296',
      "line 2, column 14, balance: a whole number from 0 to 4294967295 should stand there",
    ],
    [
      '"balance": 483940',
      '"balance": "483940"',
      "line 2, column 14, balance: a whole number from 0 to 4294967295 should stand there",
    ],
    [
      '"balance": 483940',
      '"balance": 1e3',
      "line 2, column 14, balance: a whole number from 0 to 4294967295 should stand there",
    ],
    [
      '"balance": 483940,',
      "",
      'line 1, column 1: the member "balance" is missing',
    ],
    [
      '"8": {',
      '"7": {',
      'line 15, column 5, cards: "7" stands there twice',
    ],
    [
      '"8": {',
      '"08": {',
      "line 15, column 5, cards.08: a card's number should be the name",
    ],
    [
      '"total": 16060,',
      '"total": -1,',
      "line 10, column 20, cards.7.gastos_recientes[0].total: a whole number from 0 to 4294967295 should stand there",
    ],
    [
      '"card_id": 7',
      '"card_id": 9',
      "line 9, column 22, cards.7.gastos_recientes[0].card_id: it should be the card 7",
    ],
    [
      '"company_id": 42',
      '"company_id": 43',
      "line 8, column 25, cards.7.gastos_recientes[0].company_id: it should be the company 42",
    ],
    [
      ',\n      "service_station_id": "5"',
      "",
      'line 21, column 46, pending_confirmations["127.0.0.1:13050:42:7:16060:2026-02-03"]: the member "service_station_id" is missing',
    ],
    [
      '"date": "2026-02-03"',
      '"date": "3/2/26"',
      "line 11, column 19, cards.7.gastos_recientes[0].date: a day such as 2026-02-03 should stand there",
    ],
    [
      '"accepted": true',
      '"accepted": 1',
      'line 29, column 19, pending_confirmations["127.0.0.1:13050:42:7:16060:2026-02-03"].accepted: true or false should stand there',
    ],
  ] as const
) {
  Deno.test(`parseFleetState() says what is wrong with ${to || "nothing"} for ${from.trim()}`, () => {
    throws(() => parseFleetState(ORIGINAL.replace(from, to), COMPANY), {
      code: "invalid_argument",
      message,
    });
  });
}

Deno.test("companyOfFile() takes names of files that the original reads", () => {
  deepStrictEqual(
    ["0.json", "4294967295.json", "4294967296.json", "07.json", "7.json.new"]
      .map(companyOfFile),
    ["0", "4294967295", undefined, undefined, undefined],
  );
});
