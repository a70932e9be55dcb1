/**
 * What a replay says to a node and hears from it: the parts of the native API that it needs.
 *
 * @module
 */
import { z } from "zod";
import { formatDecimal, type Money, parseDecimal } from "../../crdt/mod.ts";
import type { PostAnswer } from "./driver.ts";
import type { FileSale } from "./sales.ts";
import { nanosOf, type Sums } from "./totals.ts";

/**
 * The body of `POST /v1/sales`.
 *
 * @param sale A sale of the file.
 * @param currency Goes with each amount; the node takes its own if left out.
 * @returns JSON text.
 */
export function saleBody(sale: FileSale, currency?: string): string {
  const amountOf = (amount: Money) => {
    const text = formatDecimal(amount);
    return currency === undefined ? text : { amount: text, currency };
  };
  return JSON.stringify({
    id: sale.id,
    lines: sale.lines.map(({ product, quantity, amount }) => ({
      product,
      quantity,
      amount: amountOf(amount),
    })),
    at: instantText(sale.at),
    observation: true,
  });
}

/**
 * An instant as text.
 *
 * @param micros Microseconds since 1970.
 * @returns For example `2017-01-01T12:30:27.000000Z`.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(instantText(1_483_273_827_000_042), "2017-01-01T12:30:27.000042Z");
 * ```
 */
export function instantText(micros: number): string {
  const seconds = new Date(Math.floor(micros / 1_000_000) * 1000).toISOString()
    .slice(0, -5);
  const rest = ((micros % 1_000_000) + 1_000_000) % 1_000_000;
  return `${seconds}.${String(rest).padStart(6, "0")}Z`;
}

/** An answer to a posted sale. */
export interface RawAnswer {
  /** The HTTP status. */
  readonly status: number;
  /** The body's text. */
  readonly body: string;
  /** The header `retry-after`, if there is one. */
  readonly retryAfter: string | null;
}

const problem = z.object({
  code: z.string().optional(),
  detail: z.string().optional(),
});

/**
 * Reads the answer to a posted sale.
 *
 * @param answer The answer.
 * @returns 201 accepted, 200 duplicate; 408, 429 and from 500 on to be sent again; all others refused.
 */
export function readPostAnswer(answer: RawAnswer): PostAnswer {
  const { status } = answer;
  if (status === 201) return { kind: "accepted" };
  if (status === 200) return { kind: "duplicate" };
  const { reason, detail } = reasonOf(answer);
  if (status < 500 && status !== 408 && status !== 429) {
    return {
      kind: "refused",
      reason,
      ...(detail === undefined ? {} : { detail }),
    };
  }
  const seconds = Number(answer.retryAfter ?? "0");
  return {
    kind: "retry",
    reason,
    ...(seconds > 0 ? { afterMs: seconds * 1000 } : {}),
  };
}

function reasonOf(
  { status, body }: RawAnswer,
): { readonly reason: string; readonly detail: string | undefined } {
  const parsed = problem.safeParse(parseJson(body));
  const { code, detail } = parsed.success ? parsed.data : {};
  return {
    reason: code?.slice(0, REASON_LENGTH_MAX) ?? `http_${status}`,
    detail: detail?.slice(0, DETAIL_LENGTH_MAX),
  };
}

const REASON_LENGTH_MAX = 64;
const DETAIL_LENGTH_MAX = 200;

/**
 * Reads JSON.
 *
 * @param text Anything.
 * @returns The value; undefined for what is no JSON.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const health = z.object({ site: z.string().nullable() });

/**
 * Reads `GET /v1/health`.
 *
 * @param value The body.
 * @returns The node's site, null if it has none; undefined if the body is none of a node.
 */
export function readSite(value: unknown): string | null | undefined {
  const parsed = health.safeParse(value);
  return parsed.success ? parsed.data.site : undefined;
}

const sums = z.object({
  count: z.int(),
  units: z.int(),
  amounts: z.array(z.object({ amount: z.string(), currency: z.string() })),
});
const totalsPage = z.object({
  items: z.array(sums.extend({
    site: z.string(),
    date: z.string().nullish(),
    product: z.string().nullish(),
  })),
  next: z.string().nullish(),
});

/** A row of a node's totals. */
export interface NodeSums extends Sums {
  /** The product; null for all. */
  readonly product: string | null;
  /** The currencies of the money. */
  readonly currencies: readonly string[];
}

/**
 * Reads `GET /v1/totals`.
 *
 * @param value The body.
 * @returns The sums; undefined if the body is something else.
 */
export function readTotals(value: unknown): NodeSums | undefined {
  const parsed = sums.safeParse(value);
  return parsed.success
    ? nodeSums({ ...parsed.data, product: null })
    : undefined;
}

/**
 * Reads a page of `GET /v1/totals/list`.
 *
 * @param value The body.
 * @returns The rows and the cursor of the next page; undefined if the body is something else.
 */
export function readTotalsPage(value: unknown):
  | {
    readonly rows: readonly NodeSums[];
    readonly next: string | null;
  }
  | undefined {
  const parsed = totalsPage.safeParse(value);
  if (!parsed.success) return undefined;
  const rows: NodeSums[] = [];
  for (const item of parsed.data.items) {
    const row = nodeSums({ ...item, product: item.product ?? null });
    if (row === undefined) return undefined;
    rows.push(row);
  }
  return { rows, next: parsed.data.next ?? null };
}

function nodeSums(
  row: z.output<typeof sums> & { readonly product: string | null },
): NodeSums | undefined {
  let nanos = 0n;
  for (const { amount, currency } of row.amounts) {
    const money = parseDecimal(amount, currency);
    if (money === undefined) return undefined;
    nanos += nanosOf(money);
  }
  return {
    count: row.count,
    units: row.units,
    nanos,
    product: row.product,
    currencies: row.amounts.map((it) => it.currency),
  };
}
