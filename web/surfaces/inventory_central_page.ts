/**
 * The central role's pages: the overview, the sale form and the two fragments that answer the form.
 *
 * @module
 */
import type { NoticeView } from "../../nodes/mod.ts";
import { dateTimeOfText } from "./fastapi_datetime.ts";
import {
  billionthsOf,
  dollars,
  floatText,
  numberOfBillionths,
} from "./fastapi_numbers.ts";
import type { ProductRow } from "./inventory_products.ts";
import { escapeHtml, type SurfacePage } from "./surface_page.ts";

/** What the overview shows. */
export interface CentralPage {
  /** The products. */
  readonly products: readonly ProductRow[];
  /** The latest notices, oldest first, each with a name. */
  readonly notices: readonly NoticeView[];
  /** How many earlier notices are not shown. */
  readonly omitted: number;
}

/** A column: its heading, and what stands in it if that is no text of any length. */
interface Column {
  readonly name: string;
  readonly kind?: "key" | "number";
}

const INVENTORY: readonly Column[] = [
  { name: "ID", kind: "key" },
  { name: "Producto" },
  { name: "Precio", kind: "number" },
  { name: "Stock", kind: "number" },
];
const HISTORY: readonly Column[] = [
  { name: "Fecha", kind: "key" },
  { name: "Sucursal" },
  { name: "Producto" },
  { name: "Cantidad", kind: "number" },
  { name: "Monto", kind: "number" },
  { name: "Total", kind: "number" },
  { name: "Cambio", kind: "number" },
];

type Cells = readonly (string | number)[];

function classOf({ kind }: Column): string {
  return kind === undefined ? "" : ` class="${kind}"`;
}

/** Narrow windows have no room for headings: each cell brings its own. */
function row(columns: readonly Column[], cells: Cells): string {
  const written = columns.map((column, i) =>
    `<td${classOf(column)} data-label="${column.name}">${
      escapeHtml(String(cells[i]))
    }</td>`
  );
  return `<tr>${written.join("")}</tr>`;
}

function table(
  columns: readonly Column[],
  rows: readonly Cells[],
  look = "",
): string {
  const head = columns.map((column) =>
    `<th scope="col"${classOf(column)}>${column.name}</th>`
  );
  return `<table${look}>
<tbody><tr>${head.join("")}</tr>
${rows.map((cells) => row(columns, cells)).join("\n")}
</tbody></table>`;
}

/** The amount as received, which may have more digits than the exact one. */
function receivedDollars(amountText: string): string {
  return `$${floatText(Number(amountText), "python")}`;
}

/** Name and price are those of the notice, as they were when it came (D-26). */
function noticeCells(notice: NoticeView): readonly (string | number)[] {
  const { branch, name, price, quantity, amount, amountText } = notice;
  const total = price === null ? 0n : billionthsOf(price) * BigInt(quantity);
  const change = billionthsOf(amount) - total;
  const time = dateTimeOfText(notice.timestamp);
  return [
    time.ok ? time.value : notice.timestamp,
    branch,
    name ?? "❓",
    quantity,
    receivedDollars(amountText),
    `$${floatText(numberOfBillionths(total), "python")}`,
    `$${floatText(numberOfBillionths(change), "python")}`,
  ];
}

/**
 * The page `/dashboard` of the central role.
 *
 * @param page What it shows.
 * @returns The page.
 */
export function centralDashboard(page: CentralPage): SurfacePage {
  const { products, notices, omitted } = page;
  const inventory = table(
    INVENTORY,
    products.map(({ id, name, price, stock }) => [
      id,
      name,
      dollars(price),
      stock,
    ]),
  );
  const history = table(HISTORY, notices.map(noticeCells), ` class="wide"`);
  const omittedLine = omitted > 0
    ? `<p>Se omiten ${omitted} ventas anteriores.</p>\n`
    : "";
  const body = `<h1>EcoMarket Central Dashboard</h1>
<h2>Inventario Central</h2>
${inventory}
<h2>Historial de Ventas</h2>
${omittedLine}${history}
<p class="actions"><a href="/new-sale">Registrar Nueva Venta</a></p>`;
  return { title: "🌿 EcoMarket Central Dashboard", body };
}

