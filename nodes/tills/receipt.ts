/**
 * What stands on a receipt, row by row, before it becomes text or a page. Its words are those of the shops: Spanish.
 *
 * @module
 */
import {
  addMoney,
  formatDecimal,
  type Money,
  ok,
  rescale,
  type Result,
  type Unit,
} from "../../crdt/mod.ts";
import type { Refusal } from "../answers.ts";
import type { SaleLine, SaleView } from "../use_cases.ts";
import { refuse } from "../use_cases/context.ts";
import { negated } from "../use_cases/sale_pricing.ts";
import type { BusinessView } from "./till_use_cases.ts";

/** One row of a receipt. */
export type ReceiptRow =
  | {
    readonly kind: "title" | "mark" | "center" | "text";
    readonly text: string;
  }
  | {
    readonly kind: "pair" | "total";
    readonly left: string;
    readonly right: string;
  }
  | { readonly kind: "rule" };

/** What a receipt is made of. */
export interface ReceiptParts {
  /** The sale. */
  readonly sale: SaleView;
  /** Whose business it is. */
  readonly business: BusinessView;
  /** The receipt of the sale whose goods come back, where it is here. */
  readonly returned?: string | undefined;
  /** Goods of the sale that came back later: name and quantity. */
  readonly cameBack: readonly SaleLine[];
  /** By what a product is sold now. */
  readonly unitOf: (line: SaleLine) => Unit | undefined;
  /** What was handed over in cash. */
  readonly received?: Money | undefined;
}

const METHODS: Readonly<Record<string, string>> = {
  cash: "Efectivo",
  card: "Tarjeta",
  transfer: "Transferencia",
  wallet: "Billetera",
};

const RULE: ReceiptRow = { kind: "rule" };
const VOIDED: ReceiptRow = { kind: "mark", text: "*** ANULADA ***" };

function center(text: string): ReceiptRow[] {
  return text === "" ? [] : [{ kind: "center", text }];
}

/**
 * What stands at the top of everything that a business prints.
 *
 * @param business The business.
 * @returns Its rows; none for what nobody said.
 */
export function businessRows(
  { name, ruc, address, phone }: BusinessView,
): ReceiptRow[] {
  return [
    ...(name === "" ? [] : [{ kind: "title", text: name } as const]),
    ...center(ruc === "" ? "" : `RUC ${ruc}`),
    ...center(address),
    ...center(phone === "" ? "" : `Tel. ${phone}`),
  ];
}

function marks({ sale, returned }: ReceiptParts): ReceiptRow[] {
  const rows: ReceiptRow[] = [];
  if (sale.voided) rows.push(VOIDED);
  if (sale.returns !== undefined) {
    rows.push({ kind: "mark", text: "DEVOLUCIÓN" });
    if (returned !== undefined) rows.push(...center(`de ${returned}`));
    if (sale.returns.reason !== "") {
      rows.push({ kind: "text", text: `Motivo: ${sale.returns.reason}` });
    }
  }
  return rows;
}

function facts({ sale }: ReceiptParts): ReceiptRow[] {
  const { seller, customer } = sale;
  const [day = "", time = ""] = sale.localTime.split("T");
  const rows: ReceiptRow[] = [
    { kind: "pair", left: "Recibo", right: sale.receipt },
    { kind: "pair", left: "Fecha", right: `${day} ${time.slice(0, 8)}` },
  ];
  if (seller !== undefined) {
    const right = seller.name === "" ? seller.id : seller.name;
    rows.push({ kind: "pair", left: "Vendedor", right });
  }
  if (customer !== undefined && customer.name !== "") {
    rows.push({ kind: "pair", left: "Cliente", right: customer.name });
  }
  if (customer !== undefined && customer.document !== "") {
    rows.push({ kind: "pair", left: "Documento", right: customer.document });
  }
  return rows;
}

/** A quantity; of what is measured with three decimal places and its unit. */
function quantityText(parts: ReceiptParts, line: SaleLine): string {
  if (line.measured !== true) return String(line.quantity);
  const unit = parts.unitOf(line);
  const sign = line.quantity < 0 ? "-" : "";
  const digits = String(Math.abs(line.quantity)).padStart(4, "0");
  const number = `${sign}${digits.slice(0, -3)}.${digits.slice(-3)}`;
  return unit === undefined || unit === "piece" ? number : `${number} ${unit}`;
}

