/**
 * What a node offers to its façade and its adapters: every decision and every reading, as one object of functions.
 * Reading is immediate, from the node's own views. A decision's promise settles after the disk has confirmed it.
 *
 * @module
 */
import type {
  Actor,
  BoundName,
  Customer,
  FactId,
  Hash,
  LogId,
  Money,
  OversoldItem,
  PeerId,
  ProductDetails,
  ProductId,
  Result,
  RightsSums,
  Scope,
  SiteCode,
  SpaceId,
} from "../crdt/mod.ts";

import type { Page, PageQuery, Refusal } from "./answers.ts";
import type { PointPasswords } from "./charging/password_use_cases.ts";
import type {
  ChargingNoticeFeed,
  ChargingSessionFeed,
  ChargingSettings,
  ChargingUseCases,
} from "./charging/charging_use_cases.ts";
import type { ChargingSecurity } from "./charging/charging_security.ts";
import type { FactQuery, FactView } from "./fact_views.ts";
import type { FleetUseCases } from "./fleet/fleet_use_cases.ts";
import type { ForecourtUseCases } from "./forecourt/forecourt_use_cases.ts";
import type { MeshUseCases } from "./mesh/mesh_use_cases.ts";
import type { BranchSyncUseCases } from "./branch_sync/branch_sync_use_cases.ts";
import type { PeopleUseCases } from "./people/people_use_cases.ts";
import type { ReportUseCases } from "./reports/report_use_cases.ts";
import type { SaleView } from "./sale_answers.ts";
import type { SinkView } from "./sinks/sink_port.ts";
import type { SinkRowsPage, SinkRowsQuery } from "./sinks/sink_rows.ts";
import type { TillUseCases } from "./tills/till_use_cases.ts";
import type {
  GoodsReadings,
  TransferUseCases,
} from "./use_cases/goods_views.ts";

export type { Scope } from "../crdt/mod.ts";
export type { Page, PageQuery, Refusal } from "./answers.ts";
export type { FactQuery, FactView } from "./fact_views.ts";
export type { SaleLine, SaleView } from "./sale_answers.ts";
export type { SinkProblem, SinkState, SinkView } from "./sinks/sink_port.ts";
export type {
  RowDigest,
  SinkRowsPage,
  SinkRowsQuery,
} from "./sinks/sink_rows.ts";

/** Goods of one sale that are not there, and what is done about them. */
export type OversellView = OversoldItem;

/** A product as a scope shows it. */
export interface ProductView {
  /** The scope that was asked for. */
  readonly scope: Scope;
  /** The product's id. */
  readonly product: ProductId;
  /** Its name; the last one if it was removed. */
  readonly name: string;
  /** False after a removal. */
  readonly listed: boolean;
  /** How its stock is guarded. */
  readonly policy: "strict" | "soft" | "unmetered";
  /** The price in force, if there is one. */
  readonly price: Money | null;
  /** The fact that set the price in force. */
  readonly priceFact: FactId | null;
  /** Stock on hand in whole units: of the site for a site's scope, of the master stock for `mesh`. */
  readonly onHand: number;
  /** What else is known of it. */
  readonly details: ProductDetails;
  /** Fields of which several values stand beside each other because they were set apart; empty as a rule. */
  readonly contested: readonly string[];
}

/** Stock of one product at one site (or of the master stock). */
export interface StockView {
  /** The site, or `MASTER_SITE`. */
  readonly site: SiteCode;
  /** The product. */
  readonly product: ProductId;
  /** received - sold + voided + counted + reported. May be negative. */
  readonly onHand: number;
  /** Units received. */
  readonly received: number;
  /** Units sold, less returns by negative quantity. */
  readonly sold: number;
  /** Units given back by voids. */
  readonly voided: number;
  /** Sum of the differences that counts found. */
  readonly counted: number;
  /** What an original branch reported last; 0 where none sells. */
  readonly reported: number;
}

/** Which sales. */
export interface SaleQuery extends PageQuery {
  /** Only of this site. */
  readonly site?: SiteCode;
  /** Only at or after this instant, in microseconds. */
  readonly from?: number;
  /** Only before this instant, in microseconds. */
  readonly before?: number;
  /** Newest first. */
  readonly newestFirst?: boolean;
  /** Only by those whose name contains this, or whose id it is. */
  readonly seller?: string;
  /** Only paid by this, all or in part. */
  readonly method?: string;
  /** Only of this total or more. */
  readonly least?: Money;
  /** Only of this total or less. */
  readonly most?: Money;
}

