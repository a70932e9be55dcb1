/**
 * Remedies in words.
 *
 * @module
 */
import type { Oversell } from "../wire_types.ts";
import { text } from "./texts.ts";

/** What is done about goods that are not there, in words. */
export function remedyText(
  { remedy, from }: Pick<Oversell, "remedy" | "from">,
): string {
  return remedy === "transfer"
    ? text("remedy_transferFrom", { site: from ?? "?" })
    : text(`remedy_${remedy}`);
}
