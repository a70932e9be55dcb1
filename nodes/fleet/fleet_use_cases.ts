/**
 * What a node offers about fleet cards: companies with an account, cards with a limit, purchases that take from both,
 * and what became of them. Amounts are whole units of the company's currency (ARS, exponent 0, unless it says another).
 *
 * @module
 */
import type {
  Actor,
  CardId,
  CompanyId,
  FactId,
  LogId,
  Result,
  SiteCode,
} from "../../crdt/mod.ts";
import type { Page, PageQuery, Refusal } from "../answers.ts";

export type { CardId, CompanyId } from "../../crdt/mod.ts";

/** Where a purchase was made, as far as its teller said. */
export interface PurchasePlace {
  /** The site in the mesh; null for a station that is no member. */
  readonly site: SiteCode | null;
  /** 0 to 15; null if it is not known. */
  readonly province: number | null;
  /** 0 to 99; null if it is not known. */
  readonly station: number | null;
  /** The pump's index, 0 to 9; null if it is not known. */
  readonly pump: number | null;
}

/** Texts of an original program that must come back unchanged with the verdict. */
export interface PurchaseRoute {
  /** `pump_address`. */
  readonly pumpAddress: string;
  /** `service_station_id`. */
  readonly station: string;
  /**
   * The id of the original regional office that brought it, as it named itself, and that has to confirm the verdict
   * (`unconfirmed`, `confirm`); empty if none did.
   */
  readonly regional: string;
}

/** Who told of a purchase. */
export type PurchaseSource =
  | "card"
  | "region"
  | "company"
  | "pump"
  | "peer"
  | "import";

/** A card wants to pay. */
export interface PurchaseInput {
  /** One id a purchase: a repeat with the same content gets the first answer. Drawn by the node if left out. */
  readonly id?: FactId;
  /** Who pays. */
  readonly company: CompanyId;
  /** With which card. */
  readonly card: CardId;
  /** Whole units, 1 or more. */
  readonly amount: number;
  /** UTC day `YYYY-MM-DD`, as its teller named it. */
  readonly date: string;
  /** Whole liters, where they are known. */
  readonly liters?: number;
  /** Where. */
  readonly place: PurchasePlace;
  /** Texts to give back with the verdict. */
  readonly route?: PurchaseRoute;
  /** Who told of it. */
  readonly source: PurchaseSource;
  /** True if it looks like a repeat that cannot be told from a purchase: it is charged and marked. */
  readonly suspect?: boolean;
  /** True to record a refusal too, because its verdict has to be kept until it is confirmed. */
  readonly keepRefusal?: boolean;
  /**
   * Set where nothing is to be charged: the purchase is recorded as refused for this reason, for a person to look at. It
   * is not recorded for a company that nobody knows.
   */
  readonly review?: "replay_suspected" | "outcome_unknown";
}

/** Why a purchase was refused; never on the original wire. */
export type PurchaseReason =
  /** The amount is 0 or beyond what one purchase may cost. */
  | "amount_invalid"
  /** Nobody knows the company. */
  | "company_unknown"
  /** This node cannot learn whether the card exists. */
  | "card_unknown"
  /** The card's limit is too low. */
  | "limit_insufficient"
  /** The company's balance is too low. */
  | "balance_insufficient"
  /** This node has too few rights and reaches nobody who gives it more. */
  | "rights_unreachable"
  /** It came in a burst of repeats of an original station: it waits for a person. */
  | "replay_suspected"
  /** The original program that decides did not answer: it is not known whether it was charged. */
  | "outcome_unknown"
  /** The id stands for another purchase; nothing was charged or recorded. */
  | "id_reused"
  /** The node has too much to do. */
  | "overloaded";

/** What became of a purchase. */
export interface PurchaseVerdict {
  /** The purchase. */
  readonly id: FactId;
  /** True if it was charged: durably, once. */
  readonly accepted: boolean;
  /** Why not; null if it was charged. */
  readonly reason: PurchaseReason | null;
  /** True if it was known before. */
  readonly repeated: boolean;
}