/** Sums over sales that are not voided. */
export interface SaleTotals {
  /** How many sales (or lines, where a product is asked for). */
  readonly count: number;
  /** Units sold. */
  readonly units: number;
  /** Money, one entry per currency and scale; empty without sales. */
  readonly amounts: readonly Money[];
}

/** A row of the totals list. */
export interface TotalsRow extends SaleTotals {
  /** The site. */
  readonly site: SiteCode;
  /** The business date, or null for all dates. */
  readonly date: string | null;
  /** The product, or null for all products. */
  readonly product: ProductId | null;
}

/** A notice from an original branch, as an office keeps it. */
export interface NoticeView {
  /** The fact's id. */
  readonly id: FactId;
  /** When it was received, in microseconds since 1970. */
  readonly at: number;
  /** The sender's id, as received. */
  readonly branch: string;
  /** The product. */
  readonly product: ProductId;
  /** The product's name when it was received; null if it was unknown. */
  readonly name: string | null;
  /** The product's price when it was received. */
  readonly price: Money | null;
  /** Whole units. */
  readonly quantity: number;
  /** The total amount, exactly. */
  readonly amount: Money;
  /** The total amount, to the last digit as received. */
  readonly amountText: string;
  /** The time of sale, as received. */
  readonly timestamp: string;
  /** False while it is in quarantine because its product is unknown. */
  readonly applied: boolean;
  /** `http` for a notice, `form` for the form page. */
  readonly source: "http" | "form";
}

/** What one log may still sell or spend of what must not go below zero. */
export interface RightsView extends Omit<RightsSums, "opened"> {
  /** What is guarded. */
  readonly bound: BoundName;
  /** The space in which its facts stand. */
  readonly space: SpaceId;
  /** The log. */
  readonly log: LogId;
  /** True for a log that this node writes. */
  readonly own: boolean;
  /** made + accepted + returned - granted - spent - destroyed; below zero, the log owes. */
  readonly balance: number;
  /** `balance` less `held`. */
  readonly free: number;
  /** What the log granted and the receiver has not accepted yet. */
  readonly inTransit: number;
}

/** A purchase that this node holds or held rights for. */
export interface SpendView {
  /** The purchase. */
  readonly id: FactId;
  /** What it takes from. */
  readonly bounds: readonly BoundName[];
  /** What was held of each bound, in its whole units. */
  readonly amount: number;
  /** When the hold ends by itself, in microseconds since 1970. */
  readonly expiresAt: number;
  /** What was charged; null while it is not. */
  readonly captured: number | null;
  /** Whether the rights are held, spent or free again. */
  readonly state: "held" | "captured" | "released";
}

/** What became of a request about a purchase. */
export interface SpendOutcome {
  /** The purchase. */
  readonly spend: SpendView;
  /** True if the same was asked before. */
  readonly repeated: boolean;
}

