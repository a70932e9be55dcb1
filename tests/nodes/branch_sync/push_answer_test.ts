import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  judgeCheck,
  judgePush,
} from "../../../nodes/branch_sync/push_answer.ts";
import {
  isPushStopped,
  NO_FAILURE,
  PUSH_FAILED_MS,
  PUSH_RETRY_MS,
  PUSH_RETRY_MS_MAX,
  pushFailed,
} from "../../../nodes/branch_sync/push_retry.ts";

const answered = (status: number, body: unknown) => ({
  kind: "answered" as const,
  status,
  body: typeof body === "string" ? body : JSON.stringify(body),
});

Deno.test("judgePush() takes a 2xx with a truthy success, and nothing else, for an acknowledgement", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 599 }),
      fc.oneof(fc.json(), fc.string(), fc.record({ success: fc.jsonValue() })),
      (status, value) => {
        const body = typeof value === "string" ? value : JSON.stringify(value);
        let isSaid = false;
        try {
          const parsed = JSON.parse(body);
          isSaid = typeof parsed === "object" && parsed !== null &&
            !Array.isArray(parsed) && Boolean(parsed["success"]);
        } catch {
          // It is no JSON.
        }
        const { kind } = judgePush(answered(status, body), 3);
        strictEqual(
          kind === "acknowledged",
          isSaid && status >= 200 && status < 300,
        );
      },
    ),
  );
});

Deno.test("C-22: single sales are compared when the central says that fewer were new, or nothing of use", () => {
  const check = (body: Readonly<Record<string, unknown>>) => {
    const verdict = judgePush(answered(200, { success: true, ...body }), 3);
    return verdict.kind === "acknowledged" && verdict.check;
  };
  strictEqual(check({ "ventasRecibidas": 3 }), false);
  strictEqual(check({ "ventasRecibidas": 2 }), true);
  strictEqual(check({ "ventasRecibidas": 4 }), true);
  strictEqual(check({ "ventasRecibidas": "3" }), true);
  strictEqual(check({}), true);
  const panal = {
    "ventasRecibidas": 1,
    "ventasDuplicadas": 1,
    "ventasEnConflicto": 1,
  };
  strictEqual(check(panal), false);
  strictEqual(check({ ...panal, "ventasDuplicadas": 0 }), true);
  const verdict = judgePush(
    answered(200, { success: true, ...panal, conflictos: ["A-1", 7] }),
    3,
  );
  deepStrictEqual(
    verdict.kind === "acknowledged" ? verdict.conflicts : [],
    ["A-1"],
  );
});

const SENT = JSON.stringify({
  "VentaID": "CUS-20261122-00001001",
  "FechaVenta": "2026-11-22T10:00:00.999Z",
  "Total": 15.7,
  "Detalles": [
    {
      "DetalleID": "1",
      "ProductoID": "a",
      "Cantidad": 2,
      "PrecioUnitario": 6.1,
      "Subtotal": 12.2,
    },
    {
      "DetalleID": "2",
      "ProductoID": "b",
      "Cantidad": 1,
      "PrecioUnitario": 3.5,
      "Subtotal": 3.5,
    },
  ],
});

const kindOf = (venta: unknown) =>
  judgeCheck(answered(200, { success: true, venta }), SENT).kind;

Deno.test("C-22: a sale is the same by number, clock to the second, total and lines in any order", () => {
  const sale = JSON.parse(SENT);
  strictEqual(
    kindOf({ ...sale, Detalles: sale.Detalles.toReversed() }),
    "same",
  );
  strictEqual(
    kindOf({ ...sale, FechaVenta: "2026-11-22T10:00:01.000Z" }),
    "same",
  );
  strictEqual(
    kindOf({ ...sale, FechaVenta: "2026-11-22T15:00:01.000Z" }),
    "other",
  );
  strictEqual(kindOf({ ...sale, Total: 15.71 }), "other");
  strictEqual(kindOf({ ...sale, VentaID: "CUS-20261122-00001002" }), "other");
  strictEqual(kindOf({ ...sale, Detalles: sale.Detalles.slice(1) }), "other");
  strictEqual(kindOf({ ...sale, Detalles: [null, 7] }), "other");
  const [first, second] = sale.Detalles;
  strictEqual(
    kindOf({ ...sale, Detalles: [{ ...first, Cantidad: 3 }, second] }),
    "other",
  );
});

Deno.test("C-22: a sale that the central has not, or does not show, is told of; one that it fails to read is asked for again", () => {
  strictEqual(judgeCheck(answered(404, "{}"), SENT).kind, "other");
  strictEqual(judgeCheck(answered(401, "{}"), SENT).kind, "other");
  strictEqual(judgeCheck(answered(200, "{}"), SENT).kind, "other");
  strictEqual(judgeCheck(answered(200, "<html>"), SENT).kind, "failed");
  strictEqual(judgeCheck(answered(302, ""), SENT).kind, "other");
  strictEqual(judgeCheck(answered(500, "{}"), SENT).kind, "failed");
  strictEqual(judgeCheck(answered(429, "{}"), SENT).kind, "failed");
  strictEqual(
    judgeCheck({ kind: "failed", reason: "refused" }, SENT).kind,
    "failed",
  );
});

Deno.test("judgeCheck() never throws, whatever the central shows", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (venta) => {
      ok(["same", "other"].includes(kindOf(venta)));
    }),
  );
});

Deno.test("judgePush() says in Spanish what the central said, cut", () => {
  const verdict = judgePush(
    answered(500, { success: false, error: "x".repeat(1000) }),
    1,
  );
  match(
    verdict.kind === "failed" ? verdict.reason : "",
    /^El central respondió 500: x{200}$/,
  );
});

Deno.test("C-31: waits double from 5 s to 15 minutes, and chance adds to them within that", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(0, 400, 404, 500, 503), { maxLength: 30 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (statuses, chance) => {
        let retry = NO_FAILURE;
        let now = 0;
        for (const [i, status] of statuses.entries()) {
          retry = pushFailed(retry, { status, now, chance });
          const wait = retry.nextAt - now;
          const least = Math.min(PUSH_RETRY_MS * 2 ** i, PUSH_RETRY_MS_MAX);
          ok(wait >= least && wait <= PUSH_RETRY_MS_MAX);
          if (status >= 500) {
            ok(
              wait >= PUSH_FAILED_MS && retry.askedAt === now + PUSH_FAILED_MS,
            );
          } else ok(wait <= least * 1.25 + 1 && retry.askedAt === now);
          now = retry.nextAt;
        }
      },
    ),
  );
});

Deno.test("C-26: three 500s in a row stop, also with silence between them, but not with another answer", () => {
  const after = (statuses: readonly number[]) =>
    isPushStopped(statuses.reduce(
      (retry, status) => pushFailed(retry, { status, now: 0, chance: 0 }),
      NO_FAILURE,
    ));
  strictEqual(after([500, 500]), false);
  strictEqual(after([500, 500, 500]), true);
  strictEqual(after([500, 0, 500, 0, 500]), true);
  strictEqual(after([500, 500, 503, 500]), false);
});
