import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  forecourtSaleKey,
  readForecourtSale,
} from "../../../net/legacy/forecourt_sale.ts";

const message = {
  "tipo": "transaccion_completada",
  "id_surtidor": 12,
  "tipo_combustible": "97",
  "litros": 8.0,
  "precio_por_litro": 1415,
  "monto_total": 11320,
  "metodo_pago": "tarjeta",
  "fecha_inicio": "2025-03-02T09:14:07.118000",
  "fecha_fin": "2025-03-02T09:14:24.902113",
};
const read = (more: Readonly<Record<string, unknown>> = {}) =>
  readForecourtSale({ ...message, ...more }, "America/Santiago");
const at = { site: "E01", pump: 12, nonce: "n" };
const key = (more: Readonly<Record<string, unknown>> = {}) =>
  forecourtSaleKey(read(more), at);

Deno.test("readForecourtSale() reads a delivery as it is told", () => {
  deepStrictEqual(read(), {
    fuel: "97",
    volumeMl: 8000,
    price: 1415,
    amount: 11320,
    payment: "tarjeta",
    startedAt: Date.UTC(2025, 2, 2, 12, 14, 7, 118) * 1000,
    endedAt: Date.UTC(2025, 2, 2, 12, 14, 24) * 1000 + 902_113,
    timeUnreadable: false,
    repaired: false,
    told: [
      "2025-03-02T09:14:07.118000",
      "2025-03-02T09:14:24.902113",
      "97",
      8,
      11320,
    ],
    untimed: false,
  });
});

Deno.test("14.3 readForecourtSale() puts poison values right and says so", () => {
  for (
    const [more, expected] of [
      [{ "litros": null }, { volumeMl: 0 }],
      [{ "litros": undefined }, { volumeMl: 0 }],
      [{ "litros": -1 }, { volumeMl: 0 }],
      [{ "monto_total": 11320.7 }, { amount: 11320 }],
      [{ "precio_por_litro": 1415.5 }, { price: 1415 }],
      [{ "monto_total": null }, { amount: 0 }],
      [{ "metodo_pago": null }, { payment: "efectivo" }],
      [{ "metodo_pago": "" }, { payment: "efectivo" }],
      [{ "metodo_pago": undefined }, { payment: "efectivo" }],
      [{ "fecha_fin": "x" }, { endedAt: null, timeUnreadable: true }],
      [{ "fecha_fin": { "toString": 1 } }, { timeUnreadable: true }],
      [{ "tipo_combustible": null }, { fuel: null }],
    ] as const
  ) {
    const sale = read(more);
    strictEqual(sale.repaired, true, JSON.stringify(more));
    deepStrictEqual({ ...sale, ...expected }, sale);
  }
  for (const end of [undefined, null, ""]) {
    const { endedAt, timeUnreadable } = read({ "fecha_fin": end });
    deepStrictEqual([endedAt, timeUnreadable], [null, false]);
  }
});

Deno.test("14.4 forecourtSaleKey() differs where anything that names a delivery differs, and only there", () => {
  const same = [
    {},
    { "precio_por_litro": 1 },
    { "metodo_pago": "efectivo" },
    { "id_surtidor": 99 },
  ].map(key);
  strictEqual(new Set(same).size, 1);
  const other = [
    {},
    { "fecha_inicio": "2025-03-02T09:14:08" },
    { "fecha_fin": "2025-03-02T09:14:25" },
    { "fecha_fin": "unreadable" },
    { "tipo_combustible": "95" },
    { "litros": 8.1 },
    { "litros": null },
    { "monto_total": 11321 },
  ].map(key);
  strictEqual(new Set(other).size, other.length);
  ok(forecourtSaleKey(read(), { ...at, pump: 13 }) !== key());
  ok(forecourtSaleKey(read(), { ...at, site: "E02" }) !== key());
});

Deno.test("14.4 forecourtSaleKey() sets untimed deliveries apart by the nonce, and no others", () => {
  const untimed = read({ "fecha_inicio": null, "fecha_fin": undefined });
  ok(
    forecourtSaleKey(untimed, at) !==
      forecourtSaleKey(untimed, { ...at, nonce: "m" }),
  );
  strictEqual(forecourtSaleKey(read(), { ...at, nonce: "m" }), key());
});

Deno.test("readForecourtSale() never throws and never gives a number below zero", () => {
  fc.assert(
    fc.property(
      fc.record(
        Object.fromEntries(
          Object.keys(message).map((name) => [name, fc.anything()]),
        ),
        { requiredKeys: [] },
      ),
      (any) => {
        const sale = readForecourtSale(any, "America/Lima");
        for (const it of [sale.volumeMl, sale.price, sale.amount]) {
          ok(Number.isSafeInteger(it) && it >= 0);
        }
        forecourtSaleKey(sale, at);
      },
    ),
  );
});
