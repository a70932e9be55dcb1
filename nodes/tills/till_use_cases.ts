/**
 * What a node offers about tills: cash sessions, X and Z reports, receipts. A till is a node of a site with its own log.
 *
 * @module
 */
import type {
  Actor,
  FactId,
  LogId,
  Money,
  PeerId,
  Result,
  Scope,
  SiteCode,
} from "../../crdt/mod.ts";
import type { Page, PageQuery, Refusal } from "../answers.ts";
import type { SaleView } from "../sale_answers.ts";

/** An amount by one method of payment. */
export interface MethodAmount {
  /** A word: `cash`, `card`, … */
  readonly method: string;
  /** How much. */
  readonly amount: Money;
}

/** Cash put into a drawer or taken out beside sales. */
export interface CashMoveView {
  /** The fact's id. */
  readonly id: FactId;
  /** When, in microseconds since 1970. */
  readonly at: number;
  /** Which way. */
  readonly direction: "in" | "out";
  /** How much, above 0. */
  readonly amount: Money;
  /** Why. */
  readonly reason: string;
  /** Who. */
  readonly by: Actor | null;
}

/** A till's drawer from its float to its count. */
export interface CashSessionView {
  /** The session. */
  readonly id: FactId;
  /** Where. */
  readonly site: SiteCode;
  /** The till's log. */
  readonly log: LogId;
  /** What people call the till. */
  readonly till: string;
  /** When it was opened, in microseconds since 1970. */
  readonly openedAt: number;
  /** Business date of the opening. */
  readonly date: string;
  /** Who opened it. */
  readonly openedBy: Actor | null;
  /** Cash at the opening. */
  readonly float: Money;
  /** Cash in and out beside sales. */
  readonly moves: readonly CashMoveView[];
  /** What should be there now (or should have been at the close), by method: cash with float and moves. */
  readonly expected: readonly MethodAmount[];
  /** What was counted; null while it is open. */
  readonly counted: readonly MethodAmount[] | null;
  /** `counted` less `expected`, by method; null while it is open. */
  readonly differences: readonly MethodAmount[] | null;
  /** When it was closed, in microseconds since 1970; null while it is open. */
  readonly closedAt: number | null;
  /** Who closed it. */
  readonly closedBy: Actor | null;
  /** What was said at the close. */
  readonly note: string | null;
}

/** Sums of sales: a day, or what one close covers. */
export interface SalesReport {
  /** Where. */
  readonly site: SiteCode;
  /** The business date. */
  readonly date: string;
  /** The till's log; null for the whole site. */
  readonly till: LogId | null;
  /** Sales that are not voided, returns left out. */
  readonly sales: {
    readonly count: number;
    readonly amounts: readonly Money[];
  };
  /** Returns: goods that came back. */
  readonly returns: {
    readonly count: number;
    readonly amounts: readonly Money[];
  };
  /** Voided sales. */
  readonly voids: {
    readonly count: number;
    readonly amounts: readonly Money[];
  };
  /** What was taken off. */
  readonly discounts: readonly Money[];
  /** Sales less returns by method of payment; `unstated` where a sale does not say how it was paid. */
  readonly methods: readonly MethodAmount[];
  /** By seller. */
  readonly sellers: readonly {
    readonly seller: Actor | null;
    readonly count: number;
    readonly amounts: readonly Money[];
  }[];
  /** By product, most sold first; at most 1,000. */
  readonly products: readonly {
    readonly product: string;
    readonly name: string;
    readonly units: number;
    readonly amounts: readonly Money[];
  }[];
  /** The first and last receipt; null without sales. */
  readonly receipts: { readonly first: string; readonly last: string } | null;
}

/** A Z: a close of a day or a supplement to it. */
export interface SalesCloseView {
  /** The fact's id. */
  readonly id: FactId;
  /** 0 for the close, then 1, 2, … for its supplements. */
  readonly number: number;
  /** When it was made, in microseconds since 1970. */
  readonly at: number;
  /** Who. */
  readonly by: Actor | null;
  /** What it covers and no earlier close does. */
  readonly report: SalesReport;
  /** SHA-256 over what it covers, as the fact has it, 64 hexadecimal digits. */
  readonly digest: string;
  /** True if what this peer has of it gives that digest; false says that something of it is missing here. */
  readonly matches: boolean;
  /** Members of the site that were linked when it was made. */
  readonly heard: readonly PeerId[];
  /** Members of the site that were not: what they sold may come in a supplement. */
  readonly unheard: readonly PeerId[];
}

