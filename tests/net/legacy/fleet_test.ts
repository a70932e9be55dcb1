import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { plainRecord } from "../../support/plain_record.ts";
import {
  encodeFleetMessage,
  parseFleetMessage,
} from "../../../net/legacy/fleet.ts";
import {
  confirmationKey,
  FLEET_OPCODES,
  type FleetMessage,
  isFleetOpcode,
} from "../../../net/legacy/fleet_messages.ts";
import {
  createFleetFrameSplitter,
  encodeFleetFrame,
  FLEET_HEADER_BYTES,
  type FleetFrame,
} from "../../../net/legacy/fleet_frames.ts";
import { FLEET_VECTORS } from "../../support/fleet_vectors.ts";

function frame(opcode: number, text: string): FleetFrame {
  return { opcode, payload: new TextEncoder().encode(text) };
}

function frameOf(bytes: Uint8Array): FleetFrame {
  const frames: FleetFrame[] = [];
  createFleetFrameSplitter().push(bytes, (it) => void frames.push(it));
  strictEqual(frames.length, 1);
  return frames[0] ?? frame(0, "");
}

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const text = fc.string({ unit: "binary" }).map((it) => it.toWellFormed());
const expense = plainRecord({
  company: u32,
  card: u32,
  total: u32,
  date: text,
});
const route = { pumpAddress: text, expense, station: text };
const messages: fc.Arbitrary<FleetMessage> = fc.oneof(
  plainRecord({
    kind: fc.constant("fuelRequest" as const),
    ...{ company: u32, card: u32, liters: u32, cardAddress: text },
  }),
  plainRecord({
    kind: fc.constant("fuelComplete" as const),
    success: fc.boolean(),
  }),
  plainRecord({ kind: fc.constant("pendingQuery" as const), card: u32 }),
  plainRecord({ kind: fc.constant("noPendingResult" as const) }),
  plainRecord({ kind: fc.constant("expense" as const), ...route }),
  plainRecord({
    kind: fc.constant("verdict" as const),
    ...route,
    accepted: fc.boolean(),
  }),
  plainRecord({
    kind: fc.constant("acknowledgement" as const),
    ...{ pumpAddress: text, expense },
  }),
  plainRecord({
    kind: fc.constant("stationHere" as const),
    ...{ station: text, regional: text },
  }),
);

for (const { name, header, payload, message } of FLEET_VECTORS) {
  Deno.test(`A: ${name}`, () => {
    const bytes = encodeFleetMessage(message);

    strictEqual(bytes.subarray(0, FLEET_HEADER_BYTES).toHex(), header);
    strictEqual(
      new TextDecoder().decode(bytes.subarray(FLEET_HEADER_BYTES)),
      payload,
    );
    deepStrictEqual(parseFleetMessage(frameOf(bytes)), {
      kind: "message",
      message,
    });
  });
}

Deno.test("A: confirmation key", () => {
  strictEqual(
    confirmationKey("127.0.0.1:13050", {
      ...{ company: 42, card: 7, total: 16_060, date: "2026-02-03" },
    }),
    "127.0.0.1:13050:42:7:16060:2026-02-03",
  );
});

Deno.test("parseFleetMessage() reads what encodeFleetMessage() writes", () => {
  fc.assert(
    fc.property(messages, (message) => {
      deepStrictEqual(parseFleetMessage(frameOf(encodeFleetMessage(message))), {
        kind: "message",
        message,
      });
    }),
  );
});

Deno.test("parseFleetMessage() never throws, whatever comes", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 255 }),
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((it) => new TextEncoder().encode(it)),
      ),
      (opcode, payload) => {
        parseFleetMessage({ opcode, payload });
      },
    ),
  );
});

Deno.test("parseFleetMessage() takes members in any order, spaces and unknown members", () => {
  deepStrictEqual(
    parseFleetMessage(frame(
      0,
      ' {"FuelRequest" : {"x":[{"x":1,"x":-1.5}],"card_address":"","request":{"liters":1,"card_id":2,"company_id":3,"y":null}}}\n',
    )),
    {
      kind: "message",
      message: {
        kind: "fuelRequest",
        ...{ company: 3, card: 2, liters: 1, cardAddress: "" },
      },
    },
  );
});

