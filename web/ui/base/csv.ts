/**
 * Tables as CSV files (RFC 4180) that spreadsheets open without running anything in them.
 *
 * @module
 */

/** What begins a formula in a spreadsheet. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?[0-9]+(\.[0-9]+)?$/;

function cell(value: string): string {
  const safe = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * A table as CSV.
 *
 * @param rows The first is the header.
 * @returns Text with a byte order mark, so that spreadsheets take it for UTF-8.
 */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return `\uFEFF${
    rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("")
  }`;
}

/**
 * Hands a file to the person.
 *
 * @param name The file's name.
 * @param text What is in it.
 * @param type Its media type.
 */
export function saveFile(
  name: string,
  text: string,
  type = "text/csv;charset=utf-8",
): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
