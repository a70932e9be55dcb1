import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { plainRecord } from "../../support/plain_record.ts";
import {
  encodeElection,
  encodeQuicMessage,
  FLEET_QUIC_BYTES_MAX,
  parseElection,
  parseQuicMessage,
} from "../../../net/legacy/fleet_datagrams.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("A: datagrams", () => {
  for (
    const [datagram, hex] of [
      [{ kind: "election", sender: 13_050 }, "45fa32000000000000"],
      [{ kind: "coordinator", sender: 13_052 }, "43fc32000000000000"],
      [{ kind: "ok", sender: 13_051 }, "4ffb32000000000000"],
    ] as const
  ) {
    strictEqual(encodeElection(datagram).toHex(), hex);
    deepStrictEqual(parseElection(Uint8Array.fromHex(hex)), datagram);
  }
});

Deno.test("parseElection() reads short ids, and nothing of another length or letter", () => {
  const whole = encodeElection({ kind: "ok", sender: 25_999 });
  for (let length = 0; length <= 12; length++) {
    const some = new Uint8Array(length);
    some.set(whole.subarray(0, length));
    deepStrictEqual(
      parseElection(some),
      length === 5 || length === 9 ? { kind: "ok", sender: 25_999 } : undefined,
    );
  }
  strictEqual(parseElection(bytes("Xabcd")), undefined);
  strictEqual(
    parseElection(Uint8Array.fromHex("45ffffffffffffffff")),
    undefined,
  );
});

Deno.test("parseElection() and parseQuicMessage() never throw, whatever comes", () => {
  fc.assert(fc.property(fc.uint8Array(), (content) => {
    parseElection(content);
    parseQuicMessage(content);
  }));
});

Deno.test("parseQuicMessage() reads what encodeQuicMessage() writes", () => {
  const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
  fc.assert(
    fc.property(
      fc.oneof(
        plainRecord({
          kind: fc.constant("expense" as const),
          expense: plainRecord({
            ...{ company: u32, card: u32, total: u32 },
            date: fc.string(),
          }),
        }),
        plainRecord({
          kind: fc.constantFrom("election" as const, "coordinator" as const),
          sender: u32,
        }),
        plainRecord({
          kind: fc.constant("leaderFailure" as const),
          ...{ failed: u32, sender: u32 },
        }),
      ),
      (message) => {
        deepStrictEqual(parseQuicMessage(encodeQuicMessage(message)), message);
      },
    ),
  );
});

Deno.test("parseQuicMessage() refuses unknown tags, missing members and long content", () => {
  const expense =
    '{"Expense":{"company_id":42,"card_id":7,"total":16060,"date":"2026-02-03"}}';
  strictEqual(parseQuicMessage(bytes(expense))?.kind, "expense");
  for (
    const text of [
      "",
      "{}",
      '{"Hello":{}}',
      '{"Election":{}}',
      '{"LeaderFailure":{"sender_port":1}}',
      '{"Coordinator":{"sender_port":-1}}',
      expense.replace('"total":16060,', ""),
      `${expense}${" ".repeat(FLEET_QUIC_BYTES_MAX)}`,
    ]
  ) strictEqual(parseQuicMessage(bytes(text)), undefined, text.slice(0, 40));
});
