/**
 * Receipts for an 80 mm printer: text of 48 columns that the node makes, shown as it will be printed.
 *
 * @module
 */
import type { VNode } from "preact";
import { type Answer, readText, withQuery } from "../base/http.ts";

/**
 * Prints a text by the browser, on paper 80 mm wide: nothing else of the page is printed.
 *
 * @param text Lines of at most 48 columns.
 */
export function printReceipt(text: string): void {
  const paper = document.createElement("div");
  paper.className = "receipt-print";
  const content = document.createElement("pre");
  content.textContent = text;
  paper.append(content);
  document.body.append(paper);
  document.documentElement.classList.add("prints-receipt");
  const done = () => {
    paper.remove();
    document.documentElement.classList.remove("prints-receipt");
  };
  // Browsers that print in the background tell when they took the page.
  globalThis.addEventListener("afterprint", done, { once: true });
  globalThis.print();
}

/**
 * Reads the receipt of a sale.
 *
 * @param sale The sale's id.
 * @param received What was handed over in cash, as decimal text; the receipt then shows the change.
 * @returns The text.
 */
export function readReceipt(
  sale: string,
  received?: string,
): Promise<Answer<string>> {
  const path = `/v1/sales/${encodeURIComponent(sale)}/receipt`;
  return readText(withQuery(path, { format: "text", received }));
}

/** A receipt on the screen. */
export function ReceiptText({ text }: { readonly text: string }): VNode {
  return <pre class="receipt" tabIndex={0}>{text}</pre>;
}
