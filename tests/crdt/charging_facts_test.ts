import { notStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  CHARGING_ID_BYTES_MAX,
  CHARGING_JSON_MAX,
  contentOf,
  type Fact,
  parseDriverId,
  parseFact,
  parsePointId,
  TOLD_MAX,
} from "../../crdt/mod.ts";
import { CHARGING_SAMPLES } from "../support/charging_samples.ts";
import { idOf } from "../support/facts.ts";

function sample<T extends Fact["type"]>(type: T) {
  const found = CHARGING_SAMPLES.find((fact) => fact.type === type);
  ok(found !== undefined);
  return found as Extract<Fact, { type: T }>;
}

const isRead = (fact: object, fields: Record<string, unknown>) =>
  typeof parseFact({ ...fact, ...fields }) !== "string";

Deno.test("C-43: ids of points and drivers are short lines without # and outer spaces, and no answers to queries", () => {
  const long = "ñ".repeat(CHARGING_ID_BYTES_MAX / 2);
  for (const text of ["417", "SEV-07", "a b", "Añil", "no_session", long]) {
    strictEqual(parsePointId(text), text);
    strictEqual(parseDriverId(text), text);
  }
  const wrong = ["", " a", "a ", "a#b", "a\nb", "\u0085", "\ud800", `${long}x`];
  for (const text of [...wrong, 7, null, undefined, {}]) {
    strictEqual(parsePointId(text), undefined, String(text));
    strictEqual(parseDriverId(text), undefined, String(text));
  }
  for (const word of ["NO_SESSION", "NO_DRIVER", "ERROR", "UNKNOWN_COMMAND"]) {
    strictEqual(parseDriverId(word), undefined);
    strictEqual(parsePointId(word), word);
  }
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const parsed = parseDriverId(text);
    ok(parsed === undefined || parsed === text);
  }));
});

Deno.test("parseFact() refuses facts of sessions whose ids do not follow from what they name", () => {
  const named = {
    ChargeRefused: "request",
    ChargeAuthorized: "request",
    PointInformed: "session",
    ChargeFreed: "session",
    ChargeStarted: "session",
    ChargeEnded: "session",
  } as const;
  for (const [type, field] of Object.entries(named)) {
    const fact = sample(type as Fact["type"]);
    ok(isRead(fact, {}), type);
    ok(!isRead(fact, { id: idOf("other") }), type);
    ok(!isRead(fact, { [field]: idOf("another") }), type);
  }
});

Deno.test("parseFact() refuses reports, commands and ends that say what they cannot", () => {
  const report = sample("PointReported");
  const wrong: readonly [object, Record<string, unknown>][] = [
    [report, { value: "stopped" }],
    [report, { cause: "operator" }],
    [report, { link: idOf("x") }],
    [report, { aspect: "stop", value: "set", code: undefined }],
    [report, { aspect: "connection", value: "closed" }],
    [report, { connector: 1001 }],
    [sample("PointCommanded"), { cause: undefined }],
    [sample("PointCommanded"), { command: "Reset" }],
    [sample("PointCommanded"), { command: "end" }],
    [sample("PointCommanded"), { session: idOf("x") }],
    [sample("PointCommanded"), { args: "{" }],
    [sample("PointCommanded"), { args: `"${"x".repeat(CHARGING_JSON_MAX)}"` }],
    [sample("ChargeEnded"), { words: undefined }],
    [sample("ChargeEnded"), { outcome: "completed" }],
    [sample("ChargeEnded"), { energy: -1 }],
    [sample("ChargeEnded"), { amount: 0.5 }],
    [sample("ChargeEnded"), { connector: 0 }],
    [sample("ChargeEnded"), { driver: "NO_SESSION" }],
    [sample("ChargeStarted"), { transaction: 0 }],
    [sample("ChargeStarted"), { transaction: 2 ** 31 }],
    [sample("ChargeTold"), { notices: [] }],
    [sample("ChargeTold"), { notices: Array(TOLD_MAX + 1).fill(idOf("x")) }],
    [sample("PointCredential"), { tokenHash: "00" }],
    [sample("PointConnected"), { point: "a#b" }],
    [sample("PointConnected"), { connectors: 0 }],
  ];
  for (const [fact, fields] of wrong) {
    ok(!isRead(fact, fields), JSON.stringify(fields));
  }
});

Deno.test("contentOf() tells two ends of one session apart, and not two of the same figures", () => {
  const end = sample("ChargeEnded");
  strictEqual(contentOf({ ...end, at: 9 }), contentOf(end));
  strictEqual(contentOf({ ...end, date: "2026-02-04" }), contentOf(end));
  for (const fields of [{ amount: 9 }, { outcome: "fault" as const }]) {
    notStrictEqual(contentOf({ ...end, ...fields }), contentOf(end));
  }
});