/** Decides purchases: by rights of the mesh, or by an original program that keeps the accounts. */
export interface FleetAuthority {
  /**
   * Decides and charges a purchase. Never throws for what the purchase says.
   *
   * @param input The purchase.
   * @returns The verdict, durable.
   */
  charge(input: PurchaseInput): Promise<PurchaseVerdict>;
}

/** A company. */
export interface CompanyView {
  /** Its number. */
  readonly company: CompanyId;
  /** Its name; empty if nobody gave one. */
  readonly name: string;
  /** Deposits less accepted expenses known here, wherever the rights are held; never below 0. */
  readonly balance: number;
  /** Rights at hand at this node. */
  readonly free: number;
  /** Rights in transit between logs. */
  readonly inTransit: number;
  /** Cards. */
  readonly cards: number;
  /** Accepted expenses. */
  readonly expenses: number;
  /** Their sum. */
  readonly spent: number;
  /** What the issuer made ahead of sales without contact, less what was spent of it: the stated risk. */
  readonly floor: number;
  /** Floor expenses that no balance has covered yet. */
  readonly floorOpen: number;
  /** True if this node may make deposits and limits. */
  readonly issuer: boolean;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of amounts. */
  readonly exponent: number;
}

/** Where rights of a bound are. */
export interface RightsHeldView {
  /** The log that holds them. */
  readonly log: LogId;
  /** Its member's site; null for one that has none. */
  readonly site: SiteCode | null;
  /** Balance less holds. */
  readonly free: number;
}

/** A card. */
export interface CardView {
  /** Its company. */
  readonly company: CompanyId;
  /** Its number. */
  readonly card: CardId;
  /** What it may still spend, wherever the rights are held; 0 or more. */
  readonly limit: number;
  /** Accepted expenses. */
  readonly expenses: number;
  /** Their sum. */
  readonly spent: number;
  /** When it was registered, in microseconds since 1970. */
  readonly registeredAt: number;
  /** True if its first purchase made it. */
  readonly automatic: boolean;
}

/** An expense, accepted or kept as refused. */
export interface ExpenseView {
  /** The purchase. */
  readonly id: FactId;
  /** Who pays. */
  readonly company: CompanyId;
  /** The card. */
  readonly card: CardId;
  /** Whole units. */
  readonly amount: number;
  /** UTC day. */
  readonly date: string;
  /** When it was decided, in microseconds since 1970. */
  readonly at: number;
  /** Liters; null if not known. */
  readonly liters: number | null;
  /** Where. */
  readonly place: PurchasePlace;
  /** Texts of the original program; null if none. */
  readonly route: PurchaseRoute | null;
  /** Who told of it. */
  readonly source: PurchaseSource;
  /** Whether it was charged. */
  readonly accepted: boolean;
  /** Why not. */
  readonly reason: PurchaseReason | null;
  /** True if it may be a repeat. */
  readonly suspect: boolean;
  /** True if it was charged to the floor. */
  readonly floor: boolean;
  /** True if a floor expense was covered by the balance since; true for all others that were charged. */
  readonly settled: boolean;
  /** The log that decided it. */
  readonly log: LogId;
}

/** A verdict that the regional office has not confirmed yet. */
export interface UnconfirmedView {
  /** The expense. */
  readonly expense: ExpenseView;
  /** Its route. */
  readonly route: PurchaseRoute;
}

/** A verdict that its card has not got. */
export interface CardResultView {
  /** The purchase. */
  readonly purchase: FactId;
  /** Where it is kept. */
  readonly site: SiteCode;
  /** The company. */
  readonly company: CompanyId;
  /** The card. */
  readonly card: CardId;
  /** The verdict. */
  readonly success: boolean;
  /** When, in microseconds since 1970. */
  readonly at: number;
  /** `kept` until somebody delivers it, `delivering` while one node tries or does not know whether it arrived. */
  readonly state: "kept" | "delivering" | "delivered";
}

