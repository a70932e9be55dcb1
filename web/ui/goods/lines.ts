/**
 * Lines of products and quantities that a person collects before they are sent.
 *
 * @module
 */
import type { Product } from "../wire_types.ts";
import { newId } from "../base/ids.ts";
import { quantityField, typedQuantity, type Unit, UNITS } from "./quantity.ts";

/** A product and a quantity as it was typed. */
export interface Line {
  /** The id of what is recorded of it, so that a repeat counts once. */
  readonly id: string;
  readonly product: string;
  readonly name: string;
  readonly unit: Unit;
  readonly typed: string;
}

/** The most lines of one delivery or transfer, as the node has it. */
export const LINES_MAX = 500;

/**
 * Reads lines that were kept.
 *
 * @param value What was kept.
 * @returns The lines that are some.
 */
export function parseLines(value: unknown): readonly Line[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isLine).slice(0, LINES_MAX);
}

function isLine(value: unknown): value is Line {
  if (typeof value !== "object" || value === null) return false;
  const { id, product, name, unit, typed } = value as Partial<Line>;
  return [id, product, name, typed].every((part) => typeof part === "string") &&
    UNITS.some((one) => one === unit);
}

/**
 * Adds a product: one more of what is sold by the piece; what is measured gets a line whose quantity is to be typed.
 *
 * @param lines The lines.
 * @param found The product.
 * @returns The lines, with its line first.
 */
export function withProduct(
  lines: readonly Line[],
  { product, name, details }: Product,
): readonly Line[] {
  const unit = details.unit ?? "piece";
  const known = lines.find((line) => line.product === product);
  const others = lines.filter((line) => line.product !== product);
  if (known === undefined && lines.length >= LINES_MAX) return lines;
  const before = known === undefined ? 0 : typedQuantity(known.typed, unit);
  const typed = unit === "piece" && before !== undefined
    ? quantityField(before + 1, unit)
    : known?.typed ?? "";
  return [{ id: known?.id ?? newId(), product, name, unit, typed }, ...others];
}

/** The lines with another quantity in one of them. */
export function withTyped(
  lines: readonly Line[],
  product: string,
  typed: string,
): readonly Line[] {
  return lines.map((line) =>
    line.product === product ? { ...line, typed } : line
  );
}

/** The lines without a product's. */
export function without(
  lines: readonly Line[],
  product: string,
): readonly Line[] {
  return lines.filter((line) => line.product !== product);
}

/** What a line comes to; undefined if its quantity is none. */
export function quantityOf({ typed, unit }: Line): number | undefined {
  return typedQuantity(typed, unit);
}
