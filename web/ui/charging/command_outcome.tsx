/**
 * What became of the last order that this page gave to a point.
 *
 * @module
 */
import type { VNode } from "preact";
import type { ChargingCommand } from "../wire_types.ts";
import { useResource } from "../base/resource.ts";
import { Badge } from "../parts/page.tsx";
import { commandKind, commandWord, pathOf } from "./charging_words.tsx";
import { lastCommands } from "./point_orders.ts";
import { text } from "./texts.ts";

/** Until the equipment has answered it is asked for again after so many milliseconds. */
const AGAIN_MS = 1_500;

/** What became of the last order that this page gave to a point; nothing if it gave none. */
export function CommandOutcome(
  { point, whole = false }: {
    readonly point: string;
    /** Shows the equipment's answer too. */
    readonly whole?: boolean;
  },
): VNode | null {
  const id = lastCommands.value.get(point);
  const command = useResource<ChargingCommand>(
    id === undefined ? undefined : pathOf("charging-commands", id),
    { views: ["charging_commands"], everyMs: AGAIN_MS },
  );
  const { value } = command;
  if (value === undefined) return null;
  return (
    <p class="point-command" role="status">
      {text("lastOrder", { command: orderWord(value.command) })}{" "}
      <Badge kind={commandKind(value)}>{commandWord(value)}</Badge>
      {value.answer === null || !whole
        ? null
        : <span class="mono">{JSON.stringify(value.answer)}</span>}
    </p>
  );
}

function orderWord(command: string): string {
  return command === "stop" || command === "resume" ? text(command) : command;
}
