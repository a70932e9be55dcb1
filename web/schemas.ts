/**
 * The schemas that several resources of the native interface share. Each parses requests and describes itself in the
 * OpenAPI document; those of a single resource stand in its file under `routes/`.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import {
  type Actor,
  type BoundName,
  ERROR_CODES,
  type FactId,
  type LogId,
  parseBoundName,
  parseLogId,
  PAYMENT_METHOD,
  type ProductId,
  type SiteCode,
  TEXT_LENGTH_MAX,
} from "../crdt/mod.ts";
import type { Page, PageQuery, Scope } from "../nodes/mod.ts";
import {
  instantFromWire,
  isWireDate,
  type WireMoney,
  type WireMoneyInput,
} from "./wire.ts";

/** The most rows of one page. */
export const PAGE_LIMIT_MAX = 1000;
/** The greatest quantity, count or delivery that one request may name, in whole units. */
export const QUANTITY_MAX = 1_000_000_000;

const SAFE_TEXT = /^[^\p{Cc}\p{Cs}]*$/u;
const PRODUCT = /^(?!\.{1,2}$)[^/\p{Cc}\p{Cs}]{1,64}$/u;
const FACT = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
const DECIMAL = /^[0-9]{1,16}(\.[0-9]{1,9})?$/;

/**
 * A field that may be left out, typed so that it is either there or not, never `undefined`.
 *
 * `z.exactOptional` says the same, but the OpenAPI generator lists its fields as required.
 *
 * @param schema The field's schema when it is there.
 * @returns The optional schema.
 */
export function maybe<T extends z.ZodType>(schema: T): z.ZodExactOptional<T> {
  return schema.optional() as unknown as z.ZodExactOptional<T>;
}

/**
 * Text without control characters and unpaired surrogates.
 *
 * @param min The least characters.
 * @param max The most characters.
 * @returns The schema.
 */
export function safeText(
  min: number,
  max: number = TEXT_LENGTH_MAX,
): z.ZodString {
  return z.string().min(min).max(max).regex(SAFE_TEXT, {
    error: "Expected text without control characters",
  }).openapi({ pattern: SAFE_TEXT.source });
}

function branded<T extends string>(schema: z.ZodString): z.ZodType<T> {
  return schema as unknown as z.ZodType<T>;
}

/** A product's id. */
export const productSchema: z.ZodType<ProductId> = branded(
  z.string().regex(PRODUCT, {
    error:
      'Expected 1 to 64 characters without "/" and control characters, other than "." and ".."',
  }).openapi({ pattern: PRODUCT.source, maxLength: 64, example: "honey" }),
);

/** A bound's name. */
export const boundSchema: z.ZodType<BoundName> = branded(
  z.string().max(160).refine((text) => parseBoundName(text) !== undefined, {
    error: "Expected the name of a bound, such as account:99",
  }).openapi({ maxLength: 160, example: "account:99" }),
);

/** A fact's id: a UUID. */
export const factSchema: z.ZodType<FactId> = branded(
  z.string().regex(FACT, { error: "Expected a UUID" }).toLowerCase().openapi({
    format: "uuid",
    example: "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a",
  }),
);

/** A site's code. */
export const siteSchema: z.ZodType<SiteCode> = branded(
  z.string().regex(/^[A-Za-z0-9]{2,12}$/, {
    error: "Expected 2 to 12 letters and digits",
  }).toUpperCase().openapi({ example: "CUS" }),
);

/** Where a product or a price is defined. */
export const scopeSchema: z.ZodType<Scope> = z.string().regex(
  /^(mesh|site:[A-Za-z0-9]{2,12})$/,
  { error: 'Expected "mesh" or "site:" and a site code' },
).overwrite((text) =>
  text === "mesh" ? text : `site:${text.slice(5).toUpperCase()}`
).openapi({
  description:
    "`mesh`, or `site:` and a code. Left out, it is the node's own site, or `mesh` where it has none.",
  example: "site:CUS",
}) as unknown as z.ZodType<Scope>;

const decimal = z.string().regex(DECIMAL);

/** An amount of an answer. */
export const moneySchema: z.ZodType<WireMoney> = z.object({
  amount: z.string().openapi({
    description: "The exact amount as plain decimal text.",
    example: "12.50",
  }),
  currency: z.string().openapi({
    description: "ISO 4217 code.",
    example: "PEN",
  }),
}).openapi("Money");

/**
 * A price of an answer that may be missing.
 *
 * @param description What price it is.
 * @returns The schema.
 */
export function priceSchema(description: string): z.ZodType<WireMoney | null> {
  // Not `nullable()`: of that the generator makes a description that no null fulfills.
  return z.union([moneySchema, z.null()]).openapi({ description });
}

/** An amount of a request that may not be below zero. */
export const moneyInputSchema: z.ZodType<WireMoneyInput> = z.union([
  decimal,
  z.strictObject({
    amount: decimal,
    currency: z.string().regex(/^[A-Z]{3}$/),
  }),
], {
  error:
    'Expected an amount of zero or more: decimal text such as "12.50", or { "amount": "12.50", "currency": "PEN" }',
}).openapi("MoneyInput", {
  description:
    "Decimal text in the node's currency, or an amount with its currency. Never a JSON number.",
});

const signedDecimal = z.string().regex(/^-?[0-9]{1,16}(\.[0-9]{1,9})?$/);

/** An amount of a request that is below zero where money is given back. */
export const signedMoneyInputSchema: z.ZodType<WireMoneyInput> = z.union([
  signedDecimal,
  z.strictObject({
    amount: signedDecimal,
    currency: z.string().regex(/^[A-Z]{3}$/),
  }),
], {
  error:
    'Expected an amount: decimal text such as "-12.50", or { "amount": "-12.50", "currency": "PEN" }',
});