/** Something that a person should look at. */
export interface IncidentView {
  /** The same at every peer for incidents that follow from facts. */
  readonly id: string;
  /** A stable name of the kind, e.g. `oversell`, `fork`, `set_aside`, `bad_frame`, `disk_full`. */
  readonly kind: string;
  /** One sentence. */
  readonly message: string;
  /** When it was first seen, in milliseconds since 1970. */
  readonly since: number;
  /** How often. */
  readonly count: number;
  /** True once somebody acknowledged it. */
  readonly acknowledged: boolean;
  /** The changing parts. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** A log's lag as this node knows it. */
export interface LogLag {
  /** The space. */
  readonly space: SpaceId;
  /** The log. */
  readonly log: LogId;
  /** The newest seq that this node has. */
  readonly ownSeq: number;
  /** The newest seq that the peer said it has. */
  readonly peerSeq: number;
  /** Commits that the peer has and this node has not (positive), or the other way round (negative). */
  readonly commits: number;
  /** Seconds since this node and the peer last had the same seq of this log; 0 when in step. */
  readonly seconds: number;
}

/** A peer: a member of the mesh, or somebody with whom a link is up. */
export interface PeerView {
  /** Its id. */
  readonly peer: PeerId;
  /** Its site, by its certificate. */
  readonly site: SiteCode | null;
  /** Its roles, by its certificate. */
  readonly roles: readonly string[];
  /** True for this node itself. */
  readonly self: boolean;
  /** True while a link is up. */
  readonly linked: boolean;
  /** The link's address, or the last one known. */
  readonly address: string | null;
  /** When something was last received from it directly, in milliseconds since 1970. */
  readonly lastSeen: number | null;
  /** The certificate's end, in milliseconds since 1970. */
  readonly certificateEnds: number | null;
  /** How far apart the two are, for each log that differs. */
  readonly lag: readonly LogLag[];
  /** Commits that this node still lacks from it, over all logs. */
  readonly behindCommits: number;
  /** The greatest `seconds` of `lag`. */
  readonly behindSeconds: number;
}

/** One invariant and how it stands. */
export interface InvariantView {
  /** Its number in the design. */
  readonly number: number;
  /** What must always hold. */
  readonly statement: string;
  /** How often it was checked since the start. */
  readonly checked: number;
  /** How often it did not hold since the start. */
  readonly violations: number;
}

/** How the node is. */
export interface HealthView {
  /** `ok`, or `degraded` with problems. */
  readonly status: "ok" | "degraded";
  /** True if it can record now: it has started, and its disk takes what is written. */
  readonly ready: boolean;
  /** What is wrong, in sentences. */
  readonly reasons: readonly string[];
  /** What is wrong, since when, and what helps. */
  readonly problems: readonly HealthProblem[];
  /** This node. */
  readonly peer: PeerId;
  /** Its site. */
  readonly site: SiteCode | null;
  /** Its roles. */
  readonly roles: readonly string[];
  /** The program's version. */
  readonly version: string;
  /** Milliseconds since it became ready. */
  readonly uptimeMs: number;
  /** Addresses that other peers can dial. */
  readonly listen: readonly string[];
  /** Surfaces and where they listen; null for one that could not. */
  readonly surfaces: Readonly<Record<string, readonly string[] | null>>;
  /** Commits stored, over all logs. */
  readonly commits: number;
  /** Links that are up. */
  readonly links: number;
}

/** Something that is wrong with a node. */
export interface HealthProblem {
  /** A stable name of it. */
  readonly code:
    | "store"
    | "disk_low"
    | "certificate_ending"
    | "certificate_ended"
    | "clock_behind"
    | "revoked"
    | "background"
    | "surface";
  /** A sentence for people, without an end. */
  readonly text: string;
  /** What helps. */
  readonly remedy: string;
  /** Since when it is known, in milliseconds since 1970. */
  readonly since: number;
}

/** The notifier's state towards an original central. */
export interface NotifierView {
  /** Where it sends; null when it is off. */
  readonly url: string | null;
  /** The breaker's word. */
  readonly state: "closed" | "open" | "half_open";
  /** Consecutive failures. */
  readonly failures: number;
  /** Sales that wait to be sent. */
  readonly pending: number;
  /** Sales confirmed by the central. */
  readonly confirmed: number;
  /** Sales that the central refused (4xx): they wait for a person. */
  readonly setAside: number;
  /** Sales of which it is not known whether the central counted them: they wait for a person. */
  readonly unconfirmed: number;
}

/** What a notice to an original central waits for: to be sent, or for a person. */
export type OutboxState = "pending" | "set_aside" | "unconfirmed";

/** A line of a sale that an original central is to be told of. */
export interface OutboxView {
  /** Its place in the queue; notices are sent in this order. */
  readonly number: number;
  /** What it waits for. */
  readonly state: OutboxState;
  /** The sale. */
  readonly sale: FactId;
  /** The sale's line, from 0. */
  readonly line: number;
  /** How often it was sent. */
  readonly attempts: number;
  /** Why it waits for a person; empty while it waits to be sent. */
  readonly note: string;
  /** The JSON body that the central gets; null if it cannot be told. */
  readonly body: string | null;
}

/** What is done about a notice that waits for a person: it is sent again, or it counts as told. */
export type NoticeDecision = "send" | "settle";

/** What a person decided about a notice. */
export interface NoticeDecisionInput {
  /** The notice's place in the queue. */
  readonly number: number;
  /** What is done. */
  readonly decision: NoticeDecision;
  /** Who decided; left out where nobody had to sign in. */
  readonly by?: Actor | undefined;
}

/** Facts about this node that do not change while it runs. */
export interface NodeInfo {
  /** The node's id. */
  readonly peer: PeerId;
  /** Its site, for roles that have one. */
  readonly site: SiteCode | null;
  /** Its roles. */
  readonly roles: readonly string[];
  /** Branch id of `inventory-branch`. */
  readonly branchId: string;
  /** Currency of the site. */
  readonly currency: string;
  /** IANA time zone of the site. */
  readonly timezone: string;
  /** The program's version. */
  readonly version: string;
}

/** A change of a view, for live pages. */
export interface ViewChange {
  /** Counts up by one a change since the node started. */
  readonly sequence: number;
  /**
   * Which collection: `products`, `stock`, `sales`, `notices`, `incidents`, `peers`, `health`, `transactions`,
   * `directory` (pumps, tanks, names of sites), `pump_commands`, `cash_sessions`, `sales_closes`, `fleet_companies`,
   * `fleet_cards`, `fleet_expenses`, `fleet_results`, `fleet_settlements`, `charging_points`, `charging_sessions`,
   * `charging_requests`, `charging_commands`, `charging_notifications`.
   */
  readonly view: string;
  /** The row's key parts within the collection, e.g. site and product. */
  readonly key: readonly (string | number)[];
}

/** A line to sell. */
export interface SaleLineInput {
  /** The product. */
  readonly product: ProductId;
  /** Whole units. */
  readonly quantity: number;
  /** Another price of one than the one in force. */
  readonly price?: Money;
  /** What the line costs, where that is not price times quantity. */
  readonly amount?: Money;
  /** What is taken off price times quantity, above 0. */
  readonly discount?: Money;
}

/** A sale to record. */
export interface RecordSaleInput {
  /**
   * The caller's id, so that a repeat is recognized; made here if left out. Goods of a strict product that come back
   * make rights: the recorded id contains the log then, and this node finds the sale by both.
   */
  readonly id?: FactId;
  /** 1 to 500 lines. */
  readonly lines: readonly SaleLineInput[];
  /** When it happened, in microseconds; now if left out. */
  readonly at?: number;
  /** True for something that already happened elsewhere: recorded whatever the stock. */
  readonly observation?: boolean;
  /** Free text, up to 500 characters. */
  readonly note?: string;
  /** Who sells. */
  readonly seller?: Actor;
  /** Who approved what the seller alone may not. */
  readonly approvedBy?: Actor;
  /** What is taken off the sum of the lines, above 0. */
  readonly discount?: Money;
  /** How it is paid, each method once, together the total; money that is given back is not part of it. */
  readonly payments?: readonly {
    readonly method: string;
    readonly amount: Money;
  }[];
  /** Whom it is sold to. */
  readonly customer?: Customer;
  /**
   * Of a return: whose goods come back, and why. Every quantity is below 0 then, and no more may come back than was sold
   * and has not come back yet.
   */
  readonly returns?: { readonly sale: FactId; readonly reason: string };
}

/** A product to create or replace, with price and counted stock. */
export interface ProductInput {
  /** Who does it; left out where nobody has to sign in. */
  readonly by?: Actor;
  /** Where it is defined. */
  readonly scope: Scope;
  /** Its id. */
  readonly product: ProductId;
  /** Its name, up to 500 characters; may be empty. */
  readonly name: string;
  /** Its price from now on; none if left out. */
  readonly price?: Money;
  /** The stock that is there, as a count; not counted if left out. */
  readonly stock?: number;
  /** How its stock is guarded; `soft` if left out at creation. */
  readonly policy?: "strict" | "soft" | "unmetered";
  /** Details to set; those left out stay, an empty text takes one away. */
  readonly details?: ProductDetails;
}

/** A product to create; it gets a number of this node if it has no id. */
export type NewProduct = Omit<ProductInput, "product"> & {
  /** Its id; if left out the site's code, `PROD` and a number that no other node of the site makes. */
  readonly product?: ProductId;
};

/** A notice to receive. */
export interface NoticeInput {
  /** The sender's id, as received. */
  readonly branch: string;
  /** The product. */
  readonly product: ProductId;
  /** Whole units. */
  readonly quantity: number;
  /** The total amount, exactly. */
  readonly amount: Money;
  /** The total amount, as received. */
  readonly amountText: string;
  /** The time of sale, as received. */
  readonly timestamp: string;
  /** The sender's sale id, by which a repeat is recognized. */
  readonly saleId?: string;
  /** Other fields of later releases, kept as received: `money_received`, `change`, `message_id`. */
  readonly extra?: Readonly<Record<string, string | number>>;
  /** `http` or `form`. A form for an unknown product is refused and not kept. */
  readonly source: "http" | "form";
}

/** What became of a notice. */
export interface NoticeOutcome {
  /** The notice as it stands; `applied` is false when its product is unknown (it is kept in quarantine). */
  readonly notice: NoticeView;
  /** True if the same notice was here before (same sale id and content). */
  readonly repeated: boolean;
  /** The master stock of the product now; may be negative. */
  readonly masterStock: number;
}

/** Every decision and every reading of a node. */
export interface UseCases {
  /** The mesh as a whole, and proofs of what is in it. */
  readonly mesh: MeshUseCases;
  /** Fleet cards. */
  readonly fleet: FleetUseCases;
  /** Everything about fuel stations. */
  readonly forecourt: ForecourtUseCases;
  /** Everything about charging points. */
  readonly charging:
    & ChargingUseCases
    & ChargingNoticeFeed
    & ChargingSessionFeed
    & ChargingSettings;
  /** Everything about branches and centrals of the older branch software. */
  readonly branchSync: BranchSyncUseCases;
  /** Passwords of charging points that connect by OCPP. */
  readonly pointPasswords: PointPasswords;
  /** Credentials of charging points, their encrypted telemetry, and what was done there. */
  readonly chargingSecurity: ChargingSecurity;
  /** Everything about people: users, sign-ins, and what administrators did. */
  readonly people: PeopleUseCases;
  /** Reports over days. */
  readonly reports: ReportUseCases;
  /** Everything about tills. */
  readonly tills: TillUseCases;
  /** Goods over all sites, and prices to come. */
  readonly goods: GoodsReadings & TransferUseCases;
  /** Facts about this node. */
  readonly node: NodeInfo;

