/**
 * Orders to pumps: giving them, and what became of the last one to each.
 *
 * @module
 */
import type { EmergencyStop, PumpCommand } from "../wire_types.ts";
import { type Answer, change, type WirePage } from "../base/http.ts";
import { useResource } from "../base/resource.ts";
import { confirmed } from "../parts/dialog.tsx";
import { tellDone, tellProblem } from "../parts/notices.tsx";
import { text } from "./texts.ts";

/** Orders that are looked through for the last one to each pump. */
const RECENT = 300;
/** Outcomes are looked at again after so long, in milliseconds: an order that nobody carries out expires silently. */
const AGAIN_MS = 10_000;

/** A pump's place. */
export interface PumpPlace {
  readonly site: string;
  readonly pump: number;
}

/**
 * Orders a pump to do something.
 *
 * @param place Which pump.
 * @param command What.
 * @param reason Why; may be empty.
 * @returns What the node says.
 */
export function orderPump(
  { site, pump }: PumpPlace,
  command: PumpCommand["command"],
  reason: string,
): Promise<Answer<PumpCommand>> {
  return change("POST", `/v1/pumps/${site}/${pump}/commands`, {
    command,
    reason: reason.trim(),
  });
}

/**
 * Stops all pumps of a site, or one, after asking once.
 *
 * @param site The site.
 * @param pump The pump; all if left out.
 */
export async function stopInEmergency(
  site: string,
  pump?: { readonly pump: number; readonly name: string },
): Promise<void> {
  const yes = await confirmed(
    pump === undefined
      ? text("stopAllAsk", { site })
      : text("stopOneAsk", { name: pump.name }),
    {
      detail: text("stopDetail"),
      action: pump === undefined ? text("stopAllYes") : text("stopOneYes"),
      danger: true,
    },
  );
  if (!yes) return;
  const answer = await change<EmergencyStop>("POST", "/v1/emergency-stops", {
    site,
    ...(pump === undefined ? {} : { pumps: [pump.pump] }),
    reason: text("emergency"),
  });
  if (!answer.ok) return tellProblem(answer.problem);
  const { ordered, refused } = answer.value;
  tellDone(
    text("stopDone", { ordered }),
    refused === 0 ? "" : text("stopRefused", { refused }),
  );
}

/**
 * The last order to each pump, with what became of it.
 *
 * @param site The site; undefined if none is known.
 * @returns By the pump's number.
 */
export function useLastOrders(
  site: string | undefined,
): ReadonlyMap<number, PumpCommand> {
  const orders = useResource<WirePage<PumpCommand>>(
    site === undefined
      ? undefined
      : `/v1/pump-commands?site=${site}&limit=${RECENT}`,
    { views: ["pump_commands"], everyMs: AGAIN_MS },
  );
  const last = new Map<number, PumpCommand>();
  for (const order of orders.value?.items ?? []) {
    if (!last.has(order.pump)) last.set(order.pump, order);
  }
  return last;
}