/** A result that this node alone may deliver now. */
export interface ResultLease {
  /** The verdict. */
  readonly success: boolean;
  /** The purchase. */
  readonly purchase: FactId;
  /** The card has it. Durable. */
  delivered(): Promise<void>;
  /** The card does not have it: it is kept again. Durable. */
  failed(): Promise<void>;
}

/** What is known of a purchase that an original program decides. */
export type ForwardState =
  /** Not a byte of it was sent. */
  | "queued"
  /** It may have been charged: the program has not said. */
  | "sent"
  /** It was asked for long enough: a person must find out. A verdict that comes all the same settles it. */
  | "unknown"
  /** The program charged it. */
  | "accepted"
  /** The program refused it. */
  | "refused"
  /** The program never had it, and will not get it: nothing was charged. */
  | "dropped"
  /** It was not sent: it may be a repeat, a person must look. */
  | "review";

/** An original program that decides: a company, or a regional office in front of one. */
export type ForwardTarget = "company" | "regional";

/** A purchase of an original station or towards an original program, as it was told. */
export interface ToldPurchase {
  /** The purchase. */
  readonly purchase: FactId;
  /** When it was asked for, in microseconds since 1970. */
  readonly at: number;
  /** Who pays. */
  readonly company: CompanyId;
  /** With which card. */
  readonly card: CardId;
  /** Whole units. */
  readonly amount: number;
  /** The day, as its teller named it. */
  readonly date: string;
  /** `pump_address`. */
  readonly pumpAddress: string;
  /** `service_station_id`. */
  readonly station: string;
}

/** A purchase that an original program decides. */
export interface ForwardView extends ToldPurchase {
  /** The program. */
  readonly target: ForwardTarget;
  /** What is known of it. */
  readonly state: ForwardState;
}

/** A verdict that an original station has not got from this node. */
export interface OwedVerdictView extends ToldPurchase {
  /**
   * `deciding` until there is a verdict, `accepted` and `refused` until it is written, `writing` while nobody knows
   * whether it was.
   */
  readonly state: "deciding" | "accepted" | "refused" | "writing";
}

/** A settlement of a company's expenses. */
export interface SettlementView {
  /** The fact. */
  readonly id: FactId;
  /** The company. */
  readonly company: CompanyId;
  /** `YYYY-MM`. */
  readonly month: string;
  /** The first of a month is its close, later ones settle what came in since. */
  readonly kind: "month" | "extra";
  /** When, in microseconds since 1970. */
  readonly at: number;
  /** Expenses that it covers. */
  readonly count: number;
  /** Their sum. */
  readonly amount: number;
  /** Floor expenses that it covered from the balance. */
  readonly floorSettled: number;
}

/** A month of a company or a card. */
export interface StatementView {
  /** The company. */
  readonly company: CompanyId;
  /** The card; null for all. */
  readonly card: CardId | null;
  /** `YYYY-MM`. */
  readonly month: string;
  /** Balance (or limit) of today; statements of running months change. */
  readonly balance: number;
  /** Sums by card, in order of their numbers. */
  readonly cards: readonly {
    readonly card: CardId;
    readonly count: number;
    readonly amount: number;
  }[];
  /** Accepted expenses. */
  readonly count: number;
  /** Their sum. */
  readonly amount: number;
  /** Settlements of the month. */
  readonly settlements: readonly SettlementView[];
  /** When this was computed, in microseconds since 1970. */
  readonly at: number;
}

/** Something that a company's administrator wants to know. */
export interface FeedItem {
  /** This node's own number of it: grows by arrival, has no meaning elsewhere. */
  readonly number: number;
  /** What. */
  readonly kind:
    | "expense"
    | "refusal"
    | "deposit"
    | "card"
    | "limit"
    | "settlement";
  /** The fact. */
  readonly fact: FactId;
  /** When it happened, in microseconds since 1970. */
  readonly at: number;
  /** The card; null where none is meant. */
  readonly card: CardId | null;
  /** The amount, below 0 for what was taken away; null where none is meant. */
  readonly amount: number | null;
}