/** Which day's sales. */
export interface SalesDay {
  /** Where; this node's site if left out. */
  readonly site?: SiteCode;
  /** The business date; today's if left out. */
  readonly date?: string;
  /** Only of this till: its log, or `own` for this node's. */
  readonly till?: LogId | "own";
}

/** Whose business it is: what a receipt says at its top. An empty text stands for what is not known. */
export interface BusinessView {
  /** The business's name. */
  readonly name: string;
  /** Its number at the tax office. */
  readonly ruc: string;
  /** Where the site is. */
  readonly address: string;
  /** The site's telephone number. */
  readonly phone: string;
}

/** What a receipt shows besides the sale. */
export interface ReceiptOptions {
  /** What the customer handed over in cash: the receipt shows it, and the change. */
  readonly received?: Money;
}

/** Everything about tills. */
export interface TillUseCases {
  /** Opens this node's drawer. Refusals: `cash_session_open`, `id_reused`, `forbidden` (no site). */
  openCashSession(
    input: {
      readonly id?: FactId;
      readonly by?: Actor;
      readonly till?: string;
      readonly float: Money;
    },
  ): Promise<Result<CashSessionView, Refusal>>;
  /** Puts cash in or takes it out. Refusals: `cash_session_unknown`, `id_reused`. */
  moveCash(
    input: {
      readonly id?: FactId;
      readonly by?: Actor;
      readonly session?: FactId;
      readonly direction: "in" | "out";
      readonly amount: Money;
      readonly reason: string;
    },
  ): Promise<Result<CashSessionView, Refusal>>;
  /** Counts and closes this node's drawer. Refusals: `cash_session_unknown`, `id_reused`. */
  closeCashSession(
    input: {
      readonly id?: FactId;
      readonly by?: Actor;
      readonly session?: FactId;
      readonly counted: readonly MethodAmount[];
      readonly note?: string;
    },
  ): Promise<Result<CashSessionView, Refusal>>;
  /** The open session of this node; undefined if its drawer is closed. */
  openSession(): CashSessionView | undefined;
  /** One session. */
  cashSession(id: FactId): CashSessionView | undefined;
  /** Sessions of a site, newest first. */
  cashSessions(
    query: PageQuery & { readonly site?: SiteCode; readonly open?: boolean },
  ): Page<CashSessionView>;
  /** An X: the sums of a day as they are now, or of what no close covers yet; writes nothing. */
  salesReport(
    day: SalesDay & { readonly unclosed?: boolean },
  ): Result<SalesReport, Refusal>;
  /** The sales of a day, by instant. */
  daySales(day: SalesDay): Result<readonly SaleView[], Refusal>;
  /** A Z: closes a day, or what came since its last close. Refusals: `nothing_to_close`, `forbidden`, `overloaded`. */
  closeSales(
    day: SalesDay & { readonly by?: Actor },
  ): Promise<Result<SalesCloseView, Refusal>>;
  /** Closes of a site, newest date first, each date's in order. */
  salesCloses(
    query: PageQuery & {
      readonly site?: SiteCode;
      readonly date?: string;
      readonly till?: LogId | "own";
    },
  ): Page<SalesCloseView>;
  /**
   * A receipt for an 80 mm printer, 48 columns, as text. Refusals: `sale_unknown`, `payment_invalid` (less was received
   * than is paid in cash), `currency_mismatch`.
   */
  receiptText(sale: FactId, options?: ReceiptOptions): Result<string, Refusal>;
  /** The same as one HTML page without anything from outside. Refusals as `receiptText`. */
  receiptHtml(sale: FactId, options?: ReceiptOptions): Result<string, Refusal>;
  /** What receipts of a site say of the business: what is set for the site, else what is set for the mesh. */
  business(site?: SiteCode): BusinessView;
  /**
   * Sets it for a site, or for the mesh; fields left out stay, an empty text takes one away. Refusals: `forbidden`.
   */
  setBusiness(
    input: Partial<BusinessView> & { readonly scope?: Scope },
  ): Promise<Result<BusinessView, Refusal>>;
  /** Sales with a receipt number, the one that it shows first; several only if a number was used twice. */
  salesWithReceipt(receipt: string): readonly SaleView[];
  /** The returns of a sale that are not voided, oldest first; undefined for a sale that is not here. */
  returnsOfSale(sale: FactId): readonly SaleView[] | undefined;
}