Deno.test("parseFleetMessage() refuses a member that is missing, repeated, or no u32", () => {
  const good =
    '{"PumpExpense":{"pump_address":"p","expense":{"company_id":1,"card_id":2,"total":3,"date":"d"},"service_station_id":"5"}}';
  strictEqual(parseFleetMessage(frame(4, good)).kind, "message");
  const bad = [
    good.replace('"total":3,', ""),
    good.replace('"total":3', '"total":3,"total":3'),
    good.replace('"total":3', '"total":-3'),
    good.replace('"total":3', '"total":3.0'),
    good.replace('"total":3', '"total":4294967296'),
    good.replace('"total":3', '"total":"3"'),
    good.replace('"date":"d"', '"date":1'),
    good.replace('"5"', "5"),
    good.replace('"pump_address":"p",', ""),
    good.replace("{}", "x"),
    good.slice(0, -1),
    `${good}x`,
    `[${good}]`,
    good.replace("PumpExpense", "pumpexpense"),
    good.replace(/}$/, ',"PumpExpense":{}}'),
    '{"PumpExpense":null}',
    "null",
    "",
  ].filter((it) => it !== good);
  for (const text of bad) {
    deepStrictEqual(parseFleetMessage(frame(4, text)), { kind: "malformed" });
  }
});

Deno.test("parseFleetMessage() refuses a tag that its opcode does not promise", () => {
  const typed = FLEET_VECTORS.filter(({ message }) =>
    message.kind !== "pendingQuery"
  );
  for (const { payload, message } of typed) {
    for (const opcode of [0, 1, 2, 3, 4, 5, 7, 18]) {
      const answer = message.kind === "fuelComplete" ||
        message.kind === "noPendingResult";
      const fits = opcode === FLEET_OPCODES[message.kind] ||
        answer && (opcode === 1 || opcode === 3);
      strictEqual(
        parseFleetMessage(frame(opcode, payload)).kind,
        fits ? "message" : "malformed",
        `${opcode} ${payload}`,
      );
    }
  }
});

Deno.test("C-45: an acknowledgement or a reconnect notice in opcode 4 is read by its tag, if asked for", () => {
  for (const { payload, message } of FLEET_VECTORS) {
    const reading = parseFleetMessage(frame(4, payload), {
      expenseByTag: true,
    });
    const taken = message.kind === "expense" ||
      message.kind === "acknowledgement" || message.kind === "stationHere";
    deepStrictEqual(
      reading,
      taken ? { kind: "message", message } : { kind: "malformed" },
    );
  }
  const ack = FLEET_VECTORS.find(({ message }) =>
    message.kind === "acknowledgement"
  );
  deepStrictEqual(
    parseFleetMessage(frame(18, ack?.payload ?? ""), { expenseByTag: true }),
    { kind: "malformed" },
  );
});

Deno.test("C-01: opcodes that mean nothing are told apart from those of other links; the paper's numbers are not taken", () => {
  for (let opcode = 0; opcode < 256; opcode++) {
    const assigned = opcode <= 7 || opcode >= 10 && opcode <= 18;
    strictEqual(isFleetOpcode(opcode), assigned);
    const { kind } = parseFleetMessage(frame(opcode, "{}"));
    const foreign = opcode === 6 || opcode >= 10 && opcode <= 17;
    strictEqual(
      kind,
      !assigned ? "unassigned" : foreign ? "foreign" : "malformed",
    );
  }
  // The paper sends an expense as 2 and a verdict as 3.
  const [expensePayload, verdictPayload] = (["expense", "verdict"] as const)
    .map((kind) =>
      FLEET_VECTORS.find(({ message }) => message.kind === kind)?.payload ?? ""
    );
  for (
    const [opcode, payload] of [[2, expensePayload], [
      3,
      verdictPayload,
    ]] as const
  ) {
    deepStrictEqual(parseFleetMessage(frame(opcode, payload ?? "")), {
      kind: "malformed",
    });
  }
});

Deno.test("encodeFleetMessage() writes other letters as they are and escapes control characters", () => {
  const bytes = encodeFleetMessage({
    kind: "stationHere",
    ...{ station: 'ñ"\n', regional: "\u0001" },
  });
  deepStrictEqual(
    bytes,
    encodeFleetFrame(
      18,
      '{"ServiceStationReconnected":{"service_station_id":"ñ\\"\\n","regional_admin_id":"\\u0001"}}',
    ),
  );
});
