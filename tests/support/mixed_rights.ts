/**
 * Facts about rights for mixed commits, drawn from few bounds, ids and logs so that grants meet their acceptances, and
 * returns what they give back.
 *
 * @module
 */
import {
  captureId,
  type FactId,
  fixedFactId,
  logFactId,
  type LogId,
  type ProductId,
  RIGHTS_AMOUNT_MAX,
  rightsOfSale,
  type SaleRecorded,
  type SiteCode,
  standInId,
  stockBound,
} from "../../crdt/mod.ts";

/** What a fact about rights is made of. */
export interface RightsDraft {
  /** Which kind, from `RIGHTS_KIND_FIRST` on. */
  readonly kind: number;
  /** The fact's own id. */
  readonly id: FactId;
  /** When it happened. */
  readonly at: number;
  /** The site of its space. */
  readonly site: string;
  /** The product. */
  readonly product: string;
  /** 0 or more. */
  readonly amount: number;
  /** Any choice. */
  readonly flag: boolean;
  /** The log that holds it. */
  readonly log: LogId;
  /** The logs that give and take. */
  readonly peers: readonly LogId[];
}

/** The first kind of a fact about rights. */
export const RIGHTS_KIND_FIRST = 15;
/** The last kind of a fact about rights. */
export const RIGHTS_KIND_LAST = 24;
/** The kind of a strict sale. */
export const STRICT_SALE = 15;
/** The kind of a grant. */
export const GRANT = 18;
/** The kind of an acceptance. */
export const ACCEPTANCE = 19;
/** The first kind of a hold and what ends it. */
export const HOLD_FIRST = 21;
/** The last kind of a hold and what ends it. */
export const HOLD_LAST = 23;
/** The change to `strict` that all know. */
export const OPENED: FactId = fixedFactId(["mixed", "opened"]);

function boundName({ site, product }: RightsDraft): string {
  return stockBound(site as SiteCode, product as ProductId, OPENED);
}

/** Amounts stay above zero, and the greatest is the greatest there is. */
function above0({ amount }: RightsDraft): number {
  return amount > 3 ? RIGHTS_AMOUNT_MAX : amount + 1;
}

/** A strict sale of a draft. */
export function strictSale(sale: Readonly<Record<string, unknown>>): unknown {
  const lines = sale["lines"] as readonly object[];
  return { ...sale, lines: lines.map((line) => ({ ...line, bound: OPENED })) };
}

/**
 * Makes a fact about rights.
 *
 * @param draft The fact itself.
 * @param named What it names: a grant for an acceptance, a purchase for what ends a hold.
 * @param sale A strict sale, for what is given back.
 * @returns The fact.
 */
export function rightsFactOf(
  draft: RightsDraft,
  named: RightsDraft,
  sale: unknown,
): unknown {
  const { kind, id, at, site, product, flag, log, peers } = draft;
  const amount = above0(draft);
  const bound = boundName(draft);
  const tank = `tank:${site}/1`;
  const receiver = peers[draft.amount === 3 ? 0 : peers.length - 1];
  const giver = peers[flag ? 0 : 1] as LogId;
  const base = { id, at };
  const made = { id: logFactId(log, id), at };
  const stock = { ...made, site, date: "2026-01-01" };
  switch (kind) {
    case 16:
      return {
        ...stock,
        type: "StockReceived",
        lines: [{ product, quantity: amount, bound: OPENED }],
      };
    case 17:
      return {
        ...stock,
        type: "StockCounted",
        product,
        counted: draft.amount,
        difference: 0,
        bound: OPENED,
        rights: flag ? amount : -amount,
        ...(flag ? { opens: true } : {}),
      };
    case GRANT:
      return {
        ...(flag || draft.amount !== 3 ? made : base),
        type: "RightsGranted",
        bound,
        amount,
        to: receiver,
        request: id,
      };
    case ACCEPTANCE:
      return {
        ...base,
        type: "RightsAccepted",
        bound: boundName(named),
        amount: above0(named),
        grant: logFactId(giver, named.id),
      };
    case 20:
      return returnOf(base, sale);
    case 21:
      return {
        ...base,
        type: "HoldPlaced",
        bounds: [tank, bound],
        amount,
        expiresAt: at + draft.amount % 7,
      };
    case 22:
      if (draft.amount === 2) return standInOf(draft, named, tank);
      return {
        id: captureId(named.id),
        at,
        type: "SpendCaptured",
        purchase: named.id,
        bounds: [tank],
        amount,
        ...(flag ? { observed: 1 } : {}),
      };
    case 23:
      return {
        ...base,
        type: "HoldReleased",
        purchase: named.id,
        reason: flag ? "caller" : "expired",
      };
    default:
      return {
        ...made,
        type: "RightsIssued",
        bound: tank,
        amount: flag ? amount : -amount,
      };
  }
}

/** A charge in the place of another's, which is here as well in some commits. */
function standInOf(
  { at, flag }: RightsDraft,
  named: RightsDraft,
  tank: string,
): unknown {
  const purchase = standInId("floor", named.id);
  return {
    id: captureId(purchase),
    at,
    type: "SpendCaptured",
    purchase,
    bounds: [tank],
    amount: 1,
    insteadOf: { purchase: named.id, bounds: [tank], amount: flag ? 1 : 2 },
  };
}

function returnOf(base: object, sale: unknown): unknown {
  const sold = sale as SaleRecorded;
  const rights = rightsOfSale(sold);
  return {
    ...base,
    type: "RightsReturned",
    of: sold.id,
    rights: rights.length > 0 ? rights : [{ bound: "tank:CUS/1", amount: 1 }],
  };
}
