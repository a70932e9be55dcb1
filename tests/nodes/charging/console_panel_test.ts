/** The screen of the console of charging points. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  changeLines,
  screenLines,
  type ScreenOptions,
  statesOf,
} from "../../../nodes/charging/console_panel.ts";
import { parsePanel } from "../../../nodes/charging/console_wire.ts";
import { consolePanel, consolePoint } from "../../support/charging_console.ts";

const OPTIONS: ScreenOptions = {
  messages: [],
  color: false,
  columns: 100,
  now: "2026-11-22 18:00:00",
  timeOf: (instant) => instant.slice(11, 19),
};

const SUPPLY = {
  id: "s",
  driver: "417",
  status: "charging",
  energyWh: 1234,
  amount: { amount: "0.25", currency: "EUR" },
  stale: false,
};

Deno.test("screenLines() shows points, supplies, drivers, requests and messages in the original words", () => {
  const panel = consolePanel([
    consolePoint("MAD-01", {
      state: "SUMINISTRANDO",
      connectors: [{ number: 1, session: SUPPLY }],
    }),
    consolePoint("VAL-03", {
      state: "FUERA_DE_SERVICIO",
      legend: "Out of Order",
      location: "Plaza",
      price: null,
    }),
  ], {
    drivers: [
      {
        driver: "417",
        point: "MAD-01",
        status: "charging",
        at: "2026-11-22T17:00:00.000000Z",
      },
      {
        driver: "5",
        point: "VAL-03",
        status: "authorized",
        at: "2026-11-22T17:01:02.000000Z",
      },
      { driver: "9", point: null, status: null, at: null },
    ],
  });
  const messages = ["18:00:00 PARAR VAL-03: confirmado"];

  deepStrictEqual(screenLines(panel, { ...OPTIONS, messages }), [
    "PANEL DE MONITORIZACIÓN DE EV CHARGING",
    "ID     | UBICACIÓN     | PRECIO     | ESTADO",
    "MAD-01 | C/ Serrano 10 | 0.25 €/kWh | SUMINISTRANDO",
    "    1.234 kWh, 0.25 €, driver 417",
    "VAL-03 | Plaza         | N/A        | FUERA_DE_SERVICIO (Out of Order)",
    "",
    "DRIVERS CONECTADOS",
    "  417 -> CP MAD-01 (ASIGNADO)",
    "  5 -> CP VAL-03 (ASIGNADO)",
    "  9 (DISPONIBLE)",
    "PETICIONES DE CONDUCTORES EN CURSO (Kafka)",
    "  17:01:02 5 VAL-03",
    "MENSAJES DEL SISTEMA",
    "  18:00:00 PARAR VAL-03: confirmado",
    "P <CP_ID> parar · R <CP_ID> reanudar · PT/PA parar todos · RT/RA reanudar todos · Q salir",
    "2026-11-22 18:00:00",
  ]);
});

Deno.test("C-23: screenLines() shows a point out of service in orange with its legend", () => {
  const panel = consolePanel([
    consolePoint("A", {
      state: "FUERA_DE_SERVICIO",
      color: { ansi: "38;5;208" },
      legend: "Out of Order",
      unconfirmed: true,
    }),
  ]);
  const text = screenLines(panel, { ...OPTIONS, color: true }).join("\n");

  ok(text.includes(
    "\x1b[38;5;208mFUERA_DE_SERVICIO\x1b[0m (Out of Order) (sin confirmar)",
  ));
});

Deno.test("screenLines() never takes more rows or columns than there are", () => {
  const words = fc.string({ unit: "grapheme", maxLength: 60 });
  fc.assert(fc.property(
    fc.array(fc.tuple(words, words), { maxLength: 60 }),
    fc.array(words, { maxLength: 30 }),
    fc.array(words, { maxLength: 30 }),
    fc.integer({ min: 24, max: 80 }),
    fc.integer({ min: 1, max: 200 }),
    (points, drivers, messages, rows, columns) => {
      const panel = parsePanel(consolePanel(
        points.map(([id, location]) => consolePoint(id, { location })),
        {
          drivers: drivers.map((driver) => ({
            ...{ driver, point: "A", status: "authorized", at: "2026" },
          })),
        },
      ));
      const lines = screenLines(panel, { ...OPTIONS, messages, rows, columns });
      ok(lines.length <= rows, `${lines.length} of ${rows}`);
      for (const line of lines) {
        ok(Array.from(line).length <= Math.max(columns, 40), line);
      }
      strictEqual(lines.at(-1), OPTIONS.now);
    },
  ));
});

Deno.test("what a point says of itself does not act on the operator's terminal", () => {
  const evil = "\x1b[2J\x1b]0;owned\x07";
  const panel = parsePanel(consolePanel([
    consolePoint(`A${evil}`, { location: evil, state: evil, legend: evil }),
  ], {
    drivers: [{ driver: evil, point: evil, status: "authorized", at: null }],
  }));
  const shown = [
    ...screenLines(panel, OPTIONS),
    ...changeLines(undefined, panel),
  ].join("");

  match(shown, /^[^\p{Cc}]*$/u);
});

Deno.test("changeLines() says what has changed and nothing else", () => {
  const first = consolePanel([consolePoint("A"), consolePoint("B")]);
  const second = consolePanel([
    consolePoint("A", {
      state: "SUMINISTRANDO",
      connectors: [{ number: 1, session: { ...SUPPLY, stale: true } }],
    }),
    consolePoint("B"),
    consolePoint("C"),
  ]);

  deepStrictEqual(changeLines(undefined, first), [
    "A: ACTIVADO",
    "B: ACTIVADO",
  ]);
  deepStrictEqual(changeLines(statesOf(first), second), [
    "A: ACTIVADO -> SUMINISTRANDO",
    "    1.234 kWh, 0.25 €, driver 417 (sin datos recientes)",
    "C: ACTIVADO",
  ]);
  deepStrictEqual(changeLines(statesOf(second), second), []);
});