function lineRows(parts: ReceiptParts, line: SaleLine): ReceiptRow[] {
  const { name, product, price, amount, discount } = line;
  const whole = discount === undefined ? amount : addMoney(amount, discount);
  const quantity = quantityText(parts, line);
  const rows: ReceiptRow[] = [
    { kind: "text", text: name === "" ? product : name },
    {
      kind: "pair",
      left: price === null
        ? `  ${quantity}`
        : `  ${quantity} x ${formatDecimal(price)}`,
      right: formatDecimal(whole),
    },
  ];
  if (discount !== undefined) {
    const right = formatDecimal(negated(discount));
    rows.push({ kind: "pair", left: "  Descuento", right });
  }
  return rows;
}

function totals({ sale }: ReceiptParts): ReceiptRow[] {
  const { total, discount } = sale;
  const rows: ReceiptRow[] = [];
  if (discount !== undefined) {
    rows.push(
      {
        kind: "pair",
        left: "Subtotal",
        right: formatDecimal(addMoney(total, discount)),
      },
      {
        kind: "pair",
        left: "Descuento",
        right: formatDecimal(negated(discount)),
      },
    );
  }
  const right = formatDecimal(total);
  return [...rows, { kind: "total", left: `TOTAL ${total.currency}`, right }];
}

function payments({ sale }: ReceiptParts): ReceiptRow[] {
  const { currency, exponent } = sale.total;
  return (sale.payments ?? []).map(({ method, amount }) => ({
    kind: "pair",
    left: METHODS[method] ?? method,
    right: formatDecimal({ units: amount, currency, exponent }),
  }));
}

/** What is paid in cash; all of it where the sale does not say how it was paid. */
function cashOf({ total, payments }: SaleView): Money {
  if (payments === undefined) return total;
  const cash = payments.find(({ method }) => method === "cash");
  return { ...total, units: cash?.amount ?? 0 };
}

function change(
  { sale, received }: ReceiptParts,
): Result<ReceiptRow[], Refusal> {
  if (received === undefined) return ok([]);
  if (received.currency !== sale.total.currency) {
    return refuse(
      "currency_mismatch",
      `Cannot print receipt: the sale is in ${sale.total.currency}`,
    );
  }
  const back = addMoney(received, negated(cashOf(sale)));
  if (back.units < 0 || sale.total.units < 0) {
    return refuse(
      "payment_invalid",
      "Cannot print receipt: less was received than is paid in cash",
    );
  }
  const exponent = sale.total.exponent;
  const text = (amount: Money) =>
    formatDecimal(
      amount.exponent < exponent ? rescale(amount, exponent) : amount,
    );
  return ok([
    { kind: "pair", left: "Recibido", right: text(received) },
    { kind: "pair", left: "Vuelto", right: text(back) },
  ]);
}

function cameBack(parts: ReceiptParts): ReceiptRow[] {
  if (parts.cameBack.length === 0) return [];
  return [
    RULE,
    { kind: "mark", text: "DEVUELTO" },
    ...parts.cameBack.map((line): ReceiptRow => ({
      kind: "pair",
      left: line.name === "" ? line.product : line.name,
      right: quantityText(parts, line),
    })),
  ];
}

/**
 * The rows of a receipt.
 *
 * @param parts What it is made of.
 * @returns Rows from top to bottom, or why it cannot be printed.
 */
export function receiptRows(
  parts: ReceiptParts,
): Result<readonly ReceiptRow[], Refusal> {
  const back = change(parts);
  if (!back.ok) return back;
  const { sale } = parts;
  return ok([
    ...businessRows(parts.business),
    ...marks(parts),
    RULE,
    ...facts(parts),
    RULE,
    ...sale.lines.flatMap((line) => lineRows(parts, line)),
    RULE,
    ...totals(parts),
    ...payments(parts),
    ...back.value,
    ...cameBack(parts),
    RULE,
    sale.voided
      ? VOIDED
      : { kind: "center", text: "Gracias por su preferencia" },
  ]);
}
