/**
 * Sessions that nodes of a cut site made for one connector or one driver: which is kept, and how the others end (11.5).
 *
 * @module
 */
import {
  chargingSession,
  displacedBy,
  type FactId,
  type OpenSession,
  openSessionsAt,
  type Reader,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import type { ChargingContext } from "./charging_context.ts";
import { figuresOf, recordEnd } from "./session_ends.ts";

/** Sessions that share a connector or a driver with another one. */
export function doubles(open: readonly OpenSession[]): OpenSession[] {
  const counts = new Map<string, number>();
  const keysOf = ({ point, connector, driver }: OpenSession) => [
    `${point}#${connector}`,
    ...(driver === null ? [] : [`#${driver}`]),
  ];
  for (const key of open.flatMap(keysOf)) {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return open.filter((one) =>
    keysOf(one).some((key) => (counts.get(key) ?? 0) > 1)
  );
}

/** An open session with what orders it. */
export function openOf(rows: Reader, id: FactId): OpenSession | undefined {
  const session = chargingSession(rows, id);
  return session === undefined || session.status === "ended"
    ? undefined
    : openSessionsAt(rows, session, session.connector)
      .find((one) => one.id === id);
}

/**
 * Closes a session in whose place another one is kept, if that is still so.
 *
 * @param decision The decision.
 * @param use The node, which decides about the session's point.
 * @param id The session.
 */
export function displaceOne(
  decision: DecisionContext,
  use: ChargingContext,
  id: FactId,
): void {
  const { rows } = decision;
  const open = openOf(rows, id);
  const by = open === undefined ? undefined : displacedBy(rows, open);
  const session = chargingSession(rows, id);
  if (by === undefined || session === undefined) return;
  const kept = chargingSession(rows, by.id);
  // A program of the point's driver drops its charge with the other's end: it is told of it again.
  const isTold = kept?.informed !== undefined && kept.point === session.point;
  recordEnd(decision, use, session, {
    outcome: "displaced",
    ...figuresOf(use, session),
    ...(isTold
      ? { kept: { session: by.id, point: by.point, driver: by.driver } }
      : {}),
  });
}
