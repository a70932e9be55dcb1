/**
 * The documented colors of a charging point's states, for screens of both kinds: those with names and escape sequences,
 * and those with pages.
 *
 * @module
 */
import type { PointState } from "../nodes/mod.ts";

/** How a state is shown. */
export interface StateColor {
  /** For pages, e.g. `#28a745`. */
  readonly hex: string;
  /** Its name in English. */
  readonly name: string;
  /** What stands between `ESC [` and `m` on a terminal. */
  readonly ansi: string;
  /** Where only signs can be shown. */
  readonly emoji: string;
  /** What stands behind the state's name; empty for most. */
  readonly legend: string;
}

/** Every state in the order in which it is counted and explained. */
export const STATE_COLORS: Readonly<Record<PointState, StateColor>> = {
  ACTIVADO: {
    ...{ hex: "#28a745", name: "green", ansi: "92", emoji: "🟢", legend: "" },
  },
  RESERVADO: {
    ...{ hex: "#159894", name: "cyan", ansi: "96", emoji: "🟣", legend: "" },
  },
  SUMINISTRANDO: {
    ...{ hex: "#007bff", name: "blue", ansi: "94", emoji: "🔵", legend: "" },
  },
  AVERIADO: {
    ...{ hex: "#dc3545", name: "red", ansi: "91", emoji: "🔴", legend: "" },
  },
  FUERA_DE_SERVICIO: {
    ...{ hex: "#fd7e14", name: "orange", ansi: "38;5;208", emoji: "🟠" },
    legend: "Out of Order",
  },
  DESCONECTADO: {
    ...{ hex: "#6c757d", name: "grey", ansi: "90", emoji: "⚪", legend: "" },
  },
};

/** The states' names, in the same order. */
export const POINT_STATES: readonly PointState[] = Object.keys(
  STATE_COLORS,
) as PointState[];