/** A log's name. */
export const logSchema: z.ZodType<LogId> = branded(
  z.string().max(97).refine((text) => parseLogId(text) !== undefined, {
    error: "Expected the name of a log",
  }).openapi({ maxLength: 97 }),
);

/** Who did something, where nobody has to sign in; of a caller who has, the node knows it. */
export const actorInputSchema: z.ZodType<Actor> = z.strictObject({
  id: safeText(1, 64),
  name: safeText(0, 200),
}).openapi("ActorInput");

/** Who did something. */
export const actorSchema: z.ZodType<Actor> = z.object({
  id: z.string(),
  name: z.string(),
}).openapi("Actor");

/** A word for a method of payment. */
export const methodSchema: z.ZodType<string> = z.string().regex(
  PAYMENT_METHOD,
  { error: "Expected a word of lower-case letters such as cash or card" },
).openapi({ example: "cash" });

/** Whole units, 1 or more. */
export const quantitySchema: z.ZodType<number> = z.int().min(1).max(
  QUANTITY_MAX,
);

/** Whole units, 0 or more. */
export const countSchema: z.ZodType<number> = z.int().min(0).max(QUANTITY_MAX);

/** How a product's stock is guarded. */
export const policySchema = z.enum(["strict", "soft", "unmetered"]).openapi({
  description:
    "`strict`: never sold below zero. `soft`: a sale beyond the stock is refused here, but peers apart may oversell. " +
    "`unmetered`: the stock is not looked at.",
});

/** An instant of an answer. */
export const instantSchema: z.ZodString = z.string().openapi({
  format: "date-time",
  description: "RFC 3339, UTC.",
  example: "2024-11-09T18:22:31.120003Z",
});

/** An instant of a request, in microseconds once it is read. */
export const instantInputSchema: z.ZodType<number> = z.string().transform(
  (text, context) => {
    // A plus sign that was not percent-encoded in a query arrives as a space.
    const us = instantFromWire(text.replace(/ (\d\d:\d\d)$/, "+$1"));
    if (us !== undefined) return us;
    context.issues.push({
      code: "custom",
      input: text,
      message:
        'Expected an instant from 1970 to 2199 such as "2024-11-09T18:22:31Z"',
    });
    return z.NEVER;
  },
).openapi({
  type: "string",
  format: "date-time",
  example: "2024-11-09T18:22:31Z",
});

/** A business date. */
export const dateSchema: z.ZodType<string> = z.string().refine(isWireDate, {
  error: "Expected a date such as 2024-11-09",
}).openapi({ format: "date", example: "2024-11-09" });

/** Yes or no in a query. */
export const flagSchema: z.ZodType<boolean> = z.enum(["true", "false"])
  .transform((text) => text === "true");

/** What every collection takes in its query: how many rows, and after which. */
export const pageFields = {
  limit: z.coerce.number().int().min(1).max(PAGE_LIMIT_MAX).default(50).openapi(
    {
      description: "The most items to answer.",
    },
  ) as unknown as z.ZodType<number>,
  cursor: maybe(z.string().min(1).max(1024)).openapi({
    description: "`next` of the page before.",
  }) as unknown as z.ZodExactOptional<z.ZodString>,
};

/**
 * The answer of a collection.
 *
 * @param item The schema of one item.
 * @returns The schema of a page of them.
 */
export function pageSchema<T>(item: z.ZodType<T>): z.ZodType<Page<T>> {
  return z.object({
    items: z.array(item).readonly(),
    total: z.int().nullable().openapi({
      description:
        "How many items the whole list has with these filters, where that is known cheaply.",
    }),
    next: z.string().nullable().openapi({
      description: "Pass it as `cursor` for the next page; null at the end.",
    }),
  });
}

/**
 * A page with its rows in wire form.
 *
 * @param page A page of rows.
 * @param toWire The wire form of one.
 * @returns The page for an answer.
 */
export function pageToWire<T, W>(
  page: Page<T>,
  toWire: (row: T) => W,
): Page<W> {
  return { items: page.items.map(toWire), total: page.total, next: page.next };
}

/**
 * One page of rows that are all in memory; its cursor is the number of rows before it.
 *
 * @param rows All rows.
 * @param query Which page.
 * @returns The page, or undefined if the cursor is none of this list.
 */
export function pageOfAll<T>(
  rows: readonly T[],
  query: PageQuery,
): Page<T> | undefined {
  if (query.cursor !== undefined && !/^[0-9]{1,9}$/.test(query.cursor)) {
    return undefined;
  }
  const start = Number(query.cursor ?? 0);
  const end = start + query.limit;
  return {
    items: rows.slice(start, end),
    total: rows.length,
    next: end < rows.length ? String(end) : null,
  };
}

/** The body of every error. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string().openapi({ description: "What the code means." }),
  status: z.int(),
  detail: z.string().openapi({
    description: "A sentence about this one case.",
  }),
  code: z.enum(Object.keys(ERROR_CODES) as [string, ...string[]]).openapi({
    description: "The stable name of what went wrong.",
  }),
  details: z.record(z.string(), z.unknown()).optional().openapi({
    description:
      "The changing parts, e.g. `product` and `onHand` of `stock_insufficient`.",
  }),
  errors: z.array(z.object({
    in: z.enum(["body", "query", "path"]),
    path: z.string(),
    message: z.string(),
  })).optional(),
}).openapi("Problem", { description: "An error, after RFC 9457." });

/** A number of a queue or a list in a path. */
export const numberSchema: z.ZodType<number> = z.string().regex(
  /^[1-9][0-9]{0,14}$/,
).transform(Number).openapi({
  type: "integer",
  example: 1,
}) as unknown as z.ZodType<number>;
