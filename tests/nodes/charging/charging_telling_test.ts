import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type FactId, fixedFactId } from "../../../crdt/mod.ts";
import { MESSAGE_PRESENT_BYTES_MAX } from "../../../net/mod.ts";
import {
  decodeToldCharging,
  encodeToldCharging,
  type ToldCharging,
} from "../../../nodes/charging/charging_telling.ts";
import { decodeToldPump } from "../../../nodes/forecourt/pump_telling.ts";

const PLAIN = { noNullPrototype: true } as const;
const count = fc.nat();
const session: fc.Arbitrary<FactId> = fc.string().map((it) =>
  fixedFactId(["test", it])
);
const told: fc.Arbitrary<ToldCharging> = fc.oneof(
  fc.record(
    { kind: fc.constant("ask" as const), nonce: count },
    PLAIN,
  ),
  fc.record({
    kind: fc.constant("answer" as const),
    nonce: count,
    log: fc.constant(null),
    seq: count,
  }, PLAIN),
  fc.record({
    kind: fc.constant("live" as const),
    supplies: fc.array(
      fc.record({ session, energy: count, amount: count, ageMs: count }, PLAIN),
      { maxLength: 26 },
    ),
  }, PLAIN),
);

Deno.test("decodeToldCharging() reads what encodeToldCharging() writes, within a message; pumps take it for nothing", () => {
  fc.assert(fc.property(told, (one) => {
    const body = encodeToldCharging(one);
    ok(body.length <= MESSAGE_PRESENT_BYTES_MAX);
    deepStrictEqual(decodeToldCharging(body), one);
    strictEqual(decodeToldPump(body), undefined);
  }));
});

Deno.test("decodeToldCharging() gives undefined for any other bytes, and never throws", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
    const read = decodeToldCharging(bytes);
    ok(read === undefined || typeof read.kind === "string");
  }));
});
