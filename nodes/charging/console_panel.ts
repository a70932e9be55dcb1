/**
 * The screen of an operator's console: points, drivers, requests and messages, in the words of the original one.
 *
 * @module
 */
import { printable } from "../tills/receipt_text.ts";
import type { ConsolePanel, ConsolePoint } from "./console_wire.ts";

/** Most messages that a console keeps. */
export const MESSAGES_MAX = 200;
/** The narrowest screen. */
const COLUMNS_MIN = 40;
/** Most rows of each list below the points. */
const LIST_ROWS_MAX = 6;
/** Rows that are no list's: headings, commands, and at least four of points. */
const FIXED_ROWS = 10;
/** Lists below the points. */
const LISTS = 3;

/** How a screen is drawn. */
export interface ScreenOptions {
  /** What the console did and saw, the oldest first. */
  readonly messages: readonly string[];
  /** True for a terminal that shows colors. */
  readonly color: boolean;
  /** Its width. */
  readonly columns: number;
  /** Its height; all rows there are if left out. */
  readonly rows?: number;
  /** Date and time, for its last line. */
  readonly now: string;
  /** The time of day of an instant. */
  readonly timeOf: (instant: string) => string;
}

const TITLE = "PANEL DE MONITORIZACIÓN DE EV CHARGING";
/** The commands, as the screen shows them. */
export const COMMANDS_LINE =
  "P <CP_ID> parar · R <CP_ID> reanudar · PT/PA parar todos · RT/RA reanudar todos · Q salir";

/** Money with at least two decimals and no needless ones. */
function moneyText(
  { amount, currency }: { readonly amount: string; readonly currency: string },
): string {
  const [whole = "0", decimals = ""] = amount.split(".");
  const kept = decimals.replace(/0+$/, "").padEnd(2, "0");
  return `${whole}.${kept} ${currency === "EUR" ? "€" : currency}`;
}

/**
 * A price per kWh.
 *
 * @param price The price; null if nobody said.
 * @returns Such as `0.25 €/kWh`, or `N/A`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(priceText({ amount: "0.2500", currency: "EUR" }), "0.25 €/kWh");
 * strictEqual(priceText(null), "N/A");
 * ```
 */
export function priceText(price: ConsolePoint["price"]): string {
  return price === null ? "N/A" : `${moneyText(price)}/kWh`;
}

/** A point's state as it is shown, with what is not certain about it. */
function stateText({ state, legend, unconfirmed }: ConsolePoint): string {
  return [
    state,
    ...(legend === "" ? [] : [`(${legend})`]),
    ...(unconfirmed ? ["(sin confirmar)"] : []),
  ].join(" ");
}

/** What the running supplies of a point are at, a line each. */
function supplyLines({ connectors }: ConsolePoint): string[] {
  return connectors.flatMap(({ number, session }) => {
    if (session === null || session.status !== "charging") return [];
    const where = connectors.length > 1 ? `conector ${number}: ` : "";
    const energy = (session.energyWh / 1000).toFixed(3);
    const driver = session.driver ?? "INVITADO";
    const stale = session.stale ? " (sin datos recientes)" : "";
    return [
      `    ${where}${energy} kWh, ${
        moneyText(session.amount)
      }, driver ${driver}${stale}`,
    ];
  });
}

function clip(line: string, columns: number): string {
  const characters = Array.from(line);
  return characters.length <= columns
    ? line
    : `${characters.slice(0, columns - 1).join("")}…`;
}

