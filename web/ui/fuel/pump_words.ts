/**
 * What a pump does and what became of an order to it, in words.
 *
 * @module
 */
import type { Pump, PumpCommand } from "../wire_types.ts";
import { isConnected } from "./pump_wall.ts";
import { text } from "./texts.ts";

/** How a pump is, for its tile: the word says it, the kind colors it. */
export interface PumpWord {
  readonly key:
    | "unknown"
    | "offline"
    | "outOfService"
    | "idle"
    | "dispensing"
    | "paused";
  readonly label: string;
}

/** What a person may say of a pump; the first is how it begins. */
export const SERVICE_STATES = [
  "disponible",
  "fuera_servicio",
  "mantenimiento",
] as const;

/**
 * What a pump does now, the most urgent first: what runs counts more than what a person said of it.
 *
 * @param pump The pump.
 * @returns A key and its word.
 */
export function pumpWord(pump: Pump): PumpWord {
  const { live, serviceState } = pump;
  const key = live !== null && isConnected(pump) && live.operation !== "idle"
    ? live.operation
    : serviceState !== SERVICE_STATES[0]
    ? "outOfService"
    : live === null
    ? "unknown"
    : isConnected(pump)
    ? "idle"
    : "offline";
  const label = key === "outOfService"
    ? serviceWord(serviceState)
    : text(`pump_${key}`);
  return { key, label };
}

/**
 * What a person said of a pump.
 *
 * @param state One of {@linkcode SERVICE_STATES}, or another word that somebody chose.
 * @returns Its name.
 */
export function serviceWord(state: string): string {
  return SERVICE_STATES.some((one) => one === state)
    ? text(`service_${state as typeof SERVICE_STATES[number]}`)
    : state;
}

/** How a pump's link is. */
export function connectionWord({ live }: Pump): string {
  return text(`link_${live?.connection ?? "unknown"}`);
}

/** What an order was, e.g. a pause. */
export function commandWord({ command }: PumpCommand): string {
  return text(`order_${command}`);
}

/** What became of an order. */
export function outcomeWord({ outcome }: PumpCommand): string {
  return text(`outcome_${outcome}`);
}

/** How an order's outcome is colored. */
export function outcomeKind(
  { outcome }: PumpCommand,
): "good" | "bad" | "info" {
  return outcome === "sent" ? "good" : outcome === "ordered" ? "info" : "bad";
}
