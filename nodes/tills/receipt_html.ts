/**
 * A receipt as one page for an 80 mm printer. It loads nothing and runs nothing: names in it are text, whatever they
 * hold.
 *
 * @module
 */
import type { ReceiptRow } from "./receipt.ts";
import { printable } from "./receipt_text.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it stands in a page. */
function escaped(text: string): string {
  return printable(text).replaceAll(/[&<>"']/g, (one) => ESCAPES[one] ?? one);
}

const STYLE = `@page{size:80mm auto;margin:3mm}
body{width:72mm;margin:0 auto;font:12px/1.35 "DejaVu Sans Mono",Menlo,Consolas,monospace;color:#000;background:#fff}
p{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
.title{font-size:16px;font-weight:700;text-align:center}
.mark{font-size:15px;font-weight:700;text-align:center;border:1px solid #000;margin:1mm 0}
.center{text-align:center}
.pair,.total{display:flex;justify-content:space-between;gap:2mm}
.pair b,.total b{font-weight:inherit;white-space:pre-wrap;overflow-wrap:anywhere;text-align:right}
.total{font-size:15px;font-weight:700}
hr{border:0;border-top:1px dashed #000;margin:1.5mm 0}`;

function toHtml(row: ReceiptRow): string {
  switch (row.kind) {
    case "rule":
      return "<hr>";
    case "pair":
    case "total":
      return `<p class="${row.kind}"><span>${escaped(row.left)}</span><b>${
        escaped(row.right)
      }</b></p>`;
    default:
      return `<p class="${row.kind}">${escaped(row.text)}</p>`;
  }
}

/**
 * Writes a receipt as a page.
 *
 * @param title The page's title: the receipt's number.
 * @param rows Its rows.
 * @returns An HTML document in UTF-8.
 */
export function receiptToHtml(
  title: string,
  rows: readonly ReceiptRow[],
): string {
  return `<!doctype html>
<html lang="es">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>
${STYLE}
</style>
</head>
<body>
${rows.map(toHtml).join("\n")}
</body>
</html>
`;
}
