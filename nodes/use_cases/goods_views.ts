/**
 * What readings of goods over all sites and of prices to come give: types alone, since `use_cases.ts` names them.
 *
 * @module
 */
import type {
  FactId,
  LogId,
  Money,
  Policy,
  ProductId,
  Result,
  Scope,
  SiteCode,
  Transfer,
  TransferLine,
  Unit,
} from "../../crdt/mod.ts";
import type { Page, PageQuery, Refusal } from "../answers.ts";

/** How much of a product is where, as far as this node reads the sites. */
export interface StockLevels {
  /** The product. */
  readonly product: ProductId;
  /** Its name. */
  readonly name: string;
  /** How its stock is guarded. */
  readonly policy: Policy;
  /** By what it is sold. */
  readonly unit: Unit;
  /** The stock at or under which more is wanted, if somebody said it. */
  readonly minimum: number | null;
  /** Sites with a stock row, by code; the master stock only at a node that reads all sites. */
  readonly sites: readonly {
    readonly site: SiteCode;
    /** Whole units; may be below zero. */
    readonly onHand: number;
  }[];
  /** What sites said that they can spare for others, also sites that this node does not read. */
  readonly offers: readonly {
    readonly site: SiteCode;
    /** Whole units above 0. */
    readonly quantity: number;
  }[];
}

/** A price that is set for later. */
export interface PriceToCome {
  /** Where it will be in force. */
  readonly scope: Scope;
  /** The product. */
  readonly product: ProductId;
  /** The product's name. */
  readonly name: string;
  /** The price. */
  readonly price: Money;
  /** From when on, in microseconds since 1970. */
  readonly effectiveAt: number;
  /** The fact that set it. */
  readonly fact: FactId;
  /** The log in which it stands. */
  readonly log: LogId;
  /** Its commit's place there. */
  readonly seq: number;
}

/** Readings of goods over all sites, and of prices to come. */
export interface GoodsReadings {
  /** How much of each product of a scope is where. */
  stockLevels(
    query: PageQuery & {
      readonly scope: Scope;
      /** Only those whose name, id or barcode has each of these words, whatever their case and accents. */
      readonly text?: string;
      /** Only those of which no more is at the scope's site than their minimum. */
      readonly low?: boolean;
    },
  ): Page<StockLevels>;
  /** Prices of a scope that will come into force, the next first. */
  pricesToCome(query: PageQuery & { readonly scope: Scope }): Page<PriceToCome>;
}

/** What became of moving goods. */
export interface TransferOutcome {
  /** The fact. */
  readonly fact: FactId;
  /** True if the same was recorded before. */
  readonly repeated: boolean;
}

/** Moving goods between sites. */
export interface TransferUseCases {
  /**
   * Records that goods leave a site for another. Refusals: `product_unknown`, `stock_insufficient`,
   * `rights_insufficient`, `id_reused`, `invalid_argument` (the same site), `forbidden`.
   */
  sendGoods(
    input: {
      readonly id?: FactId;
      readonly from: SiteCode;
      readonly to: SiteCode;
      readonly lines: readonly TransferLine[];
      readonly note: string;
    },
  ): Promise<Result<TransferOutcome, Refusal>>;
  /**
   * Records that goods arrived, all of them unless lines are given, once: a second time nothing changes. They may come
   * back where they had left. Refusals: `transfer_unknown`, `product_unknown`, `invalid_argument` (another site),
   * `forbidden`.
   */
  receiveGoods(
    input: {
      readonly transfer: FactId;
      readonly site: SiteCode;
      readonly lines?: readonly TransferLine[];
      readonly note: string;
    },
  ): Promise<Result<TransferOutcome, Refusal>>;
  /** Transfers, the last first; of a site those that leave or arrive there; `open` for those on their way. */
  transfers(
    query: PageQuery & {
      readonly site?: SiteCode;
      readonly open?: boolean;
    },
  ): Page<Transfer>;
}
