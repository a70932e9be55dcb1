/**
 * Amounts of bytes as people read them.
 *
 * @module
 */
import { formatNumber } from "../base/format.ts";

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/**
 * Bytes in their largest fitting unit.
 *
 * @param bytes Zero or more; null where it is not known.
 * @returns Text, e.g. `1.5 GB`; a dash for null.
 */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return "–";
  let unit = 0;
  let value = bytes;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${formatNumber(value, unit === 0 ? 0 : 1)} ${UNITS[unit]}`;
}
