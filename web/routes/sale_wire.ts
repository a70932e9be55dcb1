/**
 * Sales on the wire of the native interface: the schemas of requests and answers, and how they are read and written.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import {
  type Actor,
  LINES_MAX,
  type Money,
  PAYMENTS_MAX,
} from "../../crdt/mod.ts";
import type {
  RecordSaleInput,
  SaleLine,
  SaleLineInput,
  SaleView,
} from "../../nodes/mod.ts";
import { approvalSchema } from "./approval.ts";
import {
  actorInputSchema,
  actorSchema,
  factSchema,
  instantInputSchema,
  instantSchema,
  maybe,
  methodSchema,
  moneyInputSchema,
  moneySchema,
  priceSchema,
  productSchema,
  QUANTITY_MAX,
  safeText,
  signedMoneyInputSchema,
} from "../schemas.ts";
import {
  instantToWire,
  moneyFromWire,
  moneyToWire,
  priceToWire,
  type WireMoneyInput,
} from "../wire.ts";

const lineAnswer = z.object({
  product: z.string(),
  name: z.string().openapi({ description: "Its name when it was sold." }),
  quantity: z.int(),
  price: priceSchema("Price of one."),
  amount: moneySchema,
  discount: moneySchema.optional(),
  measured: z.boolean().optional().openapi({
    description:
      "True for what is sold by measure: `quantity` is in thousandths, `price` that of 1000.",
  }),
}).openapi("SaleLine");

/** A sale of an answer. */
export const saleAnswer = z.object({
  id: z.string(),
  site: z.string(),
  receipt: z.string().openapi({ example: "CUS-20241109-48213001" }),
  at: instantSchema,
  localTime: z.string().openapi({
    description: "The same instant as the site's wall clock showed it.",
    example: "2024-11-09T13:22:31.120003",
  }),
  date: z.string().openapi({ description: "Business date at the site." }),
  lines: z.array(lineAnswer).readonly(),
  total: moneySchema,
  voided: z.boolean(),
  log: z.string().openapi({ description: "The log that holds it." }),
  seq: z.int().openapi({ description: "Its place in that log." }),
  seller: actorSchema.optional(),
  session: z.string().optional().openapi({
    description: "The cash session in which it was made.",
  }),
  discount: moneySchema.optional(),
  payments: z.array(z.object({ method: z.string(), amount: moneySchema }))
    .readonly().optional(),
  customer: z.object({ name: z.string(), document: z.string() }).optional(),
  returns: z.object({ sale: z.string(), reason: z.string() }).optional()
    .openapi({ description: "Of a return: whose goods come back, and why." }),
  legacy: z.object({ system: z.string(), wall: z.string() }).optional()
    .openapi({ description: "Set on a sale that an original branch made." }),
}).openapi("Sale");

/** A sale of an answer. */
export type WireSale = z.output<typeof saleAnswer>;

/** A sale to record. */
export const saleBody = z.strictObject({
  id: maybe(factSchema).openapi({
    description:
      "Your id for this sale, so that a repeat counts once and gets the first answer.",
  }),
  lines: z.array(z.strictObject({
    product: productSchema,
    quantity: z.int().min(-QUANTITY_MAX).max(QUANTITY_MAX).openapi({
      description:
        "Whole units, or thousandths of what is sold by measure; 0 only in an observation, below 0 in a return.",
    }),
    price: maybe(moneyInputSchema).openapi({
      description: "Another price of one than the one in force.",
    }),
    amount: maybe(moneyInputSchema).openapi({
      description:
        "What the line costs, where that is not price times quantity.",
    }),
    discount: maybe(moneyInputSchema).openapi({
      description: "What is taken off price times quantity.",
    }),
  })).min(1).max(LINES_MAX).readonly(),
  at: maybe(instantInputSchema).openapi({
    description: "When it happened; now if left out.",
  }),
  observation: maybe(z.boolean()).openapi({
    description:
      "True for a sale that already happened elsewhere: recorded whatever the stock.",
  }),
  note: maybe(safeText(0)),
  seller: maybe(actorInputSchema).openapi({
    description: "Who sells; a caller who has signed in sells itself.",
  }),
  discount: maybe(moneyInputSchema).openapi({
    description: "What is taken off the sum of the lines.",
  }),
  payments: maybe(
    z.array(z.strictObject({
      method: methodSchema,
      amount: signedMoneyInputSchema,
    })).max(PAYMENTS_MAX).readonly(),
  ).openapi({
    description:
      "How it is paid, each method once, together the total; below zero in a return.",
  }),
  customer: maybe(
    z.strictObject({ name: safeText(0, 200), document: safeText(0, 32) }),
  ),
  returns: maybe(z.strictObject({ sale: factSchema, reason: safeText(1) }))
    .openapi({
      description:
        "The sale whose goods come back, and why. Lines name products and quantities alone: they cost what they cost then.",
    }),
  approval: approvalSchema,
}).check(({ value: body, issues }) => {
  body.lines.forEach(({ quantity }, i) => {
    if (isRightQuantity(quantity, body)) return;
    issues.push({
      code: "custom",
      message: "Expected a quantity of 1 or more, in a return of -1 or less",
      input: quantity,
      path: ["lines", i, "quantity"],
    });
  });
}).openapi("SaleRecording", {
  example: { lines: [{ product: "honey", quantity: 2 }] },
});

