/**
 * Spending from accounts, cards and limits: hold, capture, release, and the issuer's deposits and limits. Each decision
 * is checked against this node's own rights and recorded in one commit; one purchase is charged once, whatever is
 * retried.
 *
 * @module
 */
import {
  type BoundName,
  BOUNDS_MAX,
  boundsOfHold,
  captureId,
  type FactId,
  type FactOf,
  FACTS,
  type HoldPlaced,
  HOLDS,
  idBytes,
  logFactId,
  mayIssue,
  ok,
  type Reader,
  type Result,
  type Row,
  spaceOfBound,
} from "../../crdt/mod.ts";
import type { LogEntry } from "../log_register.ts";
import type { DecisionContext, Replica } from "../replica.ts";
import type { Refusal, SpendView, UseCases } from "../use_cases.ts";
import {
  decideExactly,
  findLogRepeat,
  findRepeat,
  refuse,
  refuseReuse,
  type UseCaseContext,
} from "./context.ts";
import {
  acceptGrants,
  freeRights,
  noteFree,
  openRightsLog,
  rightsFor,
  withRights,
} from "./rights.ts";

type Spending = Pick<
  UseCases,
  "authorizeSpend" | "captureSpend" | "releaseSpend" | "issueRights" | "spend"
>;

/** Makes the use-cases about spending. */
export function createSpendUseCases(use: UseCaseContext): Spending {
  const { replica, askRights } = use;
  return {
    async authorizeSpend(input) {
      const [first] = input.bounds;
      const spaces = new Set(input.bounds.map(spaceOfBound));
      const isRepeating = new Set(input.bounds).size < input.bounds.length;
      if (
        first === undefined || spaces.size !== 1 || isRepeating ||
        input.bounds.length > BOUNDS_MAX
      ) {
        return refuse(
          "invalid_argument",
          `Cannot hold: name at most ${BOUNDS_MAX} bounds of one company or site, each once`,
        );
      }
      await openRightsLog(replica, spaceOfBound(first));
      return await withRights(
        () => decideExactly(replica, (context) => hold(context, use, input)),
        askRights,
        input.bounds.length,
      );
    },
    captureSpend: (input) =>
      decideExactly(replica, (context) => capture(context, use, input)),
    releaseSpend: ({ id }) =>
      decideExactly(replica, (context) => release(context, replica, id)),
    async issueRights(input) {
      await openRightsLog(replica, spaceOfBound(input.bound));
      return await withRights(
        () => decideExactly(replica, (context) => issue(context, use, input)),
        askRights,
        1,
      );
    },
    spend: (id) => findSpend(replica.reader, replica, id)?.view,
  };
}

/**
 * Refuses where some bounds have too little for all that is wanted of them; tells which grants must be accepted. The
 * refusal speaks of the first and names all, so that all can be asked for at once.
 */
function checkFree(
  context: DecisionContext,
  replica: Replica,
  wanted: {
    readonly bounds: readonly BoundName[];
    readonly amount: number;
    readonly log: LogEntry | undefined;
  },
): Result<readonly BoundName[], Refusal> {
  const { bounds, amount, log } = wanted;
  const accepting: BoundName[] = [];
  const lacking: { readonly bound: BoundName; readonly free: number }[] = [];
  for (const bound of bounds) {
    const found = rightsFor(context.rows, replica.register, {
      log,
      bound,
      amount,
    });
    const { free } = found;
    if (found.accepting) accepting.push(bound);
    if (free < amount) lacking.push({ bound, free });
  }
  const [first] = lacking;
  if (first === undefined) return ok(accepting);
  const { bound, free } = first;
  return refuse(
    "rights_insufficient",
    `This node may take ${Math.max(0, free)} of ${bound}, ${amount} are wanted`,
    {
      bound,
      free,
      wanted: amount,
      lacking: lacking.map((one) => one.bound).join(" "),
    },
  );
}

function accept(
  context: DecisionContext,
  replica: Replica,
  { log, bounds }: {
    readonly log: LogEntry | undefined;
    readonly bounds: readonly BoundName[];
  },
): void {
  if (log === undefined) return;
  for (const bound of bounds) {
    acceptGrants(context, replica.register, { log, bound });
  }
}

