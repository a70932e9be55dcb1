/**
 * Orders to charging points: giving them, and which one a point got last from this page.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";
import type {
  ChargingOrderAnswer,
  ChargingOrderToAllAnswer,
  ChargingSession,
} from "../wire_types.ts";
import { type Answer, change } from "../base/http.ts";
import { formatNumber } from "../base/format.ts";
import { confirmed } from "../parts/dialog.tsx";
import { tellDone, tellProblem } from "../parts/notices.tsx";
import { pathOf } from "./charging_words.tsx";
import { text } from "./texts.ts";

/** The last command to each point that was given here, by the point's id. */
export const lastCommands: Signal<ReadonlyMap<string, string>> = signal(
  new Map(),
);

function remember(point: string, command: string | null | undefined): void {
  if (command === null || command === undefined) return;
  lastCommands.value = new Map(lastCommands.value).set(point, command);
}

/**
 * Gives a point an order.
 *
 * @param point The point.
 * @param command `stop`, `resume`, or a command of the point's protocol.
 * @param args Arguments of a command of the protocol.
 * @returns What the node says.
 */
export async function orderPoint(
  point: string,
  command: string,
  args?: Readonly<Record<string, unknown>>,
): Promise<Answer<ChargingOrderAnswer>> {
  const answer = await change<ChargingOrderAnswer>(
    "POST",
    pathOf("charging-points", point, "/commands"),
    { command, ...(args === undefined ? {} : { args }) },
  );
  if (answer.ok) remember(point, answer.value.command?.id);
  return answer;
}

/**
 * Stops or resumes all points, after asking.
 *
 * @param command Which of both.
 */
export async function orderAll(command: "stop" | "resume"): Promise<void> {
  const yes = await confirmed(text(`${command}AllAsk`), {
    detail: text(`${command}AllDetail`),
    action: text(`${command}All`),
    danger: command === "stop",
  });
  if (!yes) return;
  const answer = await change<ChargingOrderToAllAnswer>(
    "POST",
    "/v1/charging-commands",
    { command },
  );
  if (!answer.ok) return tellProblem(answer.problem);
  const { ordered, refused, items } = answer.value;
  for (const { point, command: id } of items) remember(point, id);
  tellDone(
    text(`${command}AllDone`, { count: formatNumber(ordered) }),
    refused === 0 ? "" : text("someRefused", {
      count: formatNumber(refused),
      points: items.filter(({ code }) => code !== null)
        .map(({ point }) => point).join(", "),
    }),
  );
}

/**
 * Ends a session, after asking.
 *
 * @param session The session.
 * @returns True if it was ended.
 */
export async function endSession(session: ChargingSession): Promise<boolean> {
  const { point, driver } = session;
  const yes = await confirmed(
    text("endAsk", { point, driver: driver ?? text("nobody") }),
    {
      detail: text(
        session.status === "charging" ? "endDetail" : "endReservation",
      ),
      action: text("endSession"),
      danger: true,
    },
  );
  if (!yes) return false;
  const answer = await change<ChargingSession>(
    "POST",
    pathOf("charging-sessions", session.id, "/end"),
  );
  if (!answer.ok) {
    tellProblem(answer.problem);
    return false;
  }
  tellDone(text("sessionEnding", { point }));
  return true;
}