/** A change by a person. */
export interface FleetChange {
  /** One id a change: a repeat with the same content gets the first answer. */
  readonly id?: FactId;
  /** The company. */
  readonly company: CompanyId;
  /** Who. */
  readonly by?: Actor;
}

/** What a company's original state file holds; amounts are u32. */
export interface FleetStateFile {
  /** The company. */
  readonly company: CompanyId;
  /** Remaining balance. */
  readonly balance: number;
  /** Cards in order. */
  readonly cards: readonly {
    readonly card: CardId;
    readonly limit: number;
    readonly expenses: readonly {
      readonly amount: number;
      readonly date: string;
    }[];
  }[];
  /** Verdicts that were not confirmed. */
  readonly confirmations: readonly {
    readonly route: PurchaseRoute;
    readonly card: CardId;
    readonly amount: number;
    readonly date: string;
    readonly accepted: boolean;
    /** Unix seconds. */
    readonly timestamp: number;
    /** How often it was sent. */
    readonly retries: number;
  }[];
}

/** Everything about fleet cards. */
export interface FleetUseCases extends FleetAuthority {
  /** Companies that this node knows, by number. */
  companies(query: PageQuery): Page<CompanyView>;
  /** One company; undefined if nobody knows it. */
  company(company: CompanyId): CompanyView | undefined;
  /** A company's cards by number. */
  cards(query: PageQuery & { readonly company: CompanyId }): Page<CardView>;
  /** One card. */
  card(company: CompanyId, card: CardId): CardView | undefined;
  /** Where the rights of the account, a card or the floor are. */
  holders(
    company: CompanyId,
    of: "account" | "floor" | { readonly card: CardId },
  ): readonly RightsHeldView[];
  /** Expenses, the latest decided first. */
  expenses(
    query: PageQuery & {
      readonly company?: CompanyId | undefined;
      readonly card?: CardId | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly accepted?: boolean | undefined;
      readonly reason?: PurchaseReason | undefined;
      readonly suspect?: boolean | undefined;
    },
  ): Page<ExpenseView>;
  /** One expense by its purchase. */
  expense(id: FactId): ExpenseView | undefined;

  /**
   * Puts money on the account. Refusals: `forbidden` (not the issuer), `amount_out_of_range` (also where the balance
   * would be more than `balanceMax`), `id_reused`.
   */
  deposit(
    input: FleetChange & {
      readonly amount: number;
      readonly note?: string;
      readonly balanceMax?: number;
    },
  ): Promise<
    Result<{ readonly balance: number; readonly repeated: boolean }, Refusal>
  >;
  /** Names a company. Refusals: `forbidden`. */
  nameCompany(
    input: FleetChange & { readonly name: string },
  ): Promise<Result<CompanyView, Refusal>>;
  /**
   * Registers a card with a limit of at most the balance. Refusals: `card_exists`, `limit_above_balance` (details:
   * `balance`), `forbidden`.
   */
  registerCard(
    input: FleetChange & { readonly card: CardId; readonly limit: number },
  ): Promise<Result<CardView, Refusal>>;
  /**
   * Sets what a card may still spend, lowered to the balance. A lower one destroys what this node holds and asks the
   * holders for the rest within 8 s: the answer has the limit reached. Refusals: `card_unknown`, `forbidden`.
   */
  setLimit(
    input: FleetChange & { readonly card: CardId; readonly limit: number },
  ): Promise<Result<CardView, Refusal>>;
  /**
   * Sets how much stations may sell without contact beyond the rights they hold: a bound of its own, which the issuer
   * makes ahead. Refusals: `forbidden`.
   */
  setFloor(
    input: FleetChange & { readonly amount: number },
  ): Promise<Result<CompanyView, Refusal>>;