/** Lines of points, each with the color that its state has. */
function pointLines(
  points: readonly ConsolePoint[],
  { color, columns }: ScreenOptions,
): string[] {
  const cells = [
    ["ID", "UBICACIÓN", "PRECIO"],
    ...points.map((point) => [
      printable(point.id),
      point.location,
      priceText(point.price),
    ]),
  ];
  const widths = [0, 1, 2].map((i) =>
    Math.min(
      Math.max(...cells.map((row) => Array.from(row[i] ?? "").length)),
      Math.floor(columns / 3),
    )
  );
  const row = (texts: readonly string[], last: string) =>
    clip(
      [
        ...texts.map((text, i) => {
          const cut = clip(text, Math.max(widths[i] ?? 0, 1));
          return cut + " ".repeat(
            Math.max(0, (widths[i] ?? 0) - Array.from(cut).length),
          );
        }),
        last,
      ].join(" | "),
      columns,
    );
  const lines = points.flatMap((point, i) => {
    const line = row(cells[i + 1] ?? [], stateText(point));
    const shown = color
      ? line.replace(
        point.state,
        `\x1b[${point.color.ansi}m${point.state}\x1b[0m`,
      )
      : line;
    return [shown, ...supplyLines(point).map((it) => clip(it, columns))];
  });
  return [row(cells[0] ?? [], "ESTADO"), ...lines];
}

/**
 * The lines of a screen.
 *
 * @param panel What there is.
 * @param options Width, height, colors and messages.
 * @returns Lines, no more than fit.
 */
export function screenLines(
  panel: ConsolePanel,
  options: ScreenOptions,
): string[] {
  const columns = Math.max(options.columns, COLUMNS_MIN);
  const own = { ...options, columns };
  const drivers = panel.drivers.map(({ driver, point }) =>
    `  ${driver} ${
      point === null ? "(DISPONIBLE)" : `-> CP ${point} (ASIGNADO)`
    }`
  );
  const requests = panel.drivers.filter(({ status }) => status === "authorized")
    .map(({ driver, point, at }) =>
      `  ${at === null ? "" : options.timeOf(at)} ${driver} ${point ?? ""}`
    );
  const size = listRows(options.rows);
  const below = [
    "",
    "DRIVERS CONECTADOS",
    ...cut(drivers, size),
    "PETICIONES DE CONDUCTORES EN CURSO (Kafka)",
    ...cut(requests, size),
    "MENSAJES DEL SISTEMA",
    ...options.messages.slice(-size).map((it) => `  ${it}`),
    COMMANDS_LINE,
    options.now,
  ].map((line) => clip(line, columns));
  const points = pointLines(panel.points, own);
  const more = panel.next === null ? [] : ["…"];
  return fitted([TITLE, ...points, ...more], below, options.rows);
}

/** How many rows of a screen each list below the points has. */
function listRows(rows: number | undefined): number {
  if (rows === undefined) return LIST_ROWS_MAX;
  const room = Math.floor((rows - FIXED_ROWS) / LISTS);
  return Math.min(Math.max(room, 1), LIST_ROWS_MAX);
}

/** A list of no more rows than a screen has for it. */
function cut(lines: readonly string[], rows: number): readonly string[] {
  return lines.length <= rows ? lines : [
    ...lines.slice(0, rows - 1),
    `  … (${lines.length - rows + 1} más)`,
  ];
}

/** Cuts points first, since what was typed and answered must be seen. */
function fitted(
  above: readonly string[],
  below: readonly string[],
  rows: number | undefined,
): string[] {
  if (rows === undefined || above.length + below.length <= rows) {
    return [...above, ...below];
  }
  const room = Math.max(2, rows - below.length);
  const shown = above.slice(0, room - 1);
  const hidden = above.length - shown.length;
  return [...shown, `… (${hidden} más)`, ...below].slice(0, rows);
}

/**
 * What a console says of changes since it looked last, for screens that are not drawn anew.
 *
 * @param before States by point as they were; undefined at the first look.
 * @param panel What there is now.
 * @returns Lines.
 */
export function changeLines(
  before: ReadonlyMap<string, string> | undefined,
  { points }: ConsolePanel,
): string[] {
  return points.flatMap((point) => {
    const state = stateText(point);
    const was = before?.get(point.id);
    if (was === state) return [];
    const id = printable(point.id);
    return [
      was === undefined ? `${id}: ${state}` : `${id}: ${was} -> ${state}`,
      ...supplyLines(point),
    ];
  });
}

/** What `changeLines` compares with later. */
export function statesOf(
  { points }: ConsolePanel,
): ReadonlyMap<string, string> {
  return new Map(points.map((point) => [point.id, stateText(point)]));
}
