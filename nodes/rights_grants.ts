/**
 * Granting rights of this node's log to another log: how many, and the run of commits that shows it.
 *
 * @module
 */
import {
  type BoundName,
  type FactId,
  FACTS,
  idBytes,
  logFactId,
  type LogId,
  ok,
  spaceOfBound,
} from "../crdt/mod.ts";
import type { DecisionContext, Replica } from "./replica.ts";
import { refuse } from "./use_cases/context.ts";
import { acceptGrants, acceptToPay, freeRights } from "./use_cases/rights.ts";

/** What is to be granted. */
export interface WantedGrant {
  /** The bound. */
  readonly bound: BoundName;
  /** How many are asked for, above 0. */
  readonly amount: number;
  /** The receiving log. */
  readonly to: LogId;
  /** The request. */
  readonly request: FactId;
  /** True to grant that amount or nothing; otherwise what makes the next request unlikely. */
  readonly exact?: boolean;
  /** True to take over first what was granted to this node, where it has too few. */
  readonly accepting?: boolean;
}

/**
 * Grants rights of this node's log to another: as many as are asked for, or what there is; and of what is left half, so
 * that the next sale there needs no request. A card's rights go where it buys.
 *
 * @param context The decision.
 * @param replica The replica.
 * @param wanted What is asked for.
 * @returns The seq of the commit that holds the grant, the same for a repeated request; or why there is none.
 */
export function grantRights(
  context: DecisionContext,
  replica: Replica,
  wanted: WantedGrant,
) {
  const { bound, amount, to, request, exact, accepting } = wanted;
  const space = spaceOfBound(bound);
  const log = replica.register.own(space);
  if (log === undefined || log.name === to) {
    return refuse("rights_insufficient", "this node has no log there");
  }
  const id = logFactId(log.name, request);
  const known = context.rows.get(FACTS, [idBytes(id), log.number]);
  if (known !== undefined) return ok({ seq: Number(known["seq"]), fact: id });
  if (exact !== true) {
    const asked = { log, bound, to, amount };
    acceptToPay(context, replica.register, asked);
  }
  if (accepting === true && freeRights(context.rows, bound, log) < amount) {
    acceptGrants(context, replica.register, { log, bound });
  }
  const free = freeRights(context.rows, bound, log);
  const given = exact === true
    ? amount
    : Math.min(free, Math.max(amount, shareOf(bound, free)));
  if (given <= 0 || given > free) {
    return refuse("rights_insufficient", "this node has too few itself", {
      bound,
      free,
    });
  }
  const placed = context.record(space, {
    type: "RightsGranted",
    id,
    at: context.at,
    bound,
    amount: given,
    to,
    request,
  });
  return ok({ seq: placed.seq, fact: id });
}

/** How much of its free rights a log gives to who asks, beyond what is asked: a card's and a result's go as a whole. */
function shareOf(bound: BoundName, free: number): number {
  return /^(card|result):/.test(bound) ? free : Math.floor(free / 2);
}
