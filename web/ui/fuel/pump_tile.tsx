/**
 * A pump of the wall: what it does, how much, for how much, and what was ordered last. It draws itself anew only when its
 * own pump changed.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Pump, PumpCommand } from "../wire_types.ts";
import { formatTime } from "../base/format.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { useAction } from "../parts/form.tsx";
import { tellProblem } from "../parts/notices.tsx";
import { orderPump, stopInEmergency } from "./pump_orders.ts";
import { isConnected } from "./pump_wall.ts";
import {
  commandWord,
  connectionWord,
  outcomeWord,
  pumpWord,
} from "./pump_words.ts";
import { type Currency, formatLiters, formatUnits } from "./quantities.ts";
import { text } from "./texts.ts";

/** A tile. */
export interface PumpTileProps {
  readonly pump: Signal<Pump>;
  readonly currency: Currency | undefined;
  /** The last order to it. */
  readonly order: PumpCommand | undefined;
  /** Shows all of it. */
  readonly onOpen: (pump: Pump) => void;
}

/** The price of a liter that the tile shows: the running delivery's, else what the pump took for its fuel. */
function priceOf({ live, fuel, prices }: Pump): number | null {
  const shown = live?.fuel ?? fuel;
  if (live !== null && live.operation !== "idle" && live.price !== null) {
    return live.price;
  }
  return prices?.prices.find((one) => one.fuel === shown)?.price ?? null;
}

/**
 * A pump of the wall.
 *
 * @param props The pump.
 * @returns An article with its controls.
 */
export function PumpTile(
  { pump: cell, currency, order, onOpen }: PumpTileProps,
): VNode {
  const pump = cell.value;
  const { live } = pump;
  const word = pumpWord(pump);
  const running = live !== null && live.operation !== "idle";
  const { site, pump: number, name } = pump;
  const paused = live?.operation === "paused";
  const linked = isConnected(pump);
  // Liters run while the buttons stay as they are: an equal node is not looked at again.
  const controls = useMemo(
    () => (
      <PumpControls
        pump={{ site, pump: number, name }}
        paused={paused}
        linked={linked}
      />
    ),
    [site, number, name, paused, linked],
  );
  return (
    <article class={`pump ${word.key}`} aria-label={pump.name}>
      <header>
        <span class="pump-number" aria-hidden="true">{pump.pump}</span>
        <button
          type="button"
          class="pump-name"
          title={text("details")}
          onClick={() => onOpen(pump)}
        >
          {pump.name}
        </button>
        <span class={`pump-state ${word.key}`}>{word.label}</span>
      </header>
      <p class="pump-figures">
        <strong>{formatLiters(running ? live.volumeMl : 0, 2)}</strong>
        <span>{formatUnits(running ? live.amount : 0, currency)}</span>
      </p>
      <p class="pump-fuel">
        <span class="badge">{live?.fuel ?? pump.fuel}</span>
        <span>
          {text("perLiter", {
            price: formatUnits(priceOf(pump), currency),
          })}
        </span>
      </p>
      <p class="pump-who">
        {order === undefined ? linkLine(pump) : orderLine(order)}
      </p>
      {controls}
    </article>
  );
}

/** The last order with who gave it, and why. */
function orderLine(order: PumpCommand): string {
  const line = text("orderLine", {
    order: commandWord(order),
    outcome: outcomeWord(order),
    time: formatTime(order.at),
  });
  return order.reason === "" ? line : `${line} · ${order.reason}`;
}

function linkLine(pump: Pump): string {
  const { live } = pump;
  const at = live?.at ?? pump.connectedAt;
  return at === null
    ? connectionWord(pump)
    : `${connectionWord(pump)} · ${formatTime(at)}`;
}

/** Pause or go on, and the emergency stop, which whoever stands there may press. */
function PumpControls(
  { pump, paused, linked }: {
    readonly pump: Pick<Pump, "site" | "pump" | "name">;
    readonly paused: boolean;
    readonly linked: boolean;
  },
): VNode {
  const action = useAction();
  const command = paused ? "resume" : "pause";
  const supervisor = may("supervisor");
  return (
    <div class="pump-controls">
      <Button
        icon={paused ? "play" : "pause"}
        disabled={!supervisor || !linked}
        busy={action.busy}
        onClick={() =>
          void action.run(
            async () => {
              const answer = await orderPump(pump, command, "");
              if (!answer.ok) tellProblem(answer.problem);
              return answer;
            },
            text(paused ? "resumeOrdered" : "pauseOrdered", {
              name: pump.name,
            }),
          )}
      >
        {text(paused ? "resume" : "pause")}
        <span class="unseen">{pump.name}</span>
      </Button>
      <Button
        kind="danger"
        icon="stop"
        onClick={() => void stopInEmergency(pump.site, pump)}
      >
        {text("stop")}
        <span class="unseen">{pump.name}</span>
      </Button>
    </div>
  );
}
