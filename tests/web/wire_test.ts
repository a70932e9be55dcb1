import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { money } from "../../crdt/mod.ts";
import {
  INSTANT_MAX_US,
  instantFromWire,
  instantToWire,
  isWireDate,
  millisecondsToWire,
  moneyFromWire,
  moneyToWire,
} from "../../web/wire.ts";

Deno.test("instantFromWire() reads what instantToWire() writes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: INSTANT_MAX_US }), (us) => {
      strictEqual(instantFromWire(instantToWire(us)), us);
    }),
  );
});

Deno.test("instantToWire() writes any exact integer", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (us) => {
      const text = instantToWire(us);
      strictEqual(Math.floor(us / 1000), Date.parse(text.slice(0, -4) + "Z"));
    }),
  );
});

Deno.test("instantFromWire() takes any offset and cuts decimals beyond microseconds", () => {
  const wanted = Date.UTC(2024, 10, 9, 18, 22, 31) * 1000;
  for (
    const text of [
      "2024-11-09T18:22:31Z",
      "2024-11-09t18:22:31z",
      "2024-11-09 18:22:31.0Z",
      "2024-11-09T13:22:31-05:00",
      "2024-11-10T00:07:31+05:45",
      "2024-11-09T18:22:31.000000999Z",
    ]
  ) {
    strictEqual(instantFromWire(text), wanted, text);
  }
});

Deno.test("instantFromWire() refuses what is no instant", () => {
  for (
    const text of [
      "",
      "2024-11-09",
      "2024-11-09T18:22:31",
      "2024-11-09T24:00:00Z",
      "2024-11-09T18:60:00Z",
      "2024-11-09T18:22:60Z",
      "2024-00-09T18:22:31Z",
      "2023-02-29T18:22:31Z",
      "2100-02-29T18:22:31Z",
      "2024-11-31T18:22:31Z",
      "2024-11-09T18:22:31+24:00",
      "1969-12-31T23:59:59Z",
      "2200-01-01T00:00:00Z",
      "2024-11-09T18:22:31.Z",
      "1731176551",
    ]
  ) {
    strictEqual(instantFromWire(text), undefined, text);
  }
});

Deno.test("instantFromWire() never throws", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    instantFromWire(text);
    isWireDate(text);
  }));
});

Deno.test("isWireDate() knows the calendar", () => {
  deepStrictEqual(
    ["2024-02-29", "2023-02-29", "2000-02-29", "1900-02-29", "2024-13-01"]
      .map(isWireDate),
    [true, false, true, false, false],
  );
});

Deno.test("moneyFromWire() reads what moneyToWire() writes", () => {
  fc.assert(
    fc.property(
      fc.maxSafeInteger(),
      fc.constantFrom("PEN", "CLP", "CLF", "KWD"),
      (units, currency) => {
        const amount = money(units, currency);
        deepStrictEqual(moneyFromWire(moneyToWire(amount), "USD"), amount);
      },
    ),
  );
});

Deno.test("moneyFromWire() takes text alone in the node's currency", () => {
  deepStrictEqual(moneyFromWire("2.5", "PEN"), money(250, "PEN"));
  deepStrictEqual(moneyFromWire("2.5", "CLP"), money(25, "CLP", 1));
  strictEqual(moneyFromWire("9999999999999999.99", "PEN"), undefined);
});

Deno.test("millisecondsToWire() keeps nothing as nothing", () => {
  strictEqual(millisecondsToWire(null), null);
  strictEqual(millisecondsToWire(1), "1970-01-01T00:00:00.001Z");
});
