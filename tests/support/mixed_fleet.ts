/**
 * Facts of fleet cards for arbitrary sets of commits: drawn from few purchases, cards and instants so that expenses meet
 * their confirmations and covers, and results their deliveries; some of them wrong on purpose.
 *
 * @module
 */
import {
  captureId,
  confirmationId,
  coverId,
  expenseId,
  type FactId,
  logFactId,
  type LogId,
  resultId,
  RIGHTS_AMOUNT_MAX,
  type SpaceId,
} from "../../crdt/mod.ts";

/** Kinds of drafts that stand for facts of fleet cards. */
export const FLEET_KIND_FIRST = 150;
/** The last of them. */
export const FLEET_KIND_LAST = 163;
/** The kinds that stand in a site's space. */
const RESULT_KINDS: readonly number[] = [161, 162, 163];

/** What a fact of fleet cards is made of. */
export interface FleetDraft {
  /** From `FLEET_KIND_FIRST` to `FLEET_KIND_LAST`. */
  readonly kind: number;
  /** The fact's id, and the purchase's. */
  readonly id: FactId;
  /** A purchase that it names. */
  readonly other: FactId;
  /** One of two cards. */
  readonly card: string;
  /** 0 to 3, or huge. */
  readonly amount: number;
  /** One of two forms. */
  readonly flag: boolean;
  /** Microseconds since 1970. */
  readonly at: number;
  /** The log that holds it. */
  readonly log: LogId;
}

const DATES = ["2026-01-31", "2026-02-01"];
const REASONS = [
  "limit_insufficient",
  "replay_suspected",
  "rights_unreachable",
];

function expenseOf(draft: FleetDraft, company: string): object {
  const { kind, id, card, amount, flag, at } = draft;
  const refused = kind === 153;
  return {
    type: "ExpenseDecided",
    id: expenseId(id),
    at: at + amount % 3,
    purchase: id,
    company,
    card,
    amount: kind === 154 && amount > 3 ? amount : amount % 4,
    currency: "ARS",
    exponent: 0,
    date: DATES[amount % 2],
    place: flag ? { site: "CUS", pump: amount % 3 } : {},
    ...(kind === 155 || flag
      ? {
        route: {
          pumpAddress: "127.0.0.1:13050",
          station: "5",
          regional: amount === 2 ? "" : "3",
        },
      }
      : {}),
    source: amount === 1 ? "import" : "card",
    accepted: !refused,
    ...(refused ? { reason: REASONS[amount % 3] } : {}),
    ...(flag ? { suspect: true } : {}),
    ...(kind === 154 ? { floor: true } : {}),
    ...(amount === 3 ? { liters: 1, held: true } : {}),
  };
}

/** A fact that stands in a company's space. */
function companyFactOf(draft: FleetDraft, company: string): object {
  const { kind, id, other, card, amount, flag, at, log } = draft;
  const made = { id: logFactId(log, id), at };
  const rights = amount > 3 ? RIGHTS_AMOUNT_MAX : 1 + amount;
  switch (kind) {
    case 150:
      return {
        type: "CardRegistered",
        id,
        at,
        company,
        card,
        limit: amount,
        ...(flag ? { automatic: true } : {}),
      };
    case 151:
    case 152:
      return {
        ...made,
        type: "RightsIssued",
        bound: kind === 151
          ? `card:${company}/${card}${amount === 2 ? "/2026-01" : ""}`
          : `${amount === 2 ? "floor" : "account"}:${company}`,
        amount: flag ? rights : -rights,
      };
    case 156:
      return {
        type: "VerdictConfirmed",
        id: confirmationId(amount === 3 ? id : other),
        at,
        purchase: other,
        company,
      };
    case 157:
    case 158:
      return {
        type: "FloorCovered",
        id: coverId(other),
        at,
        purchase: other,
        company,
        amount: kind === 157 ? 1 : amount,
      };
    case 159:
      return {
        type: "FleetSettled",
        id,
        at,
        company,
        month: DATES[amount % 2]?.slice(0, 7),
        covers: flag ? [] : [{ log, seq: amount % 4 }],
        count: amount,
        amount: flag ? -amount : amount,
        floorSettled: 0,
        currency: "ARS",
        exponent: 0,
      };
    case 160:
      return {
        type: "DirectoryChanged",
        id,
        at,
        space: `company:${company}`,
        subject: flag ? `company/${company}` : "company/9",
        field: "name",
        value: `${amount}`,
        over: [other],
      };
    default:
      return expenseOf(draft, company);
  }
}

/** A fact that stands in a site's space. */
function resultFactOf(draft: FleetDraft, site: string): object {
  const { kind, id, other, card, amount, flag, at, log } = draft;
  const bound = `result:${site}/${kind === 161 ? id : other}`;
  switch (kind) {
    case 161:
      return {
        type: "CardResultKept",
        id: resultId(id),
        at: at + amount % 2,
        site,
        purchase: id,
        company: amount === 1 ? "2" : "1",
        card,
        success: flag,
      };
    case 162:
      return {
        type: "RightsIssued",
        id: logFactId(log, id),
        at,
        bound,
        amount: 1,
      };
    default:
      return {
        type: "SpendCaptured",
        id: captureId(id),
        at,
        purchase: id,
        bounds: [bound],
        amount: amount % 2,
      };
  }
}

/**
 * A fact of fleet cards.
 *
 * @param draft What it is made of.
 * @param space The space of the log that holds it.
 * @returns A fact, or something that looks like one.
 */
export function fleetFactOf(draft: FleetDraft, space: SpaceId): unknown {
  const [kind, name = ""] = space.split(":");
  if (kind === "site") {
    const [first = 0] = RESULT_KINDS;
    const of = RESULT_KINDS.includes(draft.kind)
      ? draft.kind
      : first + draft.kind % RESULT_KINDS.length;
    return resultFactOf({ ...draft, kind: of }, name);
  }
  return companyFactOf(draft, kind === "company" ? name : "1");
}
