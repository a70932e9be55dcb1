import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { parseForecourtLine } from "../../../net/legacy/forecourt.ts";
import {
  encodeControlPrices,
  encodeControlSale,
  readControlMessage,
  readControlSale,
} from "../../../net/legacy/forecourt_control_messages.ts";
import { readForecourtSale } from "../../../net/legacy/forecourt_sale.ts";
import { FORECOURT_DEFAULT_PRICES } from "../../../net/legacy/forecourt_values.ts";

function read(line: string) {
  const parsed = parseForecourtLine(line);
  return readControlMessage(parsed.kind === "object" ? parsed.message : {});
}

const sale = {
  id: "0123456789abcdef01234567",
  pump: "12",
  pumpName: "Isla 3",
  fuel: "97",
  volumeMl: 8000,
  price: 1415,
  amount: 11320,
  payment: "tarjeta",
  localTime: "2025-03-02T09:14:24.902113",
  state: "completada",
};
const texts = fc.string({ unit: "binary", maxLength: 2000 });

Deno.test("readControlMessage() reads the prices that encodeControlPrices() wrote", () => {
  deepStrictEqual(
    read(encodeControlPrices({
      prices: FORECOURT_DEFAULT_PRICES,
      timestamp: "2025-03-02T08:00:00",
      name: "O'Higgins",
    })),
    {
      kind: "prices",
      prices: FORECOURT_DEFAULT_PRICES,
      dropped: [],
      name: "O'Higgins",
      timestamp: "2025-03-02T08:00:00",
    },
  );
});

Deno.test("9.5 lines of the control port stay below 1,400 bytes, whatever is in them", () => {
  fc.assert(
    fc.property(texts, texts, texts, (name, payment, pump) => {
      const lines = [
        encodeControlPrices({ prices: [], timestamp: "x".repeat(64), name }),
        encodeControlSale(
          { ...sale, payment, pump, pumpName: name, fuel: payment },
          "2025-03-02T09:14:24.902113",
        ),
      ];
      for (const line of lines) {
        ok(line.length < 1400);
        JSON.parse(line);
      }
    }),
  );
});

Deno.test("readControlSale() reads the delivery that encodeControlSale() wrote", () => {
  const told = read(encodeControlSale(sale, "2025-03-02T09:14:25"));
  const found = told.kind === "sale" ? readControlSale(told.sale) : undefined;
  ok(found !== undefined);
  const { id, pump, pumpName, message } = found;
  deepStrictEqual([id, pump, pumpName], [sale.id, "12", "Isla 3"]);
  const { volumeMl, amount, endedAt, payment } = readForecourtSale(
    message,
    "UTC",
  );
  deepStrictEqual([volumeMl, amount, payment], [8000, 11320, "tarjeta"]);
  strictEqual(endedAt, Date.UTC(2025, 2, 2, 9, 14, 24) * 1000 + 902_113);
});

Deno.test("4.2 readControlMessage() tells a push without a map from one with a bad one", () => {
  const push = { "tipo": "actualizacion_precios" };
  strictEqual(readControlMessage(push).kind, "prices");
  for (const precios of [null, 5, [1], "x"]) {
    strictEqual(
      readControlMessage({ ...push, "precios": precios }).kind,
      "bad_prices",
    );
  }
});

Deno.test("4.7 readControlMessage() tells a simulated pump by id and estado without tipo", () => {
  const report = { "id": 3, "estado": "Parado", "precio_95": 1350 };
  deepStrictEqual(readControlMessage(report), {
    kind: "simulated",
    report: {
      id: 3,
      name: "3",
      state: "Parado",
      prices: [{ fuel: "95", price: 1350 }],
    },
  });
  strictEqual(readControlMessage({ ...report, "tipo": "x" }).kind, "other");
  strictEqual(readControlMessage({ "id": 3 }).kind, "other");
});

Deno.test("readControlMessage() never throws", () => {
  const types = fc.constantFrom(
    "actualizacion_precios",
    "nueva_transaccion",
    undefined,
  );
  fc.assert(
    fc.property(types, fc.dictionary(fc.string(), fc.anything()), (
      tipo,
      more,
    ) => {
      const { kind, ...rest } = readControlMessage({ ...more, "tipo": tipo });
      if (kind === "sale" && "sale" in rest) readControlSale(rest.sale);
    }),
  );
});
