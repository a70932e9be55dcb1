/**
 * What messages of the branch software speak of, as exact values: sales, their lines, and what a branch says of its
 * products. Reading stands in `branch_sync.ts`, writing in `branch_sync_message.ts`.
 *
 * @module
 */
import type { ProductId, SiteCode } from "../../crdt/ids.ts";

/** Largest body that an original central takes, in bytes after decompression. */
export const BRANCH_SYNC_ORIGINAL_BYTES_MAX = 102_400;
/** Largest amount of the original storage, in cents. */
export const BRANCH_SYNC_CENTS_MAX = 9_999_999_999;
/** Largest whole number of the original storage. */
export const BRANCH_SYNC_INTEGER_MAX = 2_147_483_647;

/** Longest texts of the original storage, in characters. */
export const BRANCH_SYNC_LENGTHS = {
  code: 3,
  sale: 25,
  line: 30,
  product: 20,
  name: 100,
  description: 255,
  category: 50,
  seller: 100,
  customer: 100,
} as const;

/** What a branch says of one of its products. Null is what it does not say. */
export interface BranchSyncSnapshot {
  /** The product. */
  readonly product: ProductId;
  /** Its branch. */
  readonly site: SiteCode;
  /** Its name. */
  readonly name: string | null;
  /** What is said of it. */
  readonly description: string | null;
  /** Its group. */
  readonly category: string | null;
  /** The code on its package. */
  readonly barcode: string | null;
  /** Its list price in cents, above 0. */
  readonly price: number | null;
  /** Whole units that are there. */
  readonly stock: number | null;
}

/** A line of a sale. */
export interface BranchSyncLine {
  /** Its key (`DetalleID`). */
  readonly key: string;
  /** What was sold, and what the branch says of it. */
  readonly product: BranchSyncSnapshot;
  /** Whole units; thousandths where `measured`. */
  readonly quantity: number;
  /** True for a quantity with a fraction. */
  readonly measured: boolean;
  /** Price of one in cents. */
  readonly price: number;
  /** What the line costs, in cents. */
  readonly subtotal: number;
}

/** A sale. */
export interface BranchSyncSale {
  /** Its number (`VentaID`). */
  readonly receipt: string;
  /** Its branch. */
  readonly site: SiteCode;
  /** The branch's wall clock, `YYYY-MM-DDTHH:MM:SS.sss`. */
  readonly wall: string;
  /** What the customer paid, in cents. */
  readonly total: number;
  /** The seller's number at the branch; null if nobody said. */
  readonly user: number | null;
  /** The seller's name; null if nobody said. */
  readonly seller: string | null;
  /** Whom it was sold to, if anybody said. */
  readonly customer: {
    readonly name: string;
    readonly document: string;
  } | null;
  /** What was sold. */
  readonly lines: readonly BranchSyncLine[];
}

/** Most lines of one sale. */
export const BRANCH_SYNC_LINES_MAX = 4096;
/** Most sales, and most products beside them, of one message. */
export const BRANCH_SYNC_ITEMS_MAX = 100_000;
