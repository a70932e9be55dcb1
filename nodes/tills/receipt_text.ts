/**
 * A receipt as text of 48 columns, as printers of 80 mm paper have them.
 *
 * @module
 */
import type { ReceiptRow } from "./receipt.ts";

/** Columns of a receipt. */
export const RECEIPT_COLUMNS = 48;

/**
 * Text without what would not be printed but obeyed: control and format characters, and lone surrogates. A printer takes
 * commands in the same stream.
 *
 * @param text Any text.
 * @returns Text of one line.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, " ")
    .trimEnd();
}

/** Cuts text into pieces of at most so many characters, at spaces where there are some. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let rest = Array.from(printable(text));
  while (rest.length > columns) {
    const space = rest.lastIndexOf(" ", columns);
    const cut = space > 0 ? space : columns;
    lines.push(rest.slice(0, cut).join(""));
    rest = rest.slice(space > 0 ? cut + 1 : cut);
  }
  return [...lines, rest.join("")];
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}

function centered(text: string): string[] {
  return wrap(text, RECEIPT_COLUMNS).map((line) => {
    const left = Math.floor((RECEIPT_COLUMNS - lengthOf(line)) / 2);
    return `${" ".repeat(left)}${line}`;
  });
}

/** Two texts at the two edges; the second goes under the first where they do not fit beside each other. */
function pair(left: string, right: string): string[] {
  const lefts = wrap(left, RECEIPT_COLUMNS);
  const last = lefts.at(-1) ?? "";
  const rights = wrap(right, RECEIPT_COLUMNS);
  const [first = ""] = rights;
  const room = RECEIPT_COLUMNS - lengthOf(last) - lengthOf(first);
  if (rights.length === 1 && room >= 1) {
    return [...lefts.slice(0, -1), `${last}${" ".repeat(room)}${first}`];
  }
  const atEdge = rights.map((line) =>
    `${" ".repeat(RECEIPT_COLUMNS - lengthOf(line))}${line}`
  );
  return [...lefts, ...atEdge];
}

function toLines(row: ReceiptRow): string[] {
  switch (row.kind) {
    case "rule":
      return ["-".repeat(RECEIPT_COLUMNS)];
    case "text":
      return wrap(row.text, RECEIPT_COLUMNS);
    case "pair":
    case "total":
      return pair(row.left, row.right);
    default:
      return centered(row.text);
  }
}

/**
 * Writes a receipt as text.
 *
 * @param rows Its rows.
 * @returns Lines of at most 48 characters, each ended by a line feed.
 */
export function receiptToText(rows: readonly ReceiptRow[]): string {
  return rows.flatMap(toLines).map((line) => `${line}\n`).join("");
}
