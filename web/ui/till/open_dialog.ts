/**
 * Which of the till's dialogs is open: at most one.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";
import type { Product } from "../wire_types.ts";

/** A dialog of the till. */
export type TillDialog =
  | { readonly kind: "measure"; readonly product: Product }
  | { readonly kind: "line"; readonly key: string }
  | {
    readonly kind: "pay" | "discount" | "customer" | "held" | "hold" | "outbox";
  }
  | {
    readonly kind: "receipt";
    readonly sale: string;
    readonly received: string | null;
  };

/** The dialog that is open. */
export const openDialog: Signal<TillDialog | undefined> = signal(undefined);