/** A sale to record. */
export type SaleBody = z.output<typeof saleBody>;

function isRightQuantity(
  quantity: number,
  sale: { readonly observation?: boolean; readonly returns?: object },
): boolean {
  if (sale.returns !== undefined) return quantity < 0;
  return quantity >= (sale.observation === true ? 0 : 1);
}

/**
 * Whether a sale is what only a supervisor may record: a price or an amount of its own, a discount, goods that come
 * back, or something recorded whatever the stock.
 *
 * @param body The sale.
 * @returns True if it is.
 */
export function needsSupervisor(body: SaleBody): boolean {
  return body.discount !== undefined || body.returns !== undefined ||
    body.observation === true ||
    body.lines.some(({ price, amount, discount }) =>
      price !== undefined || amount !== undefined || discount !== undefined
    );
}

function lineToWire(line: SaleLine): z.output<typeof lineAnswer> {
  return {
    product: line.product,
    name: line.name,
    quantity: line.quantity,
    price: priceToWire(line.price),
    amount: moneyToWire(line.amount),
    ...(line.discount === undefined
      ? {}
      : { discount: moneyToWire(line.discount) }),
    ...(line.measured === undefined ? {} : { measured: line.measured }),
  };
}

/** Most sales say nothing but what was sold. */
function isPlain(view: SaleView): boolean {
  return view.seller === undefined && view.session === undefined &&
    view.discount === undefined && view.payments === undefined &&
    view.customer === undefined && view.returns === undefined &&
    view.legacy === undefined;
}

function termsToWire(view: SaleView): Partial<WireSale> {
  const { seller, session, discount, payments, customer, returns, legacy } =
    view;
  const { currency, exponent } = view.total;
  return {
    ...(seller === undefined ? {} : { seller }),
    ...(session === undefined ? {} : { session }),
    ...(discount === undefined ? {} : { discount: moneyToWire(discount) }),
    ...(payments === undefined ? {} : {
      payments: payments.map(({ method, amount: units }) => ({
        method,
        amount: moneyToWire({ units, currency, exponent }),
      })),
    }),
    ...(customer === undefined ? {} : { customer }),
    ...(returns === undefined ? {} : { returns }),
    ...(legacy === undefined
      ? {}
      : { legacy: { system: legacy.system, wall: legacy.wall } }),
  };
}

/**
 * A sale for an answer.
 *
 * @param view The sale.
 * @returns Its wire form.
 */
export function saleToWire(view: SaleView): WireSale {
  const plain: WireSale = {
    id: view.id,
    site: view.site,
    receipt: view.receipt,
    at: instantToWire(view.at),
    localTime: view.localTime,
    date: view.date,
    lines: view.lines.map(lineToWire),
    total: moneyToWire(view.total),
    voided: view.voided,
    log: view.log,
    seq: view.seq,
  };
  return isPlain(view) ? plain : { ...plain, ...termsToWire(view) };
}

/** Reads amounts of a request; remembers the first field that cannot be held exactly. */
class AmountReader {
  readonly #currency: string;
  wrong: string | undefined;

  constructor(currency: string) {
    this.#currency = currency;
  }

  /** An amount as a field of its name, or no field if it is left out. */
  field<N extends string>(
    name: N,
    value: WireMoneyInput | undefined,
    path: string = name,
  ): { readonly [K in N]?: Money } {
    if (value === undefined) return {};
    const parsed = moneyFromWire(value, this.#currency);
    if (parsed === undefined) this.wrong ??= path;
    return parsed === undefined
      ? {}
      : { [name]: parsed } as { readonly [K in N]?: Money };
  }
}

/** A sale without amounts that were written wrong; never recorded if there is one. */
function readBody(
  { lines, discount, payments, seller, approval: _, ...rest }: SaleBody,
  reader: AmountReader,
  caller: Actor | undefined,
): RecordSaleInput {
  const who = caller ?? seller;
  return {
    ...rest,
    lines: lines.map((
      { price, amount, discount, ...line },
      i,
    ): SaleLineInput => ({
      ...line,
      ...reader.field("price", price, `lines.${i}.price`),
      ...reader.field("amount", amount, `lines.${i}.amount`),
      ...reader.field("discount", discount, `lines.${i}.discount`),
    })),
    ...reader.field("discount", discount),
    ...(payments === undefined ? {} : {
      payments: payments.flatMap(({ method, amount }, i) => {
        const path = `payments.${i}.amount`;
        const { amount: read } = reader.field("amount", amount, path);
        return read === undefined ? [] : [{ method, amount: read }];
      }),
    }),
    ...(who === undefined ? {} : { seller: who }),
  };
}

/**
 * Reads a sale to record.
 *
 * @param body The request.
 * @param currency The node's currency.
 * @param caller Who has signed in.
 * @returns The sale, or the field whose amount cannot be held exactly.
 */
export function saleFromWire(
  body: SaleBody,
  currency: string,
  caller: Actor | undefined,
): RecordSaleInput | string {
  const reader = new AmountReader(currency);
  const input = readBody(body, reader, caller);
  return reader.wrong ?? input;
}