function hold(
  context: DecisionContext,
  { replica, invariants }: UseCaseContext,
  input: Parameters<UseCases["authorizeSpend"]>[0],
): Result<{ spend: SpendView; repeated: boolean }, Refusal> {
  const { bounds, amount, expiresInMs } = input;
  const space = spaceOfBound(bounds[0] as BoundName);
  const fact: HoldPlaced = {
    type: "HoldPlaced",
    id: input.id ?? context.newId(),
    at: context.at,
    bounds,
    amount,
    expiresAt: context.at + expiresInMs * 1000,
  };
  const repeat = input.id === undefined
    ? undefined
    : findRepeat(context, space, fact);
  if (repeat === "other") return refuseReuse(fact.id);
  if (repeat !== undefined) {
    const known = findSpend(context.rows, replica, fact.id)?.view;
    // A hold at another peer is nothing that this one could charge.
    if (known !== undefined) return ok({ spend: known, repeated: true });
  }
  const log = replica.register.own(space);
  const checked = checkFree(context, replica, { bounds, amount, log });
  if (!checked.ok) return checked;
  accept(context, replica, { log, bounds: checked.value });
  const { logNumber } = context.record(space, fact);
  for (const bound of bounds) {
    noteFree(context, invariants, { bound, log: logNumber });
  }
  return ok({ spend: viewOf(fact, []), repeated: false });
}

interface FoundSpend {
  readonly hold: HoldPlaced;
  readonly log: LogEntry;
  readonly view: SpendView;
}

/**
 * A purchase that this node holds or held rights for: in the log that it writes, or in one that it has closed. Only the
 * holder may end a hold; what a closed log held is charged in the one after it.
 */
function findSpend(
  reader: Reader,
  replica: Replica,
  id: FactId,
): FoundSpend | undefined {
  const purchase = idBytes(id);
  const isOwn = ({ log }: Row) =>
    replica.register.byNumber(Number(log))?.own === true;
  const placed = reader.scan(FACTS, { prefix: [purchase] })
    .toSorted((a, b) => Number(isOwn(b)) - Number(isOwn(a)));
  for (const { log: number, at } of placed) {
    const log = replica.register.byNumber(Number(number));
    if (log === undefined) continue;
    const logs = replica.ownLogs(log.space);
    if (!logs.some(({ number }) => number === log.number)) continue;
    const rows = reader.scan(HOLDS, { prefix: [log.number, purchase] });
    const [hold] = rows;
    if (hold === undefined || hold["kind"] !== 0) continue;
    const fact: HoldPlaced = {
      type: "HoldPlaced",
      id,
      at: Number(at),
      bounds: boundsOfHold(hold),
      amount: Number(hold["amount"]),
      expiresAt: Number(hold["expires"]),
    };
    const others = logs.filter(({ number }) => number !== log.number)
      .flatMap(({ number }) => endingsOf(reader, number, purchase));
    return { hold: fact, log, view: viewOf(fact, [...rows, ...others]) };
  }
  return undefined;
}

/** What another log of this node did to a purchase; a release there of a hold of its own is none of it. */
function endingsOf(reader: Reader, log: number, purchase: Uint8Array): Row[] {
  const rows = reader.scan(HOLDS, { prefix: [log, purchase] });
  const holds = rows.some((row) => row["kind"] === 0);
  return rows.filter((row) => row["kind"] === 1 || !holds);
}

function viewOf(fact: HoldPlaced, rows: readonly Row[]): SpendView {
  const captured = rows.find((row) => row["kind"] === 1);
  const released = rows.some((row) => row["kind"] === 2);
  return {
    id: fact.id,
    bounds: fact.bounds,
    amount: fact.amount,
    expiresAt: fact.expiresAt,
    captured: captured === undefined ? null : Number(captured["amount"]),
    state: captured !== undefined ? "captured" : released ? "released" : "held",
  };
}

function unknownSpend(id: FactId) {
  return refuse("spend_unknown", `This node holds nothing for purchase ${id}`);
}

