/**
 * What a driver's program shows: its own charges, the points that are free, the commands, and what it was told.
 *
 * @module
 */
import type { DriverWord, StatusEntry } from "../../net/mod.ts";
import { printable } from "../tills/receipt_text.ts";
import type { DriverCharge } from "./simulated_driver.ts";

/** Most messages that are kept. */
export const DRIVER_MESSAGES_MAX = 200;

/** What a panel shows. */
export interface DriverPanel {
  /** Who drives. */
  readonly driver: string;
  /** Charges that go on. */
  readonly charges: ReadonlyMap<string, DriverCharge>;
  /** The network. */
  readonly points: readonly StatusEntry[];
  /** What was told, the oldest first. */
  readonly messages: readonly string[];
  /** How many rows there are. */
  readonly rows: number;
}

const COMMANDS = "SOLICITAR <CP_ID> · BATCH <fichero> · Q salir";
/** Rows that are no list's. */
const FIXED_ROWS = 8;

/**
 * Draws the panel.
 *
 * @param panel What it shows.
 * @returns Its lines.
 */
export function driverPanel(panel: DriverPanel): string[] {
  const { driver, charges, points, messages, rows } = panel;
  const room = Math.max(rows - FIXED_ROWS, 6);
  const free = points.filter(({ status }) => status === "ACTIVADO");
  const own = [...charges].map(([point, { kwh, importe }]) =>
    `  ${point}  ${kwh.toFixed(3)} kWh  ${importe.toFixed(2)} €`
  );
  const list = free.slice(0, Math.ceil(room / 2)).map(({ id, location }) =>
    `  ${id}  ${location}`
  );
  const left = Math.max(room - own.length - list.length, 2);
  return [
    `DRIVER ${driver}`,
    ...(own.length === 0 ? ["  sin cargas"] : own),
    "",
    `CPs ACTIVADO (${free.length})`,
    ...list,
    "",
    "MENSAJES",
    ...messages.slice(-left).map((it) => `  ${it}`),
    "",
    COMMANDS,
  ].map(printable);
}

/**
 * A word as a line.
 *
 * @param word The word.
 * @returns A sentence in the words of installed programs.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const word = { type: "TICKET", point: "SEV-07", user: "417", text: "", kwh: 1.5, importe: 0.3 };
 * strictEqual(wordLine(word), "TICKET SEV-07: 1.500 kWh, 0.30 €");
 * ```
 */
export function wordLine(
  { type, point, text, kwh, importe }: DriverWord,
): string {
  const figures = kwh === null || importe === null
    ? []
    : [`${kwh.toFixed(3)} kWh, ${importe.toFixed(2)} €`];
  const known = type === "AUTH_OK" || type === "AUTH_DENIED" ||
    figures.length > 0;
  if (!known) return text || "Mensaje desconocido";
  const parts = [...(text === "" ? [] : [text]), ...figures];
  return `${type} ${point}: ${parts.join(", ")}`;
}