const FORM_TITLE = "🌿 Registrar Nueva Venta";

/**
 * Puts the id of the product whose name was typed into the hidden field, or empties it; and suggests the total until
 * somebody writes one.
 */
const FORM_SCRIPT = `(function () {
  var fields = document.querySelector("form").elements;
  var edited = false;
  function chosen() {
    var options = document.querySelectorAll("#productos option");
    for (var i = 0; i < options.length; i++) {
      if (options[i].value === fields.product_name.value) return options[i];
    }
    return null;
  }
  function suggest() {
    var option = chosen();
    if (edited) return;
    fields.sale_price.value = option
      ? (Number(option.dataset.price) * Number(fields.quantity_sold.value)).toFixed(2)
      : "0.0";
  }
  fields.product_name.addEventListener("input", function () {
    var option = chosen();
    fields.product_id.value = option ? option.dataset.id : "";
    suggest();
  });
  fields.quantity_sold.addEventListener("input", suggest);
  fields.sale_price.addEventListener("input", function () { edited = true; });
})();`;

function option({ id, name, price }: ProductRow): string {
  const amount = dollars(price).slice(1);
  return `<option value="${
    escapeHtml(name)
  }" data-id="${id}" data-price="${amount}"></option>`;
}

/**
 * The page `/new-sale`.
 *
 * @param products The products to suggest.
 * @returns The page.
 */
export function saleFormPage(products: readonly ProductRow[]): SurfacePage {
  const body = `<h1>Registrar Nueva Venta</h1>
<form action="/submit-sale" method="POST">
<p><label>Sucursal: <input type="text" name="branch_id" value="Sucursal1" required></label></p>
<p><label>Producto: <input type="text" name="product_name" list="productos" placeholder="Escribe para buscar..." autocomplete="off" required></label></p>
<datalist id="productos">
${products.map(option).join("\n")}
</datalist>
<input type="hidden" name="product_id" value="">
<p><label>Cantidad: <input type="number" name="quantity_sold" value="1" min="1" required></label></p>
<p><label>Precio Total: <input type="number" name="sale_price" value="0.0" step="0.01" required></label></p>
<p class="actions"><button type="submit">Enviar Venta</button></p>
</form>`;
  return { title: FORM_TITLE, body, script: FORM_SCRIPT };
}

/**
 * The answer to a form for a product that is not there.
 *
 * @returns An HTML fragment.
 */
export function unknownProductFragment(): string {
  return `<meta charset="utf-8">
<h3>❌ Producto no encontrado.</h3>
<a href="/new-sale">Volver</a>
`;
}

/**
 * The answer to a form that was recorded.
 *
 * @param notice What was recorded.
 * @returns An HTML fragment.
 */
export function recordedFragment(notice: NoticeView): string {
  const { branch, quantity, name, amountText } = notice;
  const sentence = `${branch} vendió ${quantity}x ${name ?? "❓"} por ${
    receivedDollars(amountText)
  }`;
  return `<meta charset="utf-8">
<h3>✅ Venta registrada correctamente!</h3>
<p>${escapeHtml(sentence)}</p>
<a href="/new-sale">Registrar otra venta</a> | <a href="/dashboard">Ir al Dashboard</a>
`;
}

/**
 * A form's answer as a person gets it, who looks at it in a browser: the same within a page.
 *
 * @param fragment The answer.
 * @returns The page.
 */
export function answerPage(fragment: string): SurfacePage {
  const body = `<h1>Registrar Nueva Venta</h1>
<h2>Resultado</h2>
<div class="card answer">
${fragment.replace(`<meta charset="utf-8">\n`, "")}</div>`;
  return { title: FORM_TITLE, body };
}