/**
 * Charges what this node held for a purchase.
 *
 * @param context The decision.
 * @param use The node.
 * @param spent The purchase and what it cost.
 * @returns The purchase as it is then, and whether it was charged before.
 */
export function capture(
  context: DecisionContext,
  { replica }: Pick<UseCaseContext, "replica">,
  { id, amount }: { readonly id: FactId; readonly amount: number },
): Result<{ spend: SpendView; repeated: boolean }, Refusal> {
  const found = findSpend(context.rows, replica, id);
  if (found === undefined) return unknownSpend(id);
  const { hold, log, view } = found;
  if (view.state === "captured") {
    return view.captured === amount
      ? ok({ spend: view, repeated: true })
      : refuseReuse(id);
  }
  // What is not covered has happened all the same: it is recorded, and the log owes.
  const own = replica.register.own(log.space);
  const covered = view.state === "held" && log.own ? hold.amount : Math.max(
    0,
    Math.min(
      ...hold.bounds.map((bound) => freeRights(context.rows, bound, own)),
    ),
  );
  const observed = Math.max(0, amount - covered);
  const fact: FactOf<"SpendCaptured"> = {
    type: "SpendCaptured",
    id: captureId(id),
    at: context.at,
    purchase: id,
    bounds: hold.bounds,
    amount,
    ...(observed > 0 ? { observed } : {}),
  };
  context.record(log.space, fact);
  return ok({
    spend: { ...view, captured: amount, state: "captured" },
    repeated: false,
  });
}

/**
 * Lets go of what this node held for a purchase.
 *
 * @param context The decision.
 * @param replica The replica.
 * @param id The purchase.
 * @returns The purchase as it is then, and whether it was let go before.
 */
export function release(
  context: DecisionContext,
  replica: Replica,
  id: FactId,
): Result<{ spend: SpendView; repeated: boolean }, Refusal> {
  const found = findSpend(context.rows, replica, id);
  if (found === undefined) return unknownSpend(id);
  const { log, view } = found;
  if (view.state === "released") return ok({ spend: view, repeated: true });
  if (view.state === "captured") {
    return refuse(
      "spend_captured",
      `Cannot release purchase ${id}: it was charged`,
    );
  }
  context.record(log.space, {
    type: "HoldReleased",
    id: context.newId(),
    at: context.at,
    purchase: id,
    reason: "caller",
  });
  return ok({ spend: { ...view, state: "released" }, repeated: false });
}

function issue(
  context: DecisionContext,
  { replica }: UseCaseContext,
  input: Parameters<UseCases["issueRights"]>[0],
): Result<{ fact: FactId; repeated: boolean }, Refusal> {
  const { bound, amount, note } = input;
  if (bound.startsWith("stock:")) {
    return refuse(
      "invalid_argument",
      "Rights of stock are made by deliveries and counts",
    );
  }
  const space = spaceOfBound(bound);
  const log = replica.register.own(space);
  const { name } = log ?? context.log(space);
  const sent: FactOf<"RightsIssued"> = {
    type: "RightsIssued",
    id: input.id ?? context.newId(),
    at: context.at,
    bound,
    amount,
    ...(note === undefined ? {} : { note }),
  };
  const fact = { ...sent, id: logFactId(name, sent.id) };
  const repeat = input.id === undefined
    ? undefined
    : findLogRepeat(context, replica, { space, fact: sent, log: name });
  if (repeat === "other") return refuseReuse(fact.id);
  if (repeat !== undefined) {
    return ok({ fact: repeat.fact.id, repeated: true });
  }
  if (!mayIssue(context.rows, space, name)) {
    return refuse(
      "forbidden",
      `Another member makes the rights of ${space}: let it do this, or name this one with mesh issuer`,
    );
  }
  if (amount < 0) {
    const wanted = { bounds: [bound], amount: -amount, log };
    const checked = checkFree(context, replica, wanted);
    if (!checked.ok) return checked;
    accept(context, replica, { log, bounds: checked.value });
  }
  context.record(space, fact);
  return ok({ fact: fact.id, repeated: false });
}
