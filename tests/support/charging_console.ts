/**
 * What a console of charging points reads, for tests.
 *
 * @module
 */
import type {
  ConsolePanel,
  ConsolePoint,
} from "../../nodes/charging/console_wire.ts";

/**
 * A point as a node shows it.
 *
 * @param id Its id.
 * @param fields What differs.
 * @returns The point.
 */
export function consolePoint(
  id: string,
  fields: Partial<ConsolePoint> = {},
): ConsolePoint {
  return {
    id,
    state: "ACTIVADO",
    color: { ansi: "92" },
    legend: "",
    location: "C/ Serrano 10",
    price: { amount: "0.2500", currency: "EUR" },
    connectors: [{ number: 1, session: null }],
    connected: true,
    unconfirmed: false,
    ...fields,
  };
}

/**
 * A panel.
 *
 * @param points Its points.
 * @param fields What differs.
 * @returns The panel.
 */
export function consolePanel(
  points: readonly ConsolePoint[],
  fields: Partial<ConsolePanel> = {},
): ConsolePanel {
  return { points: [...points], next: null, drivers: [], ...fields };
}
