import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  checkOcppRequest,
  checkOcppResponse,
  encodeOcppCall,
  encodeOcppError,
  encodeOcppResult,
  encodeOcppTime,
  OCPP_ERROR_CODES,
  ocppActions,
  type OcppPayload,
  parseOcppFrame,
  parseOcppPointRequest,
  parseOcppTime,
} from "../../../net/mod.ts";
import { OCPP_EXAMPLES } from "../../support/ocpp_examples.ts";

function codeOf(action: string, payload: OcppPayload): string {
  const checked = checkOcppRequest("central", action, payload);
  return checked.ok ? "ok" : checked.error.code;
}

function pointCode(action: string, payload: OcppPayload): string {
  const checked = parseOcppPointRequest(action, payload);
  return checked.ok ? "ok" : checked.error.code;
}

Deno.test("parseOcppFrame() reads what the encoders write", () => {
  const payload = fc.dictionary(fc.string(), fc.jsonValue()).map((it) =>
    JSON.parse(JSON.stringify(it)) as OcppPayload
  );
  const id = fc.string({ minLength: 1, maxLength: 36 });
  fc.assert(fc.property(id, payload, (id, payload) => {
    deepStrictEqual(parseOcppFrame(encodeOcppCall(id, "Reset", payload)), {
      kind: "frame",
      frame: { kind: "call", id, action: "Reset", payload },
    });
    deepStrictEqual(parseOcppFrame(encodeOcppResult(id, payload)), {
      kind: "frame",
      frame: { kind: "result", id, payload },
    });
    const error = { code: "GenericError", description: "x" } as const;
    deepStrictEqual(parseOcppFrame(encodeOcppError(id, error)), {
      kind: "frame",
      frame: { kind: "error", id, ...error },
    });
  }));
});

Deno.test("parseOcppFrame() never throws", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    match(parseOcppFrame(text).kind, /^(frame|refused|garbage)$/);
  }));
});

Deno.test("parseOcppFrame() refuses calls of a wrong form by their id", () => {
  const forms = [
    [2, "7"],
    [2, "7", "Heartbeat"],
    [2, "7", "Heartbeat", {}, 1],
    [2, "7", 5, {}],
    [2, "7", "", {}],
    [2, "7", "Heartbeat", []],
    [2, "7", "Heartbeat", null],
    [2, "7", "x".repeat(65), {}],
  ];
  for (const form of forms) {
    const reading = parseOcppFrame(JSON.stringify(form));
    strictEqual(reading.kind, "refused", JSON.stringify(form));
    if (reading.kind === "refused") {
      deepStrictEqual([reading.id, reading.error.code], [
        "7",
        "FormationViolation",
      ]);
    }
  }
});

Deno.test("parseOcppFrame() calls garbage what cannot be answered", () => {
  const texts = [
    "",
    "{",
    "null",
    "{}",
    "[]",
    "[2]",
    '[2,7,"Heartbeat",{}]',
    '[2,"","Heartbeat",{}]',
    `[2,"${"x".repeat(37)}","Heartbeat",{}]`,
    '[5,"7",{}]',
    '["2","7","Heartbeat",{}]',
    '[3,"7"]',
    '[3,"7",[]]',
    '[4,"7"]',
    '[4,"7",5]',
  ];
  for (const text of texts) strictEqual(parseOcppFrame(text).kind, "garbage");
});

Deno.test("there are all actions of OCPP 1.6, each side's own", () => {
  strictEqual(ocppActions("point").length, 10);
  strictEqual(ocppActions("central").length, 19);
  strictEqual(OCPP_ERROR_CODES.length, 10);
  const named = Object.keys(OCPP_EXAMPLES).toSorted();
  const all = new Set([...ocppActions("point"), ...ocppActions("central")]);
  deepStrictEqual(named, [...all].toSorted());
});

for (const [action, { request, response }] of Object.entries(OCPP_EXAMPLES)) {
  Deno.test(`checkOcppRequest() and checkOcppResponse() take a full ${action}`, () => {
    const side = ocppActions("point").includes(action) ? "point" : "central";
    const asked = checkOcppRequest(side, action, request);
    deepStrictEqual(asked, { ok: true, value: request });
    deepStrictEqual(checkOcppResponse(action, response), {
      ok: true,
      value: response,
    });
  });

  Deno.test(`checkOcppRequest() refuses a ${action} with a member too many`, () => {
    const side = ocppActions("point").includes(action) ? "point" : "central";
    const checked = checkOcppRequest(side, action, { ...request, more: 1 });
    strictEqual(
      checked.ok ? "" : checked.error.code,
      "FormationViolation",
    );
  });
}

Deno.test("checkOcppRequest() tells the kinds of violation apart", () => {
  strictEqual(codeOf("Dance", {}), "NotImplemented");
  strictEqual(codeOf("__proto__", {}), "NotImplemented");
  strictEqual(codeOf("Heartbeat", {}), "NotSupported");
  strictEqual(pointCode("Reset", { type: "Hard" }), "NotSupported");
  strictEqual(pointCode("Authorize", {}), "OccurenceConstraintViolation");
  strictEqual(pointCode("Authorize", { idTag: 5 }), "TypeConstraintViolation");
  strictEqual(
    pointCode("Authorize", { idTag: null }),
    "TypeConstraintViolation",
  );
  strictEqual(
    pointCode("Authorize", { idTag: "x".repeat(21) }),
    "PropertyConstraintViolation",
  );
  strictEqual(pointCode("Authorize", { idTag: "\u{1F600}".repeat(20) }), "ok");
  strictEqual(pointCode("Authorize", { idTag: 5, x: 1 }), "FormationViolation");
  strictEqual(codeOf("Reset", { type: 1 }), "TypeConstraintViolation");
  strictEqual(codeOf("Reset", { type: "Warm" }), "PropertyConstraintViolation");
  strictEqual(
    codeOf("UnlockConnector", { connectorId: 1.5 }),
    "TypeConstraintViolation",
  );
  strictEqual(
    codeOf("UnlockConnector", { connectorId: 2 ** 31 }),
    "PropertyConstraintViolation",
  );
  strictEqual(
    pointCode("MeterValues", { connectorId: 1, meterValue: [] }),
    "OccurenceConstraintViolation",
  );
});

Deno.test("checkOcppRequest() says what is wrong without what was sent", () => {
  const secret = "secret".repeat(10);
  const checked = checkOcppRequest("point", "Authorize", { idTag: secret });
  const description = checked.ok ? "" : checked.error.description;
  match(description, /^idTag /);
  strictEqual(description.includes("secret"), false);
});

Deno.test("parseOcppTime() reads instants that there are", () => {
  strictEqual(parseOcppTime("2026-02-29T00:00:00Z"), undefined);
  strictEqual(parseOcppTime("2024-02-29T23:59:60Z"), undefined);
  strictEqual(parseOcppTime("2024-01-01"), undefined);
  strictEqual(parseOcppTime("2024-01-01T00:00:00+15:00"), undefined);
  strictEqual(
    parseOcppTime("2024-01-01T00:00:00-05:30"),
    parseOcppTime("2024-01-01T05:30:00"),
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), (ms) => {
      strictEqual(parseOcppTime(encodeOcppTime(ms * 1000)), ms * 1000);
    }),
  );
});
