/**
 * Texts of sales and drawers, and words that the node keeps as codes.
 *
 * @module
 */
import { translator } from "../base/i18n.ts";
import type { Actor } from "../wire_types.ts";
import { salesEn } from "./sales_messages_en.ts";
import { salesEs } from "./sales_messages_es.ts";

/** Gives a text of sales and drawers. */
export const text = translator(salesEs, salesEn);

/**
 * The name of a method of payment.
 *
 * @param method The node's word.
 * @returns Its name; the word itself where a site made its own.
 */
export function methodName(method: string): string {
  switch (method) {
    case "cash":
    case "card":
    case "transfer":
    case "wallet":
    case "unstated":
      return text(`method_${method}`);
    default:
      return method;
  }
}

/**
 * Who sold or did something.
 *
 * @param actor The actor; nobody if undefined or null.
 * @returns The name, or the id where it has none.
 */
export function sellerName(actor: Actor | null | undefined): string {
  if (actor === null || actor === undefined) return "–";
  return actor.name === "" ? actor.id : actor.name;
}
