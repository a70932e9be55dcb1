/**
 * Where a purchase was made, as far as it is known.
 *
 * @module
 */
import type { Expense } from "../wire_types.ts";
import { text } from "./texts.ts";

/**
 * A place in words.
 *
 * @param place The place.
 * @returns Text; a dash where nothing is known.
 */
export function placeText(
  { site, province, station, pump }: Expense["place"],
): string {
  const parts = [
    ...(site === null ? [] : [site]),
    ...(province === null ? [] : [text("provinceIs", { province })]),
    ...(station === null ? [] : [text("stationIs", { station })]),
    ...(pump === null ? [] : [text("pumpIs", { pump })]),
  ];
  return parts.length === 0 ? "–" : parts.join(" · ");
}