  /** Creates a product; a branch's also becomes known to the mesh. Refusals: `product_exists`. */
  createProduct(input: NewProduct): Promise<Result<ProductView, Refusal>>;
  /** Replaces name, price and counted stock of a listed product. Refusals: `product_unknown`. */
  replaceProduct(input: ProductInput): Promise<Result<ProductView, Refusal>>;
  /** Changes single fields of a listed product. Refusals: `product_unknown`. */
  changeProduct(
    input: {
      readonly by?: Actor;
      readonly scope: Scope;
      readonly product: ProductId;
      readonly name?: string;
      readonly policy?: "strict" | "soft" | "unmetered";
      /** Its price from now on. */
      readonly price?: Money;
      /** The stock that is there, as a count. */
      readonly stock?: number;
      /** By how much the stock that is there differs from what is known, as a count; not with `stock`. */
      readonly adjustment?: number;
      readonly details?: ProductDetails;
    },
  ): Promise<Result<ProductView, Refusal>>;
  /** Removes a product from a scope; answers it as it was. Refusals: `product_unknown`. */
  removeProduct(
    input: {
      readonly by?: Actor;
      readonly scope: Scope;
      readonly product: ProductId;
    },
  ): Promise<Result<ProductView, Refusal>>;
  /** Sets a price from an instant on (microseconds; now if left out). Refusals: `product_unknown`, `id_reused`. */
  setPrice(
    input: {
      readonly by?: Actor;
      readonly id?: FactId;
      readonly scope: Scope;
      readonly product: ProductId;
      readonly price: Money;
      readonly effectiveAt?: number;
    },
  ): Promise<Result<{ readonly fact: FactId }, Refusal>>;
  /** Records a delivery. Refusals: `product_unknown`, `id_reused`. A repeat of an id answers like the first. */
  receiveStock(
    input: {
      readonly id?: FactId;
      readonly site: SiteCode;
      readonly lines: readonly {
        readonly product: ProductId;
        readonly quantity: number;
      }[];
      readonly note?: string;
    },
  ): Promise<
    Result<{ readonly fact: FactId; readonly repeated: boolean }, Refusal>
  >;
  /** Records a count. Refusals: `product_unknown`, `id_reused`. */
  countStock(
    input: {
      readonly id?: FactId;
      readonly site: SiteCode;
      readonly product: ProductId;
      readonly counted: number;
      readonly note?: string;
    },
  ): Promise<
    Result<
      {
        readonly fact: FactId;
        readonly difference: number;
        readonly repeated: boolean;
      },
      Refusal
    >
  >;
  /**
   * Records a sale at this node's site. Refusals: `product_unknown`, `price_unknown`, `stock_insufficient` (details:
   * `product`, `onHand`), `rights_insufficient` (details: `product`, `bound`, `free`, `onHand`), `id_reused`, `overloaded`, `node_stopping`. `repeated` is true for an id seen before.
   */
  recordSale(
    input: RecordSaleInput,
  ): Promise<
    Result<{ readonly sale: SaleView; readonly repeated: boolean }, Refusal>
  >;
  /** Voids a sale as a whole. Refusals: `sale_unknown`, `sale_already_voided`, `id_reused`. */
  voidSale(
    input: {
      readonly id?: FactId;
      readonly sale: FactId;
      readonly reason: string;
      readonly by?: Actor;
      /** Who approved it, where `by` alone may not. */
      readonly approvedBy?: Actor;
    },
  ): Promise<
    Result<{ readonly fact: FactId; readonly sale: SaleView }, Refusal>
  >;
  /**
   * Holds an amount of each bound for a purchase until it is captured, released or over. Asks other peers for what this
   * node lacks. Refusals: `rights_insufficient`, `id_reused`, `invalid_argument` (bounds of several spaces).
   */
  authorizeSpend(
    input: {
      readonly id?: FactId;
      readonly bounds: readonly BoundName[];
      readonly amount: number;
      readonly expiresInMs: number;
    },
  ): Promise<Result<SpendOutcome, Refusal>>;
  /** Charges a purchase, once; what exceeds its hold has happened all the same. Refusals: `spend_unknown`, `id_reused`. */
  captureSpend(
    input: { readonly id: FactId; readonly amount: number },
  ): Promise<Result<SpendOutcome, Refusal>>;
  /** Lets go of what is held for a purchase. Refusals: `spend_unknown`, `spend_captured`. */
  releaseSpend(
    input: { readonly id: FactId },
  ): Promise<Result<SpendOutcome, Refusal>>;
  /** Makes rights of an account, a card, a limit or a tank; below 0 destroys them. Refusals: `rights_insufficient`, `id_reused`, `invalid_argument`. */
  issueRights(
    input: {
      readonly id?: FactId;
      readonly bound: BoundName;
      readonly amount: number;
      readonly note?: string;
    },
  ): Promise<
    Result<{ readonly fact: FactId; readonly repeated: boolean }, Refusal>
  >;
  /** Receives a notice of an original branch. Refusals: `product_unknown` (form only). */
  receiveNotice(input: NoticeInput): Promise<Result<NoticeOutcome, Refusal>>;
  /** Acknowledges an incident. Refusals: `incident_unknown`. */
  acknowledgeIncident(
    input: { readonly incident: string; readonly note: string },
  ): Promise<Result<{ readonly fact: FactId }, Refusal>>;
  /**
   * Sales of goods that are not there, site by site: acknowledged ones first, then the last ones until the shortage of a
   * product is covered. The same at every peer that reads the site.
   */
  oversells(
    query: PageQuery & {
      readonly site?: SiteCode | undefined;
      readonly product?: ProductId | undefined;
      readonly acknowledged?: boolean | undefined;
    },
  ): Page<OversellView>;
  /**
   * Fixes what is done about one of them; the proposed remedy if none is named. Refusals: `oversell_unknown`,
   * `invalid_argument` (a transfer without its site), `forbidden`.
   */
  acknowledgeOversell(
    input: {
      readonly id: string;
      readonly remedy?: OversellView["remedy"]["kind"] | undefined;
      readonly from?: SiteCode | undefined;
      readonly note: string;
    },
  ): Promise<
    Result<
      {
        readonly fact: FactId;
        readonly item: OversellView;
        readonly repeated: boolean;
      },
      Refusal
    >
  >;
  /** Says what a site can spare for others. Refusals: `product_unknown`, `forbidden`. */
  offerStock(
    input: {
      readonly site: SiteCode;
      readonly product: ProductId;
      readonly quantity: number;
    },
  ): Promise<Result<{ readonly fact: FactId }, Refusal>>;

