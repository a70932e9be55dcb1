/**
 * The named schemas of the node's interface, as types. Generated from its OpenAPI description; make it anew with
 * `deno run -A tests/support/wire_types.ts`.
 *
 * @module
 */

/** A page of a collection. */
export interface Page<T> {
  /** The items of this page. */
  readonly items: readonly T[];
  /** How many items the whole list has with these filters, where that is known cheaply. */
  readonly total: number | null;
  /** Pass it as `cursor` for the next page; null at the end. */
  readonly next: string | null;
}

/** `Money` of the interface. */
export interface Money {
  /** The exact amount as plain decimal text. E.g. `"12.50"`. */
  readonly amount: string;
  /** ISO 4217 code. E.g. `"PEN"`. */
  readonly currency: string;
}

/** Decimal text in the node's currency, or an amount with its currency. Never a JSON number. */
export type MoneyInput = string | {
  readonly amount: string;
  readonly currency: string;
};

/** `Sale` of the interface. */
export interface Sale {
  readonly id: string;
  readonly site: string;
  /** E.g. `"CUS-20241109-48213001"`. */
  readonly receipt: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  /** The same instant as the site's wall clock showed it. E.g. `"2024-11-09T13:22:31.120003"`. */
  readonly localTime: string;
  /** Business date at the site. */
  readonly date: string;
  readonly lines: readonly SaleLine[];
  readonly total: Money;
  readonly voided: boolean;
  /** The log that holds it. */
  readonly log: string;
  /** Its place in that log. */
  readonly seq: number;
  readonly seller?: Actor;
  /** The cash session in which it was made. */
  readonly session?: string;
  readonly discount?: Money;
  readonly payments?: readonly {
    readonly method: string;
    readonly amount: Money;
  }[];
  readonly customer?: {
    readonly name: string;
    readonly document: string;
  };
  /** Of a return: whose goods come back, and why. */
  readonly returns?: {
    readonly sale: string;
    readonly reason: string;
  };
  /** Set on a sale that an original branch made. */
  readonly legacy?: {
    readonly system: string;
    readonly wall: string;
  };
}

/** `SaleLine` of the interface. */
export interface SaleLine {
  readonly product: string;
  /** Its name when it was sold. */
  readonly name: string;
  readonly quantity: number;
  /** Price of one. */
  readonly price: Money | null;
  readonly amount: Money;
  readonly discount?: Money;
  /** True for what is sold by measure: `quantity` is in thousandths, `price` that of 1000. */
  readonly measured?: boolean;
}

/** `Actor` of the interface. */
export interface Actor {
  readonly id: string;
  readonly name: string;
}

