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
import {
  acceptGrants,
  acceptToPay,
  freeRights,
  rightsFor,
} from "./use_cases/rights.ts";

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
  /** True to grant what is asked for or nothing, but more if that makes the next request unlikely. */
  readonly whole?: boolean;
  /** False to grant no more than is asked for. */
  readonly spare?: boolean;
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
  const { bound, amount, to, request, exact, whole, spare = true } = wanted;
  const space = spaceOfBound(bound);
  const log = replica.register.own(space);
  if (log === undefined || log.name === to) {
    return refuse("rights_insufficient", "this node has no log there");
  }
  const id = logFactId(log.name, request);
  const known = context.rows.get(FACTS, [idBytes(id), log.number]);
  if (known !== undefined) return ok({ seq: Number(known["seq"]), fact: id });
  const { register } = replica;
  if (exact !== true && whole !== true) {
    acceptToPay(context, register, { log, bound, to, amount });
  }
  const { free, accepting } = exact === true
    ? { free: freeRights(context.rows, bound, log), accepting: false }
    : rightsFor(context.rows, register, { log, bound, amount });
  const given = exact === true
    ? amount
    : Math.min(free, Math.max(amount, shareOf(bound, free, spare)));
  if (given <= 0 || given > free || (whole === true && given < amount)) {
    return refuse("rights_insufficient", "this node has too few itself", {
      bound,
      free,
    });
  }
  if (accepting) acceptGrants(context, register, { log, bound });
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
function shareOf(bound: BoundName, free: number, spare: boolean): number {
  if (/^(card|result):/.test(bound)) return free;
  return spare ? Math.floor(free / 2) : 0;
}