  /** Products of a scope in the order in which they were listed. For a site's scope without `narrowOnly`, those of the mesh's scope are there too. */
  products(
    query: PageQuery & {
      readonly scope: Scope;
      readonly narrowOnly?: boolean;
      readonly removed?: boolean;
      /** Only those whose name contains this, whatever the case of its letters. */
      readonly named?: string;
      /** Only those whose name, id or barcode has each of these words, whatever their case and accents. */
      readonly text?: string;
      /** Only those of which no more is there than their minimum. */
      readonly low?: boolean;
    },
  ): Page<ProductView>;
  /** One product as a scope shows it, also a removed one. */
  product(
    scope: Scope,
    product: ProductId,
    options?: { readonly narrowOnly?: boolean },
  ): ProductView | undefined;
  /** Stock rows of one site or of all, by site and product. */
  stock(query: PageQuery & { readonly site?: SiteCode }): Page<StockView>;
  /** Rights by bound and log, of one bound or of all. */
  rights(query: PageQuery & { readonly bound?: BoundName }): Page<RightsView>;
  /** One purchase that this node holds or held rights for. */
  spend(id: FactId): SpendView | undefined;
  /** One stock row. */
  stockOf(site: SiteCode, product: ProductId): StockView | undefined;
  /** Sales by the instant when they happened. */
  sales(query: SaleQuery): Page<SaleView>;
  /** One sale (the copy that counts). */
  sale(id: FactId): SaleView | undefined;
  /** Sums over a site's sales (all sites if left out), of a date or of all, of a product or of all. */
  totals(
    query: {
      readonly site?: SiteCode;
      readonly date?: string;
      readonly product?: ProductId;
    },
  ): SaleTotals;
  /** The totals as a list: per site, then as asked per date and per product. */
  totalsList(
    query: PageQuery & {
      readonly site?: SiteCode;
      readonly perDate?: boolean;
      readonly perProduct?: boolean;
    },
  ): Page<TotalsRow>;
  /** Facts by log and seq, or newest first. */
  facts(query: FactQuery): Page<FactView>;
  /** Every copy of one fact, the one that counts first. */
  fact(id: FactId): readonly FactView[];
  /** Notices that count (or those in quarantine), oldest first. */
  notices(
    query: PageQuery & {
      readonly quarantined?: boolean;
      readonly newestFirst?: boolean;
    },
  ): Page<NoticeView>;
  /** Open incidents (all with `acknowledged`), newest first. */
  incidents(
    query: PageQuery & { readonly acknowledged?: boolean },
  ): Page<IncidentView>;
  /** This node, its neighbors and the other members. */
  peers(): readonly PeerView[];
  /** The design's invariants and how often each was checked and found broken. */
  invariants(): readonly InvariantView[];
  /** How the node is. */
  health(): HealthView;
  /** How this node's sinks stand; none, if it has none. */
  sinks(): readonly SinkView[];
  /** Rows as a sink holds them, in short; undefined for a table that sinks do not have. */
  sinkRows(query: SinkRowsQuery): SinkRowsPage | undefined;
  /** State of the notifier towards an original central (`closed` and 0 when it is off). */
  notifier(): NotifierView;
  /** Notices that wait for an original central, and those that wait for a person, in the order of their sales. */
  outbox(query: PageQuery & { readonly state?: OutboxState }): Page<OutboxView>;
  /** Decides about a notice that waits for a person. Refusals: `not_found`, `forbidden` (it cannot be told). */
  decideNotice(input: NoticeDecisionInput): Promise<Result<null, Refusal>>;
  /**
   * A replicated document merged from its branches: as plain JSON, or as a file that Automerge tools open; null where
   * it holds hashes of passwords, which the JSON leaves out.
   */
  document(
    name: string,
  ): {
    readonly json: unknown;
    readonly automerge: Uint8Array | null;
    readonly heads: readonly Hash[];
  } | undefined;
  /** Names of replicated documents, in order. */
  documents(query: PageQuery): Page<string>;
  /**
   * Tells of every change of a view from now on, after it is durable.
   *
   * @returns A function that ends it.
   */
  subscribe(listener: (change: ViewChange) => void): () => void;
}