/** An error, after RFC 9457. */
export interface Problem {
  readonly type: string;
  /** What the code means. */
  readonly title: string;
  readonly status: number;
  /** A sentence about this one case. */
  readonly detail: string;
  /** The stable name of what went wrong. */
  readonly code:
    | "invalid_argument"
    | "currency_mismatch"
    | "amount_out_of_range"
    | "config_invalid"
    | "data_folder_locked"
    | "data_folder_damaged"
    | "data_folder_newer"
    | "data_folder_moved"
    | "backup_damaged"
    | "backup_newer"
    | "backup_foreign"
    | "backup_ahead"
    | "backup_failed"
    | "store_full"
    | "store_failed"
    | "store_outcome_unknown"
    | "store_closed"
    | "link_closed"
    | "link_overflow"
    | "frame_too_large"
    | "dial_failed"
    | "invalid_certificate"
    | "invalid_token"
    | "bundle_invalid"
    | "product_unknown"
    | "product_exists"
    | "price_unknown"
    | "stock_insufficient"
    | "rights_insufficient"
    | "spend_unknown"
    | "spend_captured"
    | "sale_unknown"
    | "sale_already_voided"
    | "payment_invalid"
    | "discount_invalid"
    | "return_exceeds"
    | "sale_returned"
    | "cash_session_open"
    | "cash_session_unknown"
    | "id_reused"
    | "incident_unknown"
    | "pump_busy"
    | "pump_not_dispensing"
    | "oversell_unknown"
    | "transfer_unknown"
    | "pump_unknown"
    | "pump_exists"
    | "pump_connected"
    | "name_taken"
    | "price_invalid"
    | "station_unknown"
    | "tank_unknown"
    | "nothing_to_close"
    | "company_unknown"
    | "company_exists"
    | "nothing_to_settle"
    | "card_exists"
    | "card_unknown"
    | "purchase_refused"
    | "point_unknown"
    | "charge_refused"
    | "credential_invalid"
    | "charge_unknown"
    | "charge_open"
    | "command_refused"
    | "point_silent"
    | "limit_above_balance"
    | "user_unknown"
    | "password_invalid"
    | "sign_in_failed"
    | "approval_failed"
    | "sign_in_throttled"
    | "node_stopping"
    | "overloaded"
    | "push_failed"
    | "pull_failed"
    | "sink_failed"
    | "same_mesh"
    | "sender_unknown"
    | "forbidden"
    | "request_invalid"
    | "not_found"
    | "method_not_allowed"
    | "body_too_large"
    | "internal";
  /** The changing parts, e.g. `product` and `onHand` of `stock_insufficient`. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly errors?: readonly {
    readonly in: "body" | "query" | "path";
    readonly path: string;
    readonly message: string;
  }[];
}

/** E.g. `{"lines":[{"product":"honey","quantity":2}]}`. */
export interface SaleRecording {
  /** Your id for this sale, so that a repeat counts once and gets the first answer. E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  readonly lines: readonly {
    /** E.g. `"honey"`. */
    readonly product: string;
    /** Whole units, or thousandths of what is sold by measure; 0 only in an observation, below 0 in a return. */
    readonly quantity: number;
    /** Another price of one than the one in force. */
    readonly price?: MoneyInput;
    /** What the line costs, where that is not price times quantity. */
    readonly amount?: MoneyInput;
    /** What is taken off price times quantity. */
    readonly discount?: MoneyInput;
  }[];
  /** When it happened; now if left out. E.g. `"2024-11-09T18:22:31Z"`. */
  readonly at?: string;
  /** True for a sale that already happened elsewhere: recorded whatever the stock. */
  readonly observation?: boolean;
  readonly note?: string;
  readonly seller?: ActorInput;
  /** What is taken off the sum of the lines. */
  readonly discount?: MoneyInput;
  /** How it is paid, each method once, together the total; below zero in a return. */
  readonly payments?: readonly {
    /** E.g. `"cash"`. */
    readonly method: string;
    readonly amount: string | {
      readonly amount: string;
      readonly currency: string;
    };
  }[];
  readonly customer?: {
    readonly name: string;
    readonly document: string;
  };
  /** The sale whose goods come back, and why. Lines name products and quantities alone: they cost what they cost then. */
  readonly returns?: {
    /** E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
    readonly sale: string;
    readonly reason: string;
  };
  readonly approval?: Approval;
}

/** Who sells; a caller who has signed in sells itself. */
export interface ActorInput {
  readonly id: string;
  readonly name: string;
}

/** Name and password of a user of the role that it takes, who approves this one act of a caller of a lower role. The fact names both. No session is opened; failures count as failed sign-ins do. */
export interface Approval {
  readonly name: string;
  readonly password: string;
}

/** `SaleVoid` of the interface. */
export interface SaleVoid {
  readonly fact: string;
  readonly sale: Sale;
}

/** `SaleVoiding` of the interface. */
export interface SaleVoiding {
  /** E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  readonly reason: string;
  readonly by?: ActorInput;
  readonly approval?: Approval;
}

/** `Business` of the interface. */
export interface Business {
  readonly name: string;
  readonly ruc: string;
  readonly address: string;
  readonly phone: string;
}

/** E.g. `{"name":"Bodega El Sol","ruc":"20123456789"}`. */
export interface BusinessSetting {
  /** `mesh`, or `site:` and a code. Left out, it is the node's own site, or `mesh` where it has none. E.g. `"site:CUS"`. */
  readonly scope?: string;
  readonly name?: string;
  readonly ruc?: string;
  readonly address?: string;
  readonly phone?: string;
}

/** `CashSession` of the interface. */
export interface CashSession {
  readonly id: string;
  readonly site: string;
  /** The till's log. */
  readonly log: string;
  /** What people call the till. */
  readonly till: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly openedAt: string;
  readonly date: string;
  readonly openedBy: Actor | null;
  readonly float: Money;
  readonly moves: readonly {
    readonly id: string;
    /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
    readonly at: string;
    readonly direction: "in" | "out";
    readonly amount: Money;
    readonly reason: string;
    readonly by: Actor | null;
  }[];
  /** What should be there, or should have been at the close: cash with float and moves. `unstated` is what sales brought that do not say how they were paid. */
  readonly expected: readonly {
    readonly method: string;
    readonly amount: Money;
  }[];
  readonly counted:
    | readonly {
      readonly method: string;
      readonly amount: Money;
    }[]
    | null;
  /** `counted` less `expected`. */
  readonly differences:
    | readonly {
      readonly method: string;
      readonly amount: Money;
    }[]
    | null;
  readonly closedAt: string | null;
  readonly closedBy: Actor | null;
  readonly note: string | null;
}

/** E.g. `{"float":"50.00"}`. */
export interface CashSessionOpening {
  /** E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  readonly till?: string;
  readonly float: MoneyInput;
  readonly by?: ActorInput;
}

/** `CashMove` of the interface. */
export interface CashMove {
  /** E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  readonly direction: "in" | "out";
  readonly amount: MoneyInput;
  readonly reason: string;
  readonly by?: ActorInput;
}

/** E.g. `{"counted":[{"method":"cash","amount":"312.40"}]}`. */
export interface CashSessionClosing {
  /** E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  readonly counted: readonly {
    /** E.g. `"cash"`. */
    readonly method: string;
    readonly amount: MoneyInput;
  }[];
  readonly note?: string;
  readonly by?: ActorInput;
}

/** `SalesReport` of the interface. */
export interface SalesReport {
  readonly site: string;
  readonly date: string;
  /** The till's log; null for the whole site. */
  readonly till: string | null;
  /** Sales that are not voided, returns left out. */
  readonly sales: {
    readonly count: number;
    readonly amounts: readonly Money[];
  };
  readonly returns: {
    readonly count: number;
    readonly amounts: readonly Money[];
  };
  readonly voids: {
    readonly count: number;
    readonly amounts: readonly Money[];
  };
  readonly discounts: readonly Money[];
  /** Sales less returns by method of payment. */
  readonly methods: readonly {
    readonly method: string;
    readonly amount: Money;
  }[];
  readonly sellers: readonly {
    readonly seller: Actor | null;
    readonly count: number;
    readonly amounts: readonly Money[];
  }[];
  readonly products: readonly {
    readonly product: string;
    readonly name: string;
    readonly units: number;
    readonly amounts: readonly Money[];
  }[];
  readonly receipts: {
    readonly first: string;
    readonly last: string;
  } | null;
}

/** `SalesClose` of the interface. */
export interface SalesClose {
  readonly id: string;
  /** 0 for the close, then 1, 2, … for its supplements. */
  readonly number: number;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  readonly by: Actor | null;
  readonly report: SalesReport;
  /** SHA-256 over what it covers and no close before it does. */
  readonly digest: string;
  /** False where what this node has of it gives another digest: something of it is missing here. */
  readonly matches: boolean;
  readonly heard: readonly string[];
  /** Members of the site that were not linked: what they sold may come in a supplement. */
  readonly unheard: readonly string[];
}

/** E.g. `{"date":"2024-11-09"}`. */
export interface SalesClosing {
  /** E.g. `"CUS"`. */
  readonly site?: string;
  /** E.g. `"2024-11-09"`. */
  readonly date?: string;
  /** Only of this till: its log, or `own` for this node's. */
  readonly till?: string;
  readonly by?: ActorInput;
}

/** `Product` of the interface. */
export interface Product {
  readonly scope: string;
  readonly product: string;
  readonly name: string;
  /** False after a removal. */
  readonly listed: boolean;
  /** `strict`: never sold below zero. `soft`: a sale beyond the stock is refused here, but peers apart may oversell. `unmetered`: the stock is not looked at. */
  readonly policy: "strict" | "soft" | "unmetered";
  /** The price in force. */
  readonly price: Money | null;
  /** The fact that set it. */
  readonly priceFact: string | null;
  /** Stock of the site for a site's scope, of the master stock for `mesh`. */
  readonly onHand: number;
  readonly details: ProductDetails;
  /** Fields of which several values stand beside each other because they were set apart. */
  readonly contested: readonly string[];
}

/** `ProductDetails` of the interface. */
export interface ProductDetails {
  readonly description?: string;
  readonly image?: string;
  readonly cost?: string;
  readonly minimum?: number;
  readonly category?: string;
  readonly barcode?: string;
  readonly unit?: "piece" | "kg" | "l" | "m";
}

/** `ProductCreation` of the interface. */
export interface ProductCreation {
  /** `mesh`, or `site:` and a code. Left out, it is the node's own site, or `mesh` where it has none. E.g. `"site:CUS"`. */
  readonly scope?: string;
  /** Left out, the node gives it a number of its own. E.g. `"honey"`. */
  readonly product?: string;
  readonly name: string;
  readonly price?: MoneyInput;
  /** The stock that is there, recorded as a count. */
  readonly stock?: number;
  /** `strict`: never sold below zero. `soft`: a sale beyond the stock is refused here, but peers apart may oversell. `unmetered`: the stock is not looked at. */
  readonly policy?: "strict" | "soft" | "unmetered";
  readonly details?: ProductDetailsInput;
}

/** An empty text takes a detail away. */
export interface ProductDetailsInput {
  readonly description?: string;
  readonly image?: string;
  /** What one costs the shop. E.g. `"4.50 PEN"`. */
  readonly cost?: string;
  /** The stock at or under which more is wanted. */
  readonly minimum?: number;
  readonly category?: string;
  readonly barcode?: string;
  /** By what it is sold; of `kg`, `l` and `m` quantities are thousandths and the price is that of 1000. */
  readonly unit?: "piece" | "kg" | "l" | "m";
}

/** `ProductReplacement` of the interface. */
export interface ProductReplacement {
  readonly name: string;
  readonly price?: MoneyInput;
  /** The stock that is there, recorded as a count. */
  readonly stock?: number;
  /** `strict`: never sold below zero. `soft`: a sale beyond the stock is refused here, but peers apart may oversell. `unmetered`: the stock is not looked at. */
  readonly policy?: "strict" | "soft" | "unmetered";
  readonly details?: ProductDetailsInput;
}

/** `ProductChange` of the interface. */
export interface ProductChange {
  readonly name?: string;
  /** `strict`: never sold below zero. `soft`: a sale beyond the stock is refused here, but peers apart may oversell. `unmetered`: the stock is not looked at. */
  readonly policy?: "strict" | "soft" | "unmetered";
  readonly details?: ProductDetailsInput;
}

/** `Price` of the interface. */
export interface Price {
  readonly scope: string;
  readonly product: string;
  /** The price in force; null where the product has none. */
  readonly price: Money | null;
  /** The fact that set it. */
  readonly fact: string | null;
}

/** `PriceSetting` of the interface. */
export interface PriceSetting {
  /** E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  /** `mesh`, or `site:` and a code. Left out, it is the node's own site, or `mesh` where it has none. E.g. `"site:CUS"`. */
  readonly scope?: string;
  /** E.g. `"honey"`. */
  readonly product: string;
  readonly price: MoneyInput;
  /** E.g. `"2024-11-09T18:22:31Z"`. */
  readonly effectiveAt?: string;
}

/** `Stock` of the interface. */
export interface Stock {
  /** A site, or `MASTER` for the master stock. */
  readonly site: string;
  readonly product: string;
  /** received - sold + voided + counted + reported. May be below zero. */
  readonly onHand: number;
  readonly received: number;
  readonly sold: number;
  readonly voided: number;
  /** Sum of the differences that counts found. */
  readonly counted: number;
  /** What an original branch reported last; 0 where none sells. */
  readonly reported: number;
}

/** `StockReceipt` of the interface. */
export interface StockReceipt {
  /** E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  /** E.g. `"CUS"`. */
  readonly site?: string;
  readonly lines: readonly {
    /** E.g. `"honey"`. */
    readonly product: string;
    readonly quantity: number;
  }[];
  readonly note?: string;
}

/** `StockCount` of the interface. */
export interface StockCount {
  /** E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  /** E.g. `"CUS"`. */
  readonly site?: string;
  /** E.g. `"honey"`. */
  readonly product: string;
  /** What is there. */
  readonly counted: number;
  readonly note?: string;
}

/** `StockLevels` of the interface. */
export interface StockLevels {
  readonly product: string;
  readonly name: string;
  /** `strict`: never sold below zero. `soft`: a sale beyond the stock is refused here, but peers apart may oversell. `unmetered`: the stock is not looked at. */
  readonly policy: "strict" | "soft" | "unmetered";
  readonly unit: "piece" | "kg" | "l" | "m";
  /** The stock at or under which more is wanted. */
  readonly minimum: number | null;
  readonly sites: readonly {
    /** A site that this node reads, or `MASTER` for the master stock at an office. */
    readonly site: string;
    readonly onHand: number;
  }[];
  /** What sites said that they can spare for others, also sites that this node does not read. */
  readonly offers: readonly {
    readonly site: string;
    readonly quantity: number;
  }[];
}

/** `PriceChange` of the interface. */
export interface PriceChange {
  readonly scope: string;
  readonly product: string;
  readonly name: string;
  readonly price: Money;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly effectiveAt: string;
  readonly fact: string;
  readonly log: string;
  /** The fact's commit in its log: a peer that has so much of the log knows the price. */
  readonly seq: number;
}

/** `Transfer` of the interface. */
export interface Transfer {
  readonly id: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  readonly from: string;
  readonly to: string;
  readonly lines: readonly {
    readonly product: string;
    readonly quantity: number;
  }[];
  readonly note: string;
  /** Empty while the goods are on their way; several where nodes apart took them in. */
  readonly arrivals: readonly {
    readonly fact: string;
    /** Where it was sent to, or where it had left and came back. */
    readonly site: string;
    /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
    readonly at: string;
    readonly lines: readonly {
      readonly product: string;
      readonly quantity: number;
    }[];
    readonly note: string;
  }[];
}

/** `TransferSending` of the interface. */
export interface TransferSending {
  /** E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  /** The node's own site if left out. E.g. `"CUS"`. */
  readonly from?: string;
  /** E.g. `"CUS"`. */
  readonly to: string;
  readonly lines: readonly {
    /** E.g. `"honey"`. */
    readonly product: string;
    readonly quantity: number;
  }[];
  readonly note?: string;
}

/** `TransferArrival` of the interface. */
export interface TransferArrival {
  /** The node's own site if left out. E.g. `"CUS"`. */
  readonly site?: string;
  /** What arrived; all that was sent if left out. */
  readonly lines?: readonly {
    /** E.g. `"honey"`. */
    readonly product: string;
    readonly quantity: number;
  }[];
  readonly note?: string;
}

/** `Oversell` of the interface. */
export interface Oversell {
  /** The same at every node. */
  readonly id: string;
  readonly site: string;
  readonly product: string;
  readonly sale: string;
  readonly receipt: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  /** How many of the sale's goods are not there. */
  readonly quantity: number;
  /** Proposed, or fixed by an acknowledgement: goods of another site, goods that are ordered, or money back. */
  readonly remedy: "transfer" | "backorder" | "refund";
  /** The site that a transfer comes from. */
  readonly from: string | null;
  /** The fact that fixed the remedy; null while it is proposed. */
  readonly acknowledged: string | null;
}

/** `OversellAcknowledgement` of the interface. */
export interface OversellAcknowledgement {
  /** The proposed one if left out. */
  readonly remedy?: "transfer" | "backorder" | "refund";
  /** E.g. `"CUS"`. */
  readonly from?: string;
  readonly note?: string;
}

/** `StockOffer` of the interface. */
export interface StockOffer {
  /** E.g. `"CUS"`. */
  readonly site?: string;
  /** E.g. `"honey"`. */
  readonly product: string;
  /** What the site can spare now, in place of what it offered. */
  readonly quantity: number;
}

/** `Rights` of the interface. */
export interface Rights {
  /** What is guarded, e.g. `stock:<site>/<product>/<change to strict>` or `account:<company>`. */
  readonly bound: string;
  readonly space: string;
  readonly log: string;
  /** True for a log of this node. */
  readonly own: boolean;
  readonly made: number;
  readonly accepted: number;
  readonly returned: number;
  readonly granted: number;
  readonly spent: number;
  readonly destroyed: number;
  readonly held: number;
  /** The part of `spent` and `destroyed` that had already happened. */
  readonly observed: number;
  /** made + accepted + returned - granted - spent - destroyed. Below zero, the log owes. */
  readonly balance: number;
  /** `balance` less what is held. */
  readonly free: number;
  /** What this log granted and the receiver has not accepted yet. */
  readonly inTransit: number;
}

/** `Spend` of the interface. */
export interface Spend {
  readonly id: string;
  readonly bounds: readonly string[];
  /** What was held of each bound. */
  readonly amount: number;
  readonly expiresAt: string;
  /** What was charged; null while it is not. */
  readonly captured: number | null;
  readonly state: "held" | "captured" | "released";
}

/** `SpendAuthorization` of the interface. */
export interface SpendAuthorization {
  /** E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  readonly bounds: readonly string[];
  readonly amount: number;
  readonly expiresInSeconds: number;
}

/** `SpendCapture` of the interface. */
export interface SpendCapture {
  readonly amount: number;
}

/** `RightsIssue` of the interface. */
export interface RightsIssue {
  /** E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  /** E.g. `"account:99"`. */
  readonly bound: string;
  readonly amount: number;
  readonly note?: string;
}

/** `Totals` of the interface. */
export interface Totals {
  /** Null for all sites. */
  readonly site: string | null;
  /** Null for all dates. */
  readonly date: string | null;
  /** Null for all products. */
  readonly product: string | null;
  /** Sales; lines, where a product is asked for. */
  readonly count: number;
  readonly units: number;
  /** One entry per currency and scale; empty without sales. */
  readonly amounts: readonly Money[];
}

/** `Pump` of the interface. */
export interface Pump {
  readonly site: string;
  readonly pump: number;
  readonly name: string;
  readonly fuels: readonly string[];
  readonly fuel: string;
  readonly capacityMl: number;
  /** What a person says of it; `disponible` to begin with. */
  readonly serviceState: string;
  /** When it last registered at this node. */
  readonly connectedAt: string | null;
  /** The prices that it last took. */
  readonly prices: {
    readonly set: string;
    readonly prices: readonly {
      readonly fuel: string;
      readonly price: number;
    }[];
    /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
    readonly at: string;
  } | null;
  readonly totals: {
    readonly count: number;
    readonly volumeMl: number;
    readonly amount: number;
  };
  /** What it does now, if this node has heard of it. */
  readonly live: PumpLive | null;
}

/** `PumpLive` of the interface. */
export interface PumpLive {
  readonly connection: "connected" | "timeout" | "error" | "disconnected";
  readonly links: number;
  readonly operation: "idle" | "dispensing" | "paused";
  /** Of the running delivery. */
  readonly volumeMl: number;
  /** Of the running delivery, in the currency's smallest unit. */
  readonly amount: number;
  readonly fuel: string | null;
  /** Of one liter in the running delivery, in the currency's smallest unit, where it is known. */
  readonly price: number | null;
  readonly address: string | null;
  readonly at: string;
}

/** `PumpListing` of the interface. */
export interface PumpListing {
  /** E.g. `"CUS"`. */
  readonly site?: string;
  /** The highest of the site and 1 if left out. */
  readonly pump?: number;
  readonly name: string;
  readonly fuels?: readonly string[];
  /** E.g. `"95"`. */
  readonly fuel?: string;
  readonly capacityMl?: number;
}

/** `PumpChange` of the interface. */
export interface PumpChange {
  readonly name?: string;
  readonly fuels?: readonly string[];
  /** E.g. `"95"`. */
  readonly fuel?: string;
  readonly capacityMl?: number;
  readonly serviceState?: string;
}

/** `PumpCommand` of the interface. */
export interface PumpCommand {
  readonly id: string;
  readonly site: string;
  readonly pump: number;
  readonly command: "pause" | "resume" | "stop" | "report";
  /** Who ordered it, where people sign in, and why. */
  readonly reason: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly expiresAt: string;
  /** `sent` once it was written to the pump by whichever node holds its link. */
  readonly outcome: "ordered" | "sent" | "unreachable" | "expired";
}

/** `PumpCommandOrder` of the interface. */
export interface PumpCommandOrder {
  /** `stop` ends a delivery at once, in an emergency. */
  readonly command: "pause" | "resume" | "stop" | "report";
  readonly reason?: string;
}

/** `EmergencyStop` of the interface. */
export interface EmergencyStop {
  /** Pumps that were ordered. */
  readonly ordered: number;
  /** Pumps that could not be. */
  readonly refused: number;
  readonly items: readonly {
    readonly pump: number;
    /** The order; null if it was refused. */
    readonly command: string | null;
    readonly code: string | null;
  }[];
}

/** `EmergencyStopOrder` of the interface. */
export interface EmergencyStopOrder {
  /** E.g. `"CUS"`. */
  readonly site?: string;
  /** All that the site lists if left out. */
  readonly pumps?: readonly number[];
  readonly reason?: string;
}

/** `FuelPrices` of the interface. */
export interface FuelPrices {
  readonly site: string;
  /** The newest change among those that hold. */
  readonly set: string | null;
  readonly prices: readonly {
    readonly fuel: string;
    readonly price: Money;
    readonly fact: string;
    /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
    readonly effectiveAt: string;
  }[];
}

/** `FuelPriceSet` of the interface. */
export interface FuelPriceSet {
  readonly id: string;
  readonly scope: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly effectiveAt: string;
  readonly origin: string;
  readonly prices: readonly {
    readonly fuel: string;
    readonly price: Money;
  }[];
}

/** `FuelPriceSetting` of the interface. */
export interface FuelPriceSetting {
  /** E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  /** `mesh`, or `site:` and a code. Left out, it is the node's own site, or `mesh` where it has none. E.g. `"site:CUS"`. */
  readonly scope?: string;
  /** Set them at each of these sites, in place of `scope`; each gets a change of its own. */
  readonly sites?: readonly string[];
  readonly prices: readonly {
    /** E.g. `"honey"`. */
    readonly fuel: string;
    readonly price: MoneyInput;
  }[];
  /** E.g. `"2024-11-09T18:22:31Z"`. */
  readonly effectiveAt?: string;
  readonly origin?: string;
}

/** `FuelSale` of the interface. */
export interface FuelSale {
  readonly id: string;
  readonly site: string;
  readonly pump: string;
  readonly pumpName: string;
  readonly fuel: string;
  readonly volumeMl: number;
  readonly price: Money;
  readonly amount: Money;
  readonly payment: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  readonly localTime: string;
  readonly startedAt: string | null;
  /** Business date at the site. */
  readonly date: string;
  readonly state: "started" | "completed" | "cancelled" | "failed";
  readonly source: "pump" | "peer" | "entered";
  readonly timeEstimated: boolean;
  /** The amount is not the volume times the price. */
  readonly amountMismatch: boolean;
  /** The site had set other prices for the fuel. */
  readonly priceMismatch: boolean;
  /** The message as received, where something had to be put right. */
  readonly raw: string | null;
  readonly log: string;
  readonly seq: number;
}

/** A delivery that a person enters; those of pumps come by themselves. */
export interface FuelSaleRecording {
  /** E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  /** E.g. `"CUS"`. */
  readonly site?: string;
  readonly pump: string;
  readonly fuel: string;
  readonly volumeMl: number;
  readonly price: MoneyInput;
  readonly amount: MoneyInput;
  readonly payment?: string;
  /** E.g. `"2024-11-09T18:22:31Z"`. */
  readonly at?: string;
  /** E.g. `"2024-11-09T18:22:31Z"`. */
  readonly startedAt?: string;
}

/** `TankEvent` of the interface. */
export interface TankEvent {
  /** The fact behind it. */
  readonly id: string;
  readonly site: string;
  readonly tank: number;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  /** Business date at the site. */
  readonly date: string;
  readonly kind: "delivery" | "dip";
  /** What was brought, or what the dip found more than expected: below zero for a loss. */
  readonly volumeMl: number;
}

/** `Tank` of the interface. */
export interface Tank {
  readonly site: string;
  readonly tank: number;
  readonly fuel: string;
  readonly capacityMl: number | null;
  /** The pumps that draw from it; none for all. */
  readonly pumps: readonly string[];
  /** delivered - dispensed + dipped. May be below zero. */
  readonly levelMl: number;
  readonly deliveredMl: number;
  readonly dispensedMl: number;
  /** Sum of the differences that dips found. */
  readonly dippedMl: number;
  /** This month: what was sold, what dips found, and what may be missing (1% and 130 US gallons). */
  readonly month: {
    readonly date: string;
    readonly throughputMl: number;
    readonly variationMl: number;
    readonly allowedMl: number;
  };
}

/** `TankSetting` of the interface. */
export interface TankSetting {
  readonly fuel: string;
  readonly capacityMl?: number;
  readonly pumps?: readonly string[];
}

/** `TankDelivery` of the interface. */
export interface TankDelivery {
  /** E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  readonly volumeMl: number;
  /** E.g. `"2024-11-09T18:22:31Z"`. */
  readonly at?: string;
  readonly note?: string;
}

/** `TankDip` of the interface. */
export interface TankDip {
  /** E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  readonly measuredMl: number;
  /** E.g. `"2024-11-09T18:22:31Z"`. */
  readonly at?: string;
  readonly note?: string;
}

/** `DayReport` of the interface. */
export interface DayReport {
  readonly date: string;
  readonly site: string;
  readonly rows: readonly {
    readonly pump: string;
    readonly fuel: string;
    readonly payment: string;
    readonly count: number;
    readonly volumeMl: number;
    readonly amount: Money;
  }[];
  readonly totalizers: readonly {
    readonly pump: string;
    readonly fuel: string;
    readonly openingMl: number;
    readonly closingMl: number;
  }[];
  readonly tanks: readonly {
    readonly tank: number;
    readonly fuel: string;
    readonly openingMl: number;
    readonly deliveredMl: number;
    readonly dispensedMl: number;
    /** The variance: what dips found more than expected. */
    readonly dippedMl: number;
    readonly closingMl: number;
  }[];
  readonly total: {
    readonly count: number;
    readonly volumeMl: number;
    /** In the smallest unit of the site's currency. */
    readonly amount: number;
  };
}

/** `ShiftReport` of the interface. */
export interface ShiftReport {
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly from: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly before: string;
  readonly site: string;
  readonly rows: readonly {
    readonly pump: string;
    readonly fuel: string;
    readonly payment: string;
    readonly count: number;
    readonly volumeMl: number;
    readonly amount: Money;
  }[];
  readonly totalizers: readonly {
    readonly pump: string;
    readonly fuel: string;
    readonly openingMl: number;
    readonly closingMl: number;
  }[];
  readonly tanks: readonly {
    readonly tank: number;
    readonly fuel: string;
    readonly openingMl: number;
    readonly deliveredMl: number;
    readonly dispensedMl: number;
    /** The variance: what dips found more than expected. */
    readonly dippedMl: number;
    readonly closingMl: number;
  }[];
  readonly total: {
    readonly count: number;
    readonly volumeMl: number;
    /** In the smallest unit of the site's currency. */
    readonly amount: number;
  };
}

/** `DayClose` of the interface. */
export interface DayClose {
  readonly id: string;
  readonly site: string;
  readonly date: string;
  /** 0 for the close, then 1, 2, … for its supplements. */
  readonly number: number;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  readonly report: DayReport;
}

/** `DayClosing` of the interface. */
export interface DayClosing {
  /** E.g. `"CUS"`. */
  readonly site?: string;
  /** E.g. `"2024-11-09"`. */
  readonly date: string;
}

/** `Station` of the interface. */
export interface Station {
  readonly site: string;
  readonly name: string;
}

/** `StationName` of the interface. */
export interface StationName {
  readonly name: string;
}

/** `ChargingAuditEntry` of the interface. */
export interface ChargingAuditEntry {
  readonly id: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  readonly site: string;
  /** In the words of the original programs. E.g. `"CP_RECONEXION"`. */
  readonly action: string;
  readonly point: string | null;
  /** A network address, a driver or a person. */
  readonly source: string | null;
  readonly text: string;
}

/** `ChargingWeather` of the interface. */
export interface ChargingWeather {
  /** Degrees Celsius below which a weather office stops points of a city. */
  readonly threshold: number;
  readonly temperatures: readonly {
    readonly city: string;
    /** As it was told. */
    readonly temperature: string;
  }[];
}

/** E.g. `{"threshold":0}`. */
export interface ChargingWeatherSetting {
  readonly threshold: number;
}

/** `ChargingLogLine` of the interface. */
export interface ChargingLogLine {
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  /** Which program. */
  readonly source: string;
  readonly text: string;
}

/** E.g. `{"target":"MAD-01","command":"F"}`. */
export interface ChargingSimulation {
  /** A point, or `ALL`. */
  readonly target: string | "ALL";
  /** `F` fault, `R` recovery, `I` plug in, `E` unplug: for equipment that is simulated. */
  readonly command: "F" | "R" | "I" | "E";
}

/** `Company` of the interface. */
export interface Company {
  readonly company: string;
  /** Empty if nobody gave one. */
  readonly name: string;
  /** Deposits less accepted expenses known here, wherever the rights are held. */
  readonly balance: Money;
  /** Rights at hand at this node. */
  readonly free: Money;
  /** Rights granted by one log and not accepted by another yet. */
  readonly inTransit: Money;
  readonly cards: number;
  /** Accepted ones. */
  readonly expenses: number;
  readonly spent: Money;
  /** What stations may sell without contact beyond the rights they hold: the stated risk. */
  readonly floor: Money;
  /** Floor expenses that no balance has covered yet. */
  readonly floorOpen: Money;
  /** True if this node may make deposits, cards and limits. */
  readonly issuer: boolean;
}

/** `RightsHolders` of the interface. */
export interface RightsHolders {
  readonly items: readonly {
    readonly log: string;
    readonly site: string | null;
    readonly free: Money;
  }[];
}

/** E.g. `{"name":"Transportes del Sur"}`. */
export interface CompanyNaming {
  readonly name: string;
  /** One a change: a repeat with the same content counts once. E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  readonly by?: ActorInput;
}

/** E.g. `{"amount":"1000000"}`. */
export interface Deposit {
  readonly amount: MoneyInput;
  readonly note?: string;
  /** One a change: a repeat with the same content counts once. E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  readonly by?: ActorInput;
}

/** E.g. `{"amount":"50000"}`. */
export interface FloorSetting {
  readonly amount: MoneyInput;
  /** One a change: a repeat with the same content counts once. E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  readonly by?: ActorInput;
}

/** `Card` of the interface. */
export interface Card {
  readonly company: string;
  readonly card: string;
  /** What it may still spend, wherever the rights are held. */
  readonly limit: Money;
  /** Accepted ones. */
  readonly expenses: number;
  readonly spent: Money;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly registeredAt: string;
  /** True if its first purchase made it. */
  readonly automatic: boolean;
}

/** E.g. `{"card":"7","limit":"20000"}`. */
export interface CardRegistration {
  /** E.g. `"99"`. */
  readonly card: string;
  readonly limit: MoneyInput;
  /** One a change: a repeat with the same content counts once. E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  readonly by?: ActorInput;
}

/** E.g. `{"limit":"30000"}`. */
export interface LimitSetting {
  readonly limit: MoneyInput;
  /** One a change: a repeat with the same content counts once. E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  readonly by?: ActorInput;
}

/** `PurchaseVerdict` of the interface. */
export interface PurchaseVerdict {
  readonly id: string;
  readonly accepted: boolean;
  /** True if it was known before. */
  readonly repeated: boolean;
}

/** E.g. `{"company":"99","card":"7","amount":"1606","liters":1}`. */
export interface Purchase {
  /** One a purchase: a repeat is charged once. E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  /** E.g. `"99"`. */
  readonly company: string;
  /** E.g. `"99"`. */
  readonly card: string;
  readonly amount: MoneyInput;
  /** The UTC day; today's if left out. E.g. `"2024-11-09"`. */
  readonly date?: string;
  readonly liters?: number;
  /** Where at this node's site, as far as it is known. */
  readonly place?: {
    readonly province?: number;
    readonly station?: number;
    readonly pump?: number;
  };
}

/** The most that the purchase may cost. */
export interface PurchaseHold {
  /** One a purchase: a repeat is charged once. E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  /** E.g. `"99"`. */
  readonly company: string;
  /** E.g. `"99"`. */
  readonly card: string;
  readonly amount: MoneyInput;
  /** The UTC day; today's if left out. E.g. `"2024-11-09"`. */
  readonly date?: string;
  readonly liters?: number;
  /** Where at this node's site, as far as it is known. */
  readonly place?: {
    readonly province?: number;
    readonly station?: number;
    readonly pump?: number;
  };
  readonly expiresInSeconds: number;
}

/** `PurchaseCapture` of the interface. */
export interface PurchaseCapture {
  readonly amount: MoneyInput;
  readonly liters?: number;
}

/** `Expense` of the interface. */
export interface Expense {
  /** The purchase. */
  readonly id: string;
  readonly company: string;
  readonly card: string;
  readonly amount: Money;
  /** The UTC day as its teller named it. */
  readonly date: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  readonly liters: number | null;
  readonly place: {
    readonly site: string | null;
    readonly province: number | null;
    readonly station: number | null;
    readonly pump: number | null;
  };
  /** What an original program wants back with the verdict. */
  readonly route: {
    readonly pumpAddress: string;
    readonly station: string;
    readonly regional: string;
  } | null;
  /** Who told of it. E.g. `"card"`. */
  readonly source: string;
  readonly accepted: boolean;
  /** Why not; null if it was charged. */
  readonly reason:
    | "amount_invalid"
    | "company_unknown"
    | "card_unknown"
    | "limit_insufficient"
    | "balance_insufficient"
    | "rights_unreachable"
    | "replay_suspected"
    | "outcome_unknown"
    | "id_reused"
    | "overloaded"
    | null;
  /** True if it may be a repeat of another purchase. */
  readonly suspect: boolean;
  /** True if it was charged to the floor. */
  readonly floor: boolean;
  /** False for a floor expense that no balance has covered yet. */
  readonly settled: boolean;
  /** The log that decided it. */
  readonly log: string;
}

/** `Statement` of the interface. */
export interface Statement {
  readonly company: string;
  /** Null for all cards. */
  readonly card: string | null;
  readonly month: string;
  /** The balance, or the card's limit, of today. */
  readonly balance: Money;
  readonly cards: readonly {
    readonly card: string;
    readonly count: number;
    readonly amount: Money;
  }[];
  /** Accepted expenses. */
  readonly count: number;
  readonly amount: Money;
  readonly settlements: readonly Settlement[];
  /** When it was computed. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
}

/** `Settlement` of the interface. */
export interface Settlement {
  readonly id: string;
  readonly company: string;
  readonly month: string;
  /** `month` is the close of a month, `extra` settles what came in since. */
  readonly kind: "month" | "extra";
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  /** Expenses that it covers. */
  readonly count: number;
  readonly amount: Money;
  /** Floor expenses that it covered from the balance. */
  readonly floorSettled: number;
}

/** E.g. `{"month":"2024-11"}`. */
export interface Settling {
  /** E.g. `"2024-11"`. */
  readonly month: string;
  /** One a change: a repeat with the same content counts once. E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  readonly by?: ActorInput;
}

/** `CardResult` of the interface. */
export interface CardResult {
  readonly purchase: string;
  /** Where it is kept. */
  readonly site: string;
  readonly company: string;
  readonly card: string;
  /** The verdict; true and not delivered is charged and not confirmed to its card. */
  readonly success: boolean;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  /** `delivering` while one node tries, or does not know whether the card got it. */
  readonly state: "kept" | "delivering" | "delivered";
}

/** `UnconfirmedVerdict` of the interface. */
export interface UnconfirmedVerdict {
  readonly expense: Expense;
  readonly route: {
    readonly pumpAddress: string;
    readonly station: string;
    readonly regional: string;
  };
}

/** `ForwardedPurchase` of the interface. */
export interface ForwardedPurchase {
  readonly purchase: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  readonly company: string;
  readonly card: string;
  readonly amount: Money;
  readonly date: string;
  readonly pumpAddress: string;
  readonly station: string;
  readonly target: "company" | "regional";
  /** `sent` may have been charged; `unknown` was asked for long enough: a person must find out; `dropped` never reached who decides; `review` may be a repeat. */
  readonly state:
    | "queued"
    | "sent"
    | "unknown"
    | "accepted"
    | "refused"
    | "dropped"
    | "review";
}

/** `OwedVerdict` of the interface. */
export interface OwedVerdict {
  readonly purchase: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  readonly company: string;
  readonly card: string;
  readonly amount: Money;
  readonly date: string;
  readonly pumpAddress: string;
  readonly station: string;
  /** `accepted` is charged and not told; `writing` while nobody knows whether the station has it. */
  readonly state: "deciding" | "accepted" | "refused" | "writing";
}

/** `Feed` of the interface. */
export interface Feed {
  readonly items: readonly FeedItem[];
  /** Pass it as `after` for what comes next. */
  readonly after: number;
  /** How far the subscriber has confirmed; null without one. */
  readonly acknowledged: number | null;
}

/** `FeedItem` of the interface. */
export interface FeedItem {
  /** This node's own number of it: grows by arrival, has no meaning at another node. */
  readonly number: number;
  readonly kind:
    | "expense"
    | "refusal"
    | "deposit"
    | "card"
    | "limit"
    | "settlement";
  readonly fact: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  readonly card: string | null;
  /** Null where no amount is meant. */
  readonly amount: Money | null;
}

/** E.g. `{"subscriber":"back-office","number":7}`. */
export interface FeedAcknowledgement {
  /** E.g. `"back-office"`. */
  readonly subscriber: string;
  readonly number: number;
}

/** `ChargingPoint` of the interface. */
export interface ChargingPoint {
  readonly id: string;
  readonly site: string;
  readonly state:
    | "ACTIVADO"
    | "RESERVADO"
    | "SUMINISTRANDO"
    | "AVERIADO"
    | "FUERA_DE_SERVICIO"
    | "DESCONECTADO";
  readonly color: StateColor;
  /** `Out of Order` for a point out of service. */
  readonly legend: string;
  readonly location: string;
  /** Per kWh; null if nobody said. */
  readonly price: Money | null;
  /** `unverified` if only telemetry was ever heard of it. */
  readonly dialect: "text" | "framed" | "ocpp" | "unverified";
  readonly connectors: readonly {
    readonly number: number;
    readonly state:
      | "ACTIVADO"
      | "RESERVADO"
      | "SUMINISTRANDO"
      | "AVERIADO"
      | "FUERA_DE_SERVICIO"
      | "DESCONECTADO";
    readonly session: ChargingSession | null;
    readonly errorCode: string | null;
  }[];
  readonly connected: boolean;
  /** The node that decides its sessions. */
  readonly authority: string | null;
  /** What keeps it out of service. */
  readonly stops: readonly ("operator" | "weather" | "revoked")[];
  /** True if it has not confirmed a stop or resume. */
  readonly unconfirmed: boolean;
  readonly faulty: boolean;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
}

/** `StateColor` of the interface. */
export interface StateColor {
  /** E.g. `"#28a745"`. */
  readonly hex: string;
  /** E.g. `"green"`. */
  readonly name: string;
  /** For terminals: between `ESC [` and `m`. E.g. `"92"`. */
  readonly ansi: string;
  readonly emoji: string;
}

/** `ChargingSession` of the interface. */
export interface ChargingSession {
  readonly id: string;
  readonly site: string;
  readonly point: string;
  readonly connector: number;
  /** Null for a supply that nobody asked for. */
  readonly driver: string | null;
  readonly status: "authorized" | "charging" | "ended";
  readonly source: "kafka" | "http" | "ocpp" | "operator" | "equipment";
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** When the reservation runs out; null for never. */
  readonly expiresAt: string | null;
  /** So far, or in all. */
  readonly energyWh: number;
  /** So far, or in all; as the equipment computed it if it did. */
  readonly amount: Money;
  /** How old the live figures are; null if it is not charging. */
  readonly ageMs: number | null;
  /** True if the equipment has said nothing for over 5 seconds. */
  readonly stale: boolean;
  /** Null while it lasts. */
  readonly outcome:
    | "completed"
    | "fault"
    | "disconnected"
    | "stopped"
    | "expired"
    | "cancelled"
    | "displaced"
    | null;
  /** What the driver was told of an end without a ticket. */
  readonly words: string | null;
  /** Why it ended, as a charger of OCPP says it. */
  readonly reason: string | null;
  readonly tariff: Tariff | null;
  /** True if the equipment's price is not the registered one. */
  readonly priceDiffers: boolean;
  /** The number of an OCPP transaction. */
  readonly transaction: number | null;
}

/** `Tariff` of the interface. */
export interface Tariff {
  /** Per kWh. */
  readonly energy: Money;
  /** Per session. */
  readonly session: Money;
  /** Per begun minute. */
  readonly minute: Money;
}

/** `ChargingPanel` of the interface. */
export interface ChargingPanel {
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  readonly site: string | null;
  /** Every state with its documented color, all points counted. */
  readonly states: readonly {
    readonly state:
      | "ACTIVADO"
      | "RESERVADO"
      | "SUMINISTRANDO"
      | "AVERIADO"
      | "FUERA_DE_SERVICIO"
      | "DESCONECTADO";
    readonly color: StateColor;
    readonly legend: string;
    /** Points in this state. */
    readonly count: number;
  }[];
  readonly points: readonly ChargingPoint[];
  /** Pass it as `cursor` for the points after these. */
  readonly next: string | null;
  readonly drivers: readonly ChargingDriver[];
}

/** `ChargingDriver` of the interface. */
export interface ChargingDriver {
  readonly driver: string;
  /** Where the driver has a session. */
  readonly point: string | null;
  readonly session: string | null;
  readonly status: "authorized" | "charging" | "ended" | null;
  /** When the session was authorized. */
  readonly at: string | null;
}

/** `ChargingOrderAnswer` of the interface. */
export interface ChargingOrderAnswer {
  /** Null for `end`. */
  readonly command: ChargingCommand | null;
  /** What `end` ended. */
  readonly sessions: readonly ChargingSession[];
}

/** `ChargingCommand` of the interface. */
export interface ChargingCommand {
  readonly id: string;
  readonly point: string;
  readonly command: string;
  readonly cause: "operator" | "weather" | "revoked" | null;
  readonly by: Actor | null;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  /** `confirmed` or `refused` as the equipment said, `silent` if it said nothing in time, `failed` if the word could not be written, `expired` if nobody could be told. */
  readonly state:
    | "waiting"
    | "expired"
    | "confirmed"
    | "refused"
    | "silent"
    | "failed";
  /** The equipment's answer to a command of its protocol. */
  readonly answer: Readonly<Record<string, unknown>> | null;
}

/** E.g. `{"command":"stop"}`. */
export interface ChargingOrder {
  /** E.g. `"stop"`. */
  readonly command: string;
  /** Each cause is set and lifted by itself. */
  readonly cause?: "operator" | "weather";
  /** Of `end`: whose session; all of the point's if left out. */
  readonly connector?: number;
  /** What a command of the protocol takes, e.g. `{ "type": "Soft" }` of `Reset`. */
  readonly args?: Readonly<Record<string, unknown>>;
  readonly by?: ActorInput;
}

/** `ChargingOrderToAllAnswer` of the interface. */
export interface ChargingOrderToAllAnswer {
  /** Points that were ordered. */
  readonly ordered: number;
  /** Points that could not be. */
  readonly refused: number;
  readonly items: readonly {
    readonly point: string;
    /** The command; null if it was refused. */
    readonly command: string | null;
    readonly code: string | null;
    readonly detail: string | null;
  }[];
}

/** E.g. `{"command":"stop"}`. */
export interface ChargingOrderToAll {
  readonly command: "stop" | "resume";
  /** Each cause is set and lifted by itself. */
  readonly cause?: "operator" | "weather";
  readonly by?: ActorInput;
}

/** `ChargingVerdict` of the interface. */
export interface ChargingVerdict {
  readonly request: string;
  readonly accepted: boolean;
  /** What the driver is told, e.g. `Autorizado`. */
  readonly words: string;
  readonly session: ChargingSession | null;
  /** True if it was known before. */
  readonly repeated: boolean;
}

/** E.g. `{"driver":"417","point":"MAD-01"}`. */
export interface ChargingRequest {
  /** One a request: a repeat gets the first answer. E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  readonly driver: string;
  readonly point: string;
  /** Any that is free if left out. */
  readonly connector?: number;
  /** How long the point is kept for the driver; the site's setting if left out. */
  readonly holdSeconds?: number;
}

/** `SupplyAnswer` of the interface. */
export interface SupplyAnswer {
  /** `live`: a running session's figures were renewed in memory, and reach the disk each minute. `stored`: on disk. `repeated`: taken before, or of a session that is over. `ignored`: it says nothing that counts. */
  readonly effect: "live" | "stored" | "repeated" | "ignored";
}

/** E.g. `{"kind":"ended","driver":"417","energyWh":1200,"amount":"0.24","id":"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"}`. */
export interface SupplyRecord {
  /** `meter` is a running total, `lost` a supply that the equipment ended because its monitor was gone. */
  readonly kind: "started" | "meter" | "ended" | "fault" | "lost";
  readonly connector?: number;
  /** As the equipment names it; the point's session has its own. E.g. `"417"`. */
  readonly driver?: string;
  /** Since the start of the supply. */
  readonly energyWh?: number;
  /** Since the start of the supply, if the equipment computes it; else the point's price counts. */
  readonly amount?: MoneyInput;
  /** Where the equipment knows it; the point's if left out. `started` of one that nobody knows begins it. E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly session?: string;
  /** One a record: told again, it does nothing. Needed where there is no `session`, but for `meter`. E.g. `"01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a"`. */
  readonly id?: string;
  /** By the equipment's clock; now if left out. E.g. `"2024-11-09T18:22:31Z"`. */
  readonly at?: string;
}

/** `ChargingNotification` of the interface. */
export interface ChargingNotification {
  /** The same at every node, for ever. */
  readonly id: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  readonly point: string;
  readonly driver: string;
  readonly type:
    | "AUTH_OK"
    | "AUTH_DENIED"
    | "CONSUMO_UPDATE"
    | "TICKET"
    | "SUPPLY_ERROR";
  readonly reason: string | null;
  readonly energyWh: number | null;
  readonly amount: Money | null;
}

/** `ChargingReportRow` of the interface. */
export interface ChargingReportRow {
  /** A point's or driver's id, or a business date. */
  readonly key: string;
  /** Those that ended. */
  readonly sessions: number;
  /** Of these, with a ticket. */
  readonly completed: number;
  readonly energyWh: number;
  readonly amount: Money;
}

/** `UnattributedEnergy` of the interface. */
export interface UnattributedEnergy {
  readonly id: string;
  readonly point: string;
  /** The session after whose end it came. */
  readonly session: string | null;
  readonly energyWh: number;
  readonly amount: Money;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
}

/** `TariffSettingAnswer` of the interface. */
export interface TariffSettingAnswer {
  readonly point: string | null;
  /** Null if nobody set one: the price that a point registers with counts then. */
  readonly tariff: Tariff | null;
}

/** E.g. `{"energy":"0.25","session":"0.50"}`. */
export interface TariffSetting {
  /** Of one point; the site's for all others if left out. E.g. `"MAD-01"`. */
  readonly point?: string;
  /** Per kWh. */
  readonly energy: MoneyInput;
  /** Per session; nothing if left out. */
  readonly session?: MoneyInput;
  /** Per begun minute; nothing if left out. */
  readonly minute?: MoneyInput;
}

/** `ChargingDriverSetting` of the interface. */
export interface ChargingDriverSetting {
  readonly blocked: boolean;
}

/** `ChargingPointPasswordAnswer` of the interface. */
export interface ChargingPointPasswordAnswer {
  readonly point: string;
  /** Whether the charger needs one to connect. */
  readonly hasPassword: boolean;
}

/** E.g. `{"password":"correct-horse-battery"}`. */
export interface ChargingPointPassword {
  /** 16 to 64 printable ASCII characters without spaces; null takes it away. */
  readonly password: string | null;
}

/** `Fact` of the interface. */
export interface Fact {
  readonly id: string;
  /** E.g. `"SaleRecorded"`. */
  readonly type: string;
  readonly space: string;
  readonly log: string;
  readonly seq: number;
  /** Hybrid logical clock, 16 hexadecimal digits. */
  readonly stamp: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly writtenAt: string;
  readonly status: "counts" | "duplicate" | "set_aside";
  /** Why it was set aside. */
  readonly reason: string | null;
  /** The whole fact. */
  readonly fact: Readonly<Record<string, unknown>>;
}

/** `FactProof` of the interface. */
export interface FactProof {
  readonly fact: Fact;
  /** The peer that wrote the log. */
  readonly writer: string;
  readonly writerSite: string | null;
  /** SHA-256 of the commit's bytes, made anew; null where they are not kept any more. */
  readonly hash: string | null;
  /** The hash of the commit before, as this one names it. */
  readonly previous: string | null;
  readonly bytes: number | null;
  /** Documents that the commit changes. */
  readonly documents: readonly string[];
  /** The next place of the log that its writer signed. */
  readonly signedSeq: number | null;
  /** Whether the commit before has the hash that is named. */
  readonly chain: "holds" | "broken" | "unknown";
  /** Whether each commit up to the signed one names the one before it. */
  readonly link: "holds" | "broken" | "unknown";
  /** Whether the writer's key signed that place. */
  readonly signature: "holds" | "broken" | "unknown";
  /** Whether the writer's certificate stands under the mesh's root key. */
  readonly certificate: "holds" | "broken" | "unknown";
  /** Peers that may read the log and were heard of since the start. */
  readonly holders: readonly {
    readonly peer: string;
    readonly site: string | null;
    readonly roles: readonly string[];
    readonly linked: boolean;
    /** Whether it said that it has the commit. */
    readonly holds: boolean;
  }[];
}

/** `Notice` of the interface. */
export interface Notice {
  readonly id: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  /** The sender's id, as received. */
  readonly branch: string;
  readonly product: string;
  readonly name: string | null;
  /** When it was received. */
  readonly price: Money | null;
  readonly quantity: number;
  readonly amount: Money;
  /** The total amount, to the last digit as received. */
  readonly amountText: string;
  /** The time of sale, as received. */
  readonly timestamp: string;
  /** False while it is in quarantine: its product is unknown. */
  readonly applied: boolean;
  readonly source: "http" | "form";
}

/** `Incident` of the interface. */
export interface Incident {
  readonly id: string;
  /** E.g. `"oversell"`. */
  readonly kind: string;
  readonly message: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly since: string;
  readonly count: number;
  readonly acknowledged: boolean;
  readonly details: Readonly<Record<string, unknown>>;
}

/** `IncidentAcknowledgement` of the interface. */
export interface IncidentAcknowledgement {
  readonly note?: string;
}

/** `Peer` of the interface. */
export interface Peer {
  readonly peer: string;
  readonly site: string | null;
  readonly roles: readonly string[];
  readonly self: boolean;
  /** True while a link is up. */
  readonly linked: boolean;
  readonly address: string | null;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly lastSeen: string | null;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly certificateEnds: string | null;
  /** For each log that differs. */
  readonly lag: readonly {
    readonly space: string;
    readonly log: string;
    readonly ownSeq: number;
    readonly peerSeq: number;
    /** Commits that the peer has and this node has not; negative the other way round. */
    readonly commits: number;
    /** Since both last had the same seq; 0 when in step. */
    readonly seconds: number;
  }[];
  /** Commits that this node still lacks from it. */
  readonly behindCommits: number;
  /** The greatest `seconds` of `lag`. */
  readonly behindSeconds: number;
}

/** `Mesh` of the interface. */
export interface Mesh {
  /** Made of the mesh's root key. */
  readonly name: string;
  /** Whether this node may let others in, and revoke those. */
  readonly mayInvite: boolean;
  /** Members that were revoked. */
  readonly revoked: readonly string[];
  /** Links that came up or were lost since this node started, newest first; the last 200. */
  readonly links: readonly {
    /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
    readonly at: string;
    readonly peer: string;
    readonly site: string | null;
    /** False if the link was lost. */
    readonly up: boolean;
    /** Why it was lost. */
    readonly reason: string;
  }[];
}

/** `Storage` of the interface. */
export interface Storage {
  /** Of all files of the data folder; null where not known. */
  readonly folderBytes: number | null;
  /** Left on the data folder's disk; null where not known. */
  readonly freeBytes: number | null;
  readonly commits: number;
  readonly logs: number;
  /** Branches of documents: one a document and log. */
  readonly branches: number;
}

/** `Invitation` of the interface. */
export interface Invitation {
  /** What `--join` takes. It is shown this once. */
  readonly token: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly endsAt: string;
  /** False if the token names no address at which this node can be dialed. */
  readonly reachable: boolean;
}

/** E.g. `{"roles":["branch"],"sites":["CUS"]}`. */
export interface InvitationMaking {
  readonly roles: readonly NodeRole[];
  /** Its site; several for a region alone. */
  readonly sites?: readonly string[];
  readonly region?: string | null;
  readonly companies?: readonly string[];
  /** How long it can be redeemed; 7 days if left out. */
  readonly days?: number;
}

/** `NodeRole` of the interface. */
export type NodeRole =
  | "branch"
  | "station"
  | "pump"
  | "charging"
  | "region"
  | "company"
  | "office";

/** `BranchSync` of the interface. */
export interface BranchSync {
  /** Whether branches send to this node. */
  readonly isCentral: boolean;
  /** Whether this node tells an original central. */
  readonly hasTargets: boolean;
  /** Whether this node reads original branches. */
  readonly hasSources: boolean;
  readonly last: BranchSyncRun | null;
  readonly lastOk: BranchSyncRun | null;
  /** Own sales that no central, or without one no other node, has confirmed. */
  readonly pending: number;
  /** What original branches seem to hold back. */
  readonly gaps: readonly {
    readonly site: string;
    readonly date: string;
    readonly missing: readonly string[];
    readonly count: number;
  }[];
}

/** `BranchSyncRun` of the interface. */
export interface BranchSyncRun {
  /** Counts up from 1. */
  readonly number: number;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  readonly direction: "sent" | "received";
  /** Whether it went well. */
  readonly ok: boolean;
  /** What happened, in Spanish. */
  readonly message: string;
  /** The other side. */
  readonly site: string | null;
  /** How many sales. */
  readonly records: number | null;
}

/** `BranchSyncConflict` of the interface. */
export interface BranchSyncConflict {
  readonly number: number;
  readonly receipt: string | null;
  readonly kind: "conflict" | "quarantine";
  /** In Spanish. */
  readonly reason: string;
  /** What stood here already; null in quarantine. */
  readonly first?: unknown;
  /** What came, as it came. */
  readonly second?: unknown;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  readonly resolved: boolean;
}

/** `BranchSyncBranch` of the interface. */
export interface BranchSyncBranch {
  readonly site: string;
  readonly name: string;
  readonly city: string | null;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly lastSync: string | null;
  /** `pending` until a person accepts a code that nobody listed. */
  readonly state: "active" | "pending";
}

/** `BranchSyncResolution` of the interface. */
export interface BranchSyncResolution {
  readonly note?: string;
}

/** `DocumentName` of the interface. */
export interface DocumentName {
  readonly name: string;
}

/** `Document` of the interface. */
export interface Document {
  readonly name: string;
  /** Hashes of the newest changes. */
  readonly heads: readonly string[];
  readonly content?: unknown;
}

/** `Sink` of the interface. */
export interface Sink {
  /** Where it is, without user and password. E.g. `"postgres://db.example:5432/chain"`. */
  readonly name: string;
  readonly kind: "postgres" | "kafka";
  /** `failing` is tried again, ever more rarely, at least once a minute; `stopped` refuses a row, which is tried again each minute until somebody has helped. */
  readonly state:
    | "connecting"
    | "loading"
    | "following"
    | "failing"
    | "stopped";
  /** When that state began. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly since: string;
  /** Facts that it lacks; 10000 stands for that many or more. Null while it cannot be told. */
  readonly lagFacts: number | null;
  /** How old the oldest change is that it lacks; 0 for none. */
  readonly lagSeconds: number | null;
  /** Rows or records that went over since the start. */
  readonly rows: number;
  /** Facts among them. */
  readonly facts: number;
  /** Null while it works. */
  readonly error: {
    readonly message: string;
    /** What a person can do. */
    readonly remedy: string;
    /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
    readonly at: string;
  } | null;
}

/** `SinkRows` of the interface. */
export interface SinkRows {
  readonly items: readonly SinkRow[];
  readonly next: string | null;
}

/** `SinkRow` of the interface. */
export interface SinkRow {
  /** The key's values as JSON. */
  readonly key: string;
  /** The site and day. */
  readonly group: string;
  /** Of all values of the row. */
  readonly hash: string;
}

/** `Health` of the interface. */
export interface Health {
  readonly status: "ok" | "degraded";
  /** It can record now. Whoever answers is alive. */
  readonly ready: boolean;
  /** What is wrong, in sentences. */
  readonly reasons: readonly string[];
  readonly problems: readonly HealthProblem[];
  readonly peer: string;
  readonly site: string | null;
  readonly roles: readonly string[];
  /** Of the site: what amounts without a currency are in. E.g. `"PEN"`. */
  readonly currency: string;
  /** Of the site, IANA; its wall clock says what day it is. E.g. `"America/Lima"`. */
  readonly timezone: string;
  readonly version: string;
  readonly uptimeMs: number;
  /** Addresses that other peers can dial. */
  readonly listen: readonly string[];
  /** Surfaces and where they listen; null for one that could not. */
  readonly surfaces: Readonly<Record<string, readonly string[] | null>>;
  /** Commits stored. */
  readonly commits: number;
  /** Links that are up. */
  readonly links: number;
}

/** `HealthProblem` of the interface. */
export interface HealthProblem {
  readonly code:
    | "store"
    | "disk_low"
    | "certificate_ending"
    | "certificate_ended"
    | "clock_behind"
    | "revoked"
    | "background"
    | "surface";
  /** A sentence for people. */
  readonly text: string;
  /** What helps. */
  readonly remedy: string;
  /** Since when it is known, ISO 8601. */
  readonly since: string;
}

/** `Invariant` of the interface. */
export interface Invariant {
  readonly number: number;
  readonly statement: string;
  /** Since the start. */
  readonly checked: number;
  /** Since the start. */
  readonly violations: number;
}

/** `Notifier` of the interface. */
export interface Notifier {
  /** Null when it is off. */
  readonly url: string | null;
  /** Of the circuit breaker. */
  readonly state: "closed" | "open" | "half_open";
  /** Consecutive. */
  readonly failures: number;
  readonly pending: number;
  readonly confirmed: number;
  /** Refused by the central: they wait for a person. */
  readonly setAside: number;
  /** Not known whether the central counted them: they wait for a person. */
  readonly unconfirmed: number;
}

/** `OutboxNotice` of the interface. */
export interface OutboxNotice {
  /** Its place in the queue; notices are sent in this order. */
  readonly number: number;
  /** `set_aside`: refused, or cannot be told. `unconfirmed`: nobody knows whether it was counted. */
  readonly state: "pending" | "set_aside" | "unconfirmed";
  readonly sale: string;
  /** The sale's line, from 0. */
  readonly line: number;
  /** How often it was sent. */
  readonly attempts: number;
  /** Why it waits for a person. */
  readonly note: string;
  /** The JSON that the central gets; null if it cannot be told. */
  readonly body: string | null;
}

/** `NoticeDecision` of the interface. */
export interface NoticeDecision {
  /** `send`: it is sent again, in its place. `settle`: the central has it, or was told by hand. */
  readonly decision: "send" | "settle";
}

/** `Session` of the interface. */
export interface Session {
  /** For the header `Authorization: Bearer`. */
  readonly token: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly expiresAt: string;
  readonly user: User;
}

/** `User` of the interface. */
export interface User {
  readonly id: number;
  /** E.g. `"ana"`. */
  readonly name: string;
  /** E.g. `"Ana Ríos"`. */
  readonly fullName: string;
  /** `cashier` reads and sells, `supervisor` also sets prices, products and stock, voids and closes, `admin` may do everything. */
  readonly role: "admin" | "supervisor" | "cashier";
  /** The one site where it may sign in; null for all. */
  readonly site: string | null;
  readonly active: boolean;
  /** True if a user made apart from this one has the same name: the active one with the least id signs in. */
  readonly nameShared: boolean;
  readonly mustChangePassword: boolean;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly createdAt: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly changedAt: string;
}

/** E.g. `{"name":"ana","password":"correct horse battery"}`. */
export interface SignIn {
  readonly name: string;
  readonly password: string;
}

/** `CurrentSession` of the interface. */
export interface CurrentSession {
  /** False while there are no users: nobody has to sign in. */
  readonly required: boolean;
  /** Null for a caller who has not signed in. */
  readonly user: User | null;
}

/** `SessionEnd` of the interface. */
export interface SessionEnd {
  readonly ended: boolean;
}

/** `Act` of the interface. */
export interface Act {
  readonly id: string;
  /** RFC 3339, UTC. E.g. `"2024-11-09T18:22:31.120003Z"`. */
  readonly at: string;
  /** E.g. `"user_created"`. */
  readonly act: string;
  /** E.g. `"user/417"`. */
  readonly subject: string;
  /** Null where nobody had to sign in. */
  readonly by: {
    readonly id: string;
    readonly name: string;
  } | null;
  readonly note: string | null;
}

/** E.g. `{"name":"ana","fullName":"Ana Ríos","role":"admin","password":"correct horse battery"}`. */
export interface UserMaking {
  readonly name: string;
  readonly fullName: string;
  /** `cashier` reads and sells, `supervisor` also sets prices, products and stock, voids and closes, `admin` may do everything. */
  readonly role: "admin" | "supervisor" | "cashier";
  /** Null for all sites; this node's site if left out. E.g. `"CUS"`. */
  readonly site?: string | null;
  /** Its number, of one that moves in from another system; another is drawn if it is taken. */
  readonly id?: number;
  /** 8 to 200 characters; not the name, and not the password with which original programs are delivered. */
  readonly password?: string;
  /** Instead of a password, its hash of another system: bcrypt or argon2id. It is replaced at the first sign-in. */
  readonly passwordHash?: string;
  readonly mustChangePassword?: boolean;
}

/** `UserChange` of the interface. */
export interface UserChange {
  readonly name?: string;
  readonly fullName?: string;
  /** `cashier` reads and sells, `supervisor` also sets prices, products and stock, voids and closes, `admin` may do everything. */
  readonly role?: "admin" | "supervisor" | "cashier";
  readonly active?: boolean;
}

/** `PasswordSetting` of the interface. */
export interface PasswordSetting {
  /** 8 to 200 characters; not the name, and not the password with which original programs are delivered. */
  readonly password: string;
  /** The present password; needed to change one's own. */
  readonly current?: string;
  /** Of another's password: whether it must change it. */
  readonly mustChangePassword?: boolean;
}
