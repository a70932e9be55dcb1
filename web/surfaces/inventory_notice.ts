/**
 * Sale notices as the central role takes them: the bodies of release 1.x and of the later ones (D-34), and the fields of
 * the form, each as one input of the node.
 *
 * @module
 */
import { err, type Money, ok, type Result } from "../../crdt/mod.ts";
import type { NoticeInput } from "../../nodes/mod.ts";
import { isJsonNumber, isJsonObject, type JsonValue } from "./fastapi_json.ts";
import { amountTextOf, moneyOfDigits } from "./fastapi_numbers.ts";
import {
  FINITE_NUMBER,
  type Reader,
  readFloat,
  readInteger,
  readModel,
  readText,
  readTimestamp,
  type ValidationProblem,
} from "./fastapi_validation.ts";
import { productIdOf } from "./inventory_products.ts";

/** An amount exactly and as received. */
interface SentAmount {
  readonly text: string;
  readonly money: Money;
}

/** What exact money cannot hold is `finite_number`: the problem of a number that is no amount. */
function amountReader(currency: string): Reader<SentAmount> {
  return (value) => {
    const digits = readFloat(value);
    if (!digits.ok) return digits;
    const money = moneyOfDigits(digits.value, currency);
    return money === undefined
      ? err(FINITE_NUMBER)
      : ok({ text: amountTextOf(digits.value), money });
  };
}

/** Fields of later releases are kept where they can be, and never a reason to refuse what release 1.x takes. */
const readExtraAmount: Reader<string | undefined> = (value) => {
  const digits = readFloat(value);
  return ok(digits.ok ? amountTextOf(digits.value) : undefined);
};

/** An id is refused only when it is too long to be kept, since a repeat could not be recognized. */
const readExtraId: Reader<string | undefined> = (value) => {
  const id = value !== null && isJsonNumber(value) ? value.source : value;
  return typeof id === "string" && id !== "" ? readText(id) : ok(undefined);
};

const EXTRA = {
  moneyReceived: {
    key: "money_received",
    read: readExtraAmount,
    fallback: undefined,
  },
  change: { key: "change", read: readExtraAmount, fallback: undefined },
  saleId: { key: "sale_id", read: readExtraId, fallback: undefined },
  messageId: { key: "message_id", read: readExtraId, fallback: undefined },
};

const NOTICE = {
  branch: { key: "branch_id", read: readText },
  product: { key: "product_id", read: readInteger },
  quantity: { key: "quantity_sold", read: readInteger },
  timestamp: { key: "timestamp", read: readTimestamp },
};

/** Whether the amount stands under the name of the later releases. */
function hasTotalOnly(body: JsonValue): boolean {
  if (body === null || typeof body !== "object" || !isJsonObject(body)) {
    return false;
  }
  const price = body.get("sale_price") ?? null;
  return price === null && (body.get("total_amount") ?? null) !== null;
}

function extrasOf(
  sent: Readonly<Record<string, string | undefined>>,
): NoticeInput["extra"] {
  const kept = Object.entries(sent).filter((entry): entry is [string, string] =>
    entry[1] !== undefined
  );
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/**
 * Reads a notice of any release. The amount is `sale_price`, or else `total_amount`. A repeat is recognized by
 * `sale_id`, or else by `message_id`.
 *
 * @param body The JSON body.
 * @param currency The currency of its amounts.
 * @returns The node's input, or the problems in the order of the fields.
 */
export function readNotice(
  body: JsonValue,
  currency: string,
): Result<NoticeInput, readonly ValidationProblem[]> {
  const key = hasTotalOnly(body) ? "total_amount" : "sale_price";
  const amount = { key, read: amountReader(currency) };
  const read = readModel({ ...NOTICE, amount, ...EXTRA }, body);
  if (!read.ok) return read;
  const { value } = read;
  const saleId = value.saleId ?? value.messageId;
  const extra = extrasOf({
    "money_received": value.moneyReceived,
    "change": value.change,
    "message_id": value.messageId,
  });
  return ok({
    branch: value.branch,
    product: productIdOf(value.product),
    quantity: value.quantity,
    amount: value.amount.money,
    amountText: value.amount.text,
    timestamp: value.timestamp,
    source: "http",
    ...(saleId === undefined ? {} : { saleId }),
    ...(extra === undefined ? {} : { extra }),
  });
}

/**
 * Reads the fields of the form page.
 *
 * @param form The fields, without those that were sent empty.
 * @param context The currency of the amount, and the local time of the sale.
 * @returns The node's input, or the problems in the order of the fields.
 */
export function readNoticeForm(
  form: ReadonlyMap<string, JsonValue>,
  context: { readonly currency: string; readonly timestamp: string },
): Result<NoticeInput, readonly ValidationProblem[]> {
  const fields = {
    branch: { key: "branch_id", read: readText },
    product: { key: "product_id", read: readInteger },
    quantity: { key: "quantity_sold", read: readInteger },
    amount: { key: "sale_price", read: amountReader(context.currency) },
  };
  const read = readModel(fields, form, null);
  if (!read.ok) return read;
  const { branch, product, quantity, amount } = read.value;
  return ok({
    branch,
    product: productIdOf(product),
    quantity,
    amount: amount.money,
    amountText: amount.text,
    timestamp: context.timestamp,
    source: "form",
  });
}