  /** Holds an amount for a purchase whose amount is not known yet. Same reasons as `charge`. */
  hold(
    input: PurchaseInput & { readonly expiresInMs: number },
  ): Promise<PurchaseVerdict>;
  /** Charges what was held, with the amount that was dispensed. Refusals: `spend_unknown`, `id_reused`. */
  capture(
    input: {
      readonly id: FactId;
      readonly amount: number;
      readonly liters?: number;
    },
  ): Promise<Result<PurchaseVerdict, Refusal>>;
  /** Lets go of what was held. Refusals: `spend_unknown`, `spend_captured`. */
  release(
    input: { readonly id: FactId },
  ): Promise<Result<{ readonly repeated: boolean }, Refusal>>;

  /** Keeps a verdict that its card did not get, durably, once a purchase. */
  keepResult(
    input: {
      readonly purchase: FactId;
      readonly company: CompanyId;
      readonly card: CardId;
      readonly success: boolean;
    },
  ): Promise<void>;
  /**
   * Takes a kept result of a card to deliver it: the right to do so is fetched from the node of the site that has it,
   * within the wait. Without a company only if exactly one company has a result for that number, else the oldest.
   *
   * @returns Undefined if there is none, or another node has it and does not answer.
   */
  takeResult(
    input: {
      readonly company?: CompanyId;
      readonly card: CardId;
      readonly waitMs: number;
    },
  ): Promise<ResultLease | undefined>;
  /** Results by age. */
  results(
    query: PageQuery & {
      readonly state?: CardResultView["state"] | undefined;
      readonly company?: CompanyId | undefined;
    },
  ): Page<CardResultView>;

  /** Verdicts that no regional office has confirmed, the oldest first. */
  unconfirmed(
    query: PageQuery & { readonly company?: CompanyId | undefined },
  ): Page<UnconfirmedView>;
  /** A regional office has the verdict. */
  confirm(purchase: FactId): Promise<void>;
  /** Purchases that this node had an original program decide, the oldest first. */
  forwards(
    query: PageQuery & {
      readonly target: ForwardTarget;
      readonly state?: ForwardState | undefined;
    },
  ): Page<ForwardView>;
  /** Verdicts that this node owes original stations, the oldest first. */
  owedVerdicts(query: PageQuery): Page<OwedVerdictView>;

  /** A month of a company or a card; undefined if the company is unknown. */
  statement(
    input: {
      readonly company: CompanyId;
      readonly month: string;
      readonly card?: CardId | undefined;
    },
  ): StatementView | undefined;
  /**
   * Settles a month: the first time its close, then what came in since. Covers floor expenses from the balance. Refusals:
   * `forbidden`, `nothing_to_settle`.
   */
  settle(
    input: FleetChange & { readonly month: string },
  ): Promise<Result<SettlementView, Refusal>>;
  /** Settlements, the latest first. */
  settlements(
    query: PageQuery & { readonly company: CompanyId },
  ): Page<SettlementView>;

  /** What happened in a company after a place of this node's feed, oldest first; the latest first below `before`. */
  feed(
    input: {
      readonly company: CompanyId;
      readonly after: number;
      readonly before?: number | undefined;
      readonly limit: number;
    },
  ): readonly FeedItem[];
  /** How far a subscriber has confirmed; 0 for a new one. */
  subscriber(company: CompanyId, name: string): number;
  /** A subscriber has everything up to a place. Durable; never goes back. Refusals: `invalid_argument`. */
  acknowledgeFeed(
    input: {
      readonly company: CompanyId;
      readonly subscriber: string;
      readonly number: number;
    },
  ): Promise<Result<{ readonly number: number }, Refusal>>;

  /** Takes over an original company's state; once: a company that is known is refused. Refusals: `company_exists`, `forbidden`. */
  importState(
    state: FleetStateFile,
  ): Promise<Result<CompanyView, Refusal>>;
  /** A company's state as the original keeps it; amounts saturate at 4294967295. */
  exportState(company: CompanyId): FleetStateFile | undefined;
}
