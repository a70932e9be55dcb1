/**
 * Answering who asks for rights: by this node's own, or by what it gets of others for who cannot ask them itself.
 *
 * @module
 */
import {
  allows,
  type BoundName,
  type Clock,
  equalBytes,
  type LogId,
  logIdOf,
  parseBoundName,
  type Result,
  type SpaceId,
  spaceOfBound,
  statedOf,
  trunkOf,
} from "../crdt/mod.ts";
import type { Message } from "../net/mod.ts";
import {
  RIGHTS_ANSWERING_MAX,
  RIGHTS_ASK_MS,
  RIGHTS_HOP_MS,
} from "./limits.ts";
import type { LogEntry } from "./log_register.ts";
import type { PeerSession } from "./peer_session.ts";
import type { Logger } from "./ports.ts";
import type { Replica } from "./replica.ts";
import { openingOf } from "./rights_apart.ts";
import { grantRights, type WantedGrant } from "./rights_grants.ts";
import { readRun } from "./run_reader.ts";
import type { Refusal } from "./use_cases.ts";
import { decideExactly, refuse } from "./use_cases/context.ts";

/** A request for rights. */
export type RightsAsk = Extract<Message, { kind: "rightsAsk" }>;
/** An answer to one. */
export type RightsAnswer = Extract<Message, { kind: "rightsAnswer" }>;

/** What is asked of others for somebody else. */
export interface PassedNeed {
  /** The bound. */
  readonly bound: BoundName;
  /** How many this node must have then. */
  readonly free: number;
  /** How long it may take, in milliseconds. */
  readonly waitMs: number;
  /** Who asked. */
  readonly asker: PeerSession;
  /** True where the asker reads the space: it has asked all others that do. */
  readonly onlyApart: boolean;
}

/** What a giver works with. */
export interface RightsGiverParts {
  /** The replica. */
  readonly replica: Replica;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** What this node's log may spend, all that was granted to it included. */
  readonly reachable: (bound: BoundName) => number;
  /** Asks other peers. */
  readonly pass: (need: PassedNeed) => Promise<unknown>;
  /** Makes what this node has to make before it can give of a card. */
  readonly prepare?: PrepareRights | undefined;
  /** Whether this node knows that nobody has so much of a bound. */
  readonly isShort?: IsShort | undefined;
}

/** Whether a node knows that there is less of a bound in all logs but the asker's than is asked for. */
export type IsShort = (
  bound: BoundName,
  wanted: { readonly amount: number; readonly asker: LogId },
) => boolean;

/** What a giver says where it knows that nobody has as much as is asked for. */
export const RIGHTS_SHORT = "there is not so much altogether";

/** Makes what a node has to make before it can give of a bound: an issuer a card that nobody has registered. */
export type PrepareRights = (
  bound: BoundName,
  amount: number,
) => Promise<void>;

/** What is asked for, and until when somebody waits for it, in monotonic milliseconds. */
interface Asked {
  readonly bound: BoundName;
  readonly ask: RightsAsk;
  readonly until: number;
}

/** What became of a request. */
interface Given {
  readonly granted: Result<{ readonly seq: number }, Refusal>;
  /** True where it is known that nobody has as much as is asked for. */
  readonly isShort: boolean;
}

/** Most times that others are asked for one request: somebody else may have been given what came. */
const PASSED_MAX = 3;

/** Answers peers' requests. */
export interface RightsGiver {
  /** Answers one. */
  asked(session: PeerSession, ask: RightsAsk): Promise<void>;
}

/**
 * Makes the giver of a node.
 *
 * @param parts What it works with.
 * @returns The giver.
 */
