/**
 * States, ends and answers of charging in words, and the documented colors beside them.
 *
 * @module
 */
import type { VNode } from "preact";
import type {
  ChargingCommand,
  ChargingPoint,
  ChargingSession,
  StateColor,
} from "../wire_types.ts";
import { formatThousandths } from "../base/format.ts";
import { text } from "./texts.ts";

/** A point's state. */
export type PointState = ChargingPoint["state"];

/** A state's name in the language shown now. */
export function stateWord(state: PointState): string {
  return text(`state_${state}`);
}

/** Energy for reading, to the watt-hour. */
export function formatEnergy(energyWh: number): string {
  return formatThousandths(energyWh, "kWh");
}

/**
 * A state with its documented color. The color stands beside the word, which keeps its contrast.
 *
 * @param props The state.
 * @returns Color and word.
 */
export function StateMark(
  { state, color, legend = "" }: {
    readonly state: PointState;
    readonly color: StateColor;
    readonly legend?: string;
  },
): VNode {
  return (
    <span class="point-state">
      <span
        class="point-color"
        aria-hidden="true"
        style={{ background: color.hex }}
      />
      {stateWord(state)}
      {legend === "" ? null : <small>{legend}</small>}
    </span>
  );
}

/** How a session stands or ended. */
export function sessionWord({ status, outcome }: ChargingSession): string {
  return outcome === null ? text(`status_${status}`) : text(`end_${outcome}`);
}

/** How that is colored. */
export function sessionKind(
  { outcome, status }: ChargingSession,
): "good" | "warn" | "info" | "plain" {
  if (outcome === "completed") return "good";
  if (outcome !== null) return "warn";
  return status === "charging" ? "info" : "plain";
}

/** What became of a command. */
export function commandWord({ state }: ChargingCommand): string {
  return text(`command_${state}`);
}

/** How that is colored. */
export function commandKind(
  { state }: ChargingCommand,
): "good" | "info" | "bad" {
  return state === "confirmed" ? "good" : state === "waiting" ? "info" : "bad";
}

/** A point's sessions that last. */
export function openSessions(
  { connectors }: ChargingPoint,
): readonly ChargingSession[] {
  return connectors.flatMap(({ session }) => session === null ? [] : [session]);
}

/** A path with a point's or a driver's id in it. */
export function pathOf(collection: string, id: string, rest = ""): string {
  return `/v1/${collection}/${encodeURIComponent(id)}${rest}`;
}
