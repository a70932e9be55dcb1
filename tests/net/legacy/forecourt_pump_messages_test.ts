import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { parseForecourtLine } from "../../../net/legacy/forecourt.ts";
import {
  encodeCommand,
  encodeConfirmation,
  encodeHeartbeat,
  encodePumpPrices,
  encodePumpSale,
  encodePumpState,
  encodeRefusal,
  encodeRegistration,
  readPumpMessage,
  readStationMessage,
} from "../../../net/legacy/forecourt_pump_messages.ts";
import { readForecourtSale } from "../../../net/legacy/forecourt_sale.ts";
import { FORECOURT_DEFAULT_PRICES } from "../../../net/legacy/forecourt_values.ts";

function objectOf(line: string): Record<string, unknown> {
  const read = parseForecourtLine(line);
  return read.kind === "object" ? { ...read.message } : {};
}
const fromPump = (line: string) => readPumpMessage(objectOf(line));
const fromStation = (line: string) => readStationMessage(objectOf(line));

const names = fc.string({ unit: "grapheme", maxLength: 40 })
  .map((it) => `x${it.replaceAll(/\p{Cc}/gu, "")}x`);
const pumps = fc.integer({ min: 1, max: 999_999_999 });
const volumes = fc.integer({ min: 0, max: 1_000_000_000 });
const operations = fc.constantFrom(
  "idle" as const,
  "dispensing" as const,
  "paused" as const,
);

Deno.test("readPumpMessage() reads what a pump writes", () => {
  fc.assert(fc.property(pumps, names, (pump, name) => {
    const fuels = ["97", "93"];
    deepStrictEqual(fromPump(encodeRegistration({ pump, name, fuels })), {
      pump,
      kind: "registration",
      name,
      fuels,
      fuel: "97",
    });
    deepStrictEqual(fromPump(encodeHeartbeat(pump, "2025-03-02T09:14:24")), {
      pump,
      kind: "heartbeat",
    });
  }));
});

Deno.test("readPumpMessage() reads states and deliveries that a pump writes", () => {
  fc.assert(
    fc.property(
      pumps,
      operations,
      volumes,
      volumes,
      (pump, operation, volumeMl, amount) => {
        const state = { operation, volumeMl, amount, fuel: "95" };
        for (const kind of ["state", "quick_state"] as const) {
          const line = encodePumpState(kind, pump, {
            ...state,
            timestamp: "2025-03-02T09:14:24",
          });
          deepStrictEqual(fromPump(line), { pump, kind, state });
        }
        const sale = {
          fuel: "95",
          volumeMl,
          price: 1350,
          amount,
          payment: "tarjeta",
          startedAt: "2025-03-02T09:14:07",
          endedAt: "2025-03-02T09:14:24.902113",
        };
        const told = fromPump(encodePumpSale(pump, sale));
        strictEqual(told.kind, "sale");
        const read = readForecourtSale(
          told.kind === "sale" ? told.message : {},
          "UTC",
        );
        deepStrictEqual(
          [read.volumeMl, read.amount, read.price, read.repaired],
          [volumeMl, amount, 1350, false],
        );
      },
    ),
  );
});

Deno.test("readStationMessage() reads what a station writes", () => {
  const prices = { prices: FORECOURT_DEFAULT_PRICES, dropped: [] };
  const now = "2025-03-02T09:14:24";
  deepStrictEqual(
    fromStation(encodeConfirmation(5, FORECOURT_DEFAULT_PRICES)),
    { kind: "confirmed", prices },
  );
  deepStrictEqual(fromStation(encodePumpPrices([], now)), {
    kind: "prices",
    prices,
  });
  for (const command of ["pause", "resume", "stop"] as const) {
    deepStrictEqual(fromStation(encodeCommand(command, "it's", now)), {
      kind: "command",
      command,
      reason: "it's",
    });
  }
  deepStrictEqual(fromStation(encodeCommand("report", "", now)), {
    kind: "state_request",
  });
  const refused = fromStation(encodeRefusal("not_registered"));
  strictEqual(
    refused.kind === "refused" && refused.code,
    "SURTIDOR_NO_REGISTRADO",
  );
});

Deno.test("3.3 readStationMessage() gives no prices where there is no map", () => {
  for (const precios of [null, [1], "x", undefined]) {
    const message = { "tipo": "actualizacion_precios", "precios": precios };
    deepStrictEqual(readStationMessage(message), {
      kind: "prices",
      prices: undefined,
    });
  }
});

Deno.test("readPumpMessage() and readStationMessage() never throw", () => {
  const types = fc.constantFrom(
    "registro",
    "estado",
    "estado_rapido",
    "transaccion_completada",
    "error",
    "registro_confirmado",
    "actualizacion_precios",
    "comando",
  );
  fc.assert(
    fc.property(types, fc.dictionary(fc.string(), fc.anything()), (
      tipo,
      more,
    ) => {
      readPumpMessage({ ...more, "tipo": tipo });
      readStationMessage({ ...more, "tipo": tipo });
    }),
  );
});