export function createRightsGiver(parts: RightsGiverParts): RightsGiver {
  const { replica, clock, logger } = parts;
  const answering = new Set<RightsAsk>();
  const isAlone = (bound: BoundName) =>
    [...answering].filter((ask) => ask.bound === bound).length === 1;

  /** Gets what is missing, while the asker waits; true if it is there then. */
  const getMissing = async (
    session: PeerSession,
    { bound, ask, until }: Asked,
  ) => {
    const isShort = () => parts.reachable(bound) < ask.amount;
    const waitMs = until - clock.monotonic() - RIGHTS_HOP_MS;
    if (!isShort()) return true;
    if (waitMs <= 0) return false;
    await parts.pass({
      bound,
      free: ask.amount,
      waitMs,
      asker: session,
      onlyApart: session.reads(spaceOfBound(bound)),
    });
    return !isShort();
  };

  /** Grants what is asked for, if need be of what others gave for it; what there is if that is less. */
  const giveTo = async (
    session: PeerSession,
    { bound, ask, until }: Asked,
  ): Promise<Given> => {
    const { amount, log: to, id: request } = ask;
    const grant = (how: Pick<WantedGrant, "whole" | "spare">) =>
      decideExactly(
        replica,
        (context) =>
          clock.monotonic() > until
            ? refuse("rights_insufficient", "the request is too old")
            : grantRights(context, replica, {
              ...{ bound, amount, to, request },
              ...how,
            }),
      );
    const isUnprepared = bound.startsWith("card:") &&
      parts.reachable(bound) < amount;
    // What is made is granted in the same commit.
    let [, granted] = await Promise.all([
      isUnprepared ? parts.prepare?.(bound, amount) : undefined,
      grant({ whole: true }),
    ]);
    for (let passed = 0; !granted.ok && passed < PASSED_MAX; passed++) {
      if (!await getMissing(session, { bound, ask, until })) break;
      // Others may have asked for what has come, each for its own.
      granted = await grant({ whole: true, spare: isAlone(bound) });
    }
    if (granted.ok) return { granted, isShort: false };
    const isShort = parts.isShort?.(bound, { amount, asker: to }) === true;
    return { granted: await grant({ spare: isAlone(bound) }), isShort };
  };

  const answer = async (session: PeerSession, ask: RightsAsk) => {
    const bound = parseBoundName(ask.bound);
    if (bound === undefined) return refuseAsk(session, ask, "unknown bound");
    const space = spaceOfBound(bound);
    const problem = problemOf(replica, session, { space, ask });
    if (problem !== undefined) return refuseAsk(session, ask, problem);
    const until = clock.monotonic() + Math.min(ask.waitMs, RIGHTS_ASK_MS);
    const { granted, isShort } = await giveTo(session, { bound, ask, until });
    if (!granted.ok) {
      const reason = isShort ? RIGHTS_SHORT : granted.error.message;
      return refuseAsk(session, ask, reason);
    }
    const entry = replica.register.own(space);
    const sent = entry === undefined
      ? undefined
      : answerOf(replica, entry, { id: ask.id, seq: granted.value.seq });
    if (sent === undefined) return refuseAsk(session, ask, "it is on its way");
    session.send(isShort ? { ...sent, reason: RIGHTS_SHORT } : sent);
  };

  return {
    async asked(session, ask) {
      if (answering.size >= RIGHTS_ANSWERING_MAX) {
        return refuseAsk(session, ask, "this node is busy");
      }
      answering.add(ask);
      try {
        await answer(session, ask);
      } catch (error) {
        logger.log("warn", "Rights could not be granted", {
          peer: session.link.peer,
          error: String(error),
        });
        refuseAsk(session, ask, "this node could not decide");
      } finally {
        answering.delete(ask);
      }
    },
  };
}

/**
 * The answer that brings a grant.
 *
 * @param replica The replica.
 * @param entry The giving log.
 * @param grant The request, or for who did not ask the grant itself, and the seq of the commit that holds it.
 * @returns The answer; undefined where the commit is no longer here.
 */
export function answerOf(
  replica: Replica,
  entry: LogEntry,
  { id, seq }: { readonly id: RightsAnswer["id"]; readonly seq: number },
): RightsAnswer | undefined {
  const run = readRun(replica, entry, seq);
  if (run === undefined) return undefined;
  const { log, bodies, head } = run;
  const opening = openingOf(replica, entry);
  return {
    kind: "rightsAnswer",
    id,
    reason: "",
    run: { log, bodies, head },
    ...(opening === undefined ? {} : { opening }),
  };
}

/** Why a peer gets nothing, whatever there is. */
function problemOf(
  { register, reader }: Replica,
  { member }: PeerSession,
  { space, ask }: { readonly space: SpaceId; readonly ask: RightsAsk },
): string | undefined {
  if (member === undefined || !allows(member.certificate, space, "spend")) {
    return "your certificate does not allow you to spend there";
  }
  const { publicKey } = member;
  const entry = register.byName(ask.log);
  if (entry === undefined) {
    const { epoch } = ask;
    const named = epoch && logIdOf(space, { publicKey, epoch });
    if (named !== ask.log) return "the receiving log is not known here";
    return statedHead(reader, ask.log) > 0
      ? "the receiving log has ended"
      : undefined;
  }
  if (entry.space !== space) return "the receiving log is not known here";
  if (register.isEnded(entry)) return "the receiving log has ended";
  return equalBytes(entry.publicKey, publicKey)
    ? undefined
    : "the receiving log is another's";
}

function statedHead(reader: Replica["reader"], log: LogId): number {
  return Number(statedOf(reader, trunkOf(log))?.["head"] ?? 0);
}

function refuseAsk(session: PeerSession, ask: RightsAsk, reason: string): void {
  session.send({
    kind: "rightsAnswer",
    id: ask.id,
    reason: reason.slice(0, 200),
    run: null,
  });
}
