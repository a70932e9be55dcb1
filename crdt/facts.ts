/**
 * Facts: what happened, as immutable values. A fact's kind says which document holds it, which of its fields the caller
 * sent (its content, by which a repeat is told from another fact), and which schema reads it.
 *
 * Amounts inside a fact are whole units of its `currency` at its `exponent`; instants are whole microseconds since
 * 1970, UTC.
 *
 * @module
 */
import { z } from "zod";
import { spaceOfBound } from "./bounds.ts";
import type { Stamp } from "./clock.ts";
import { EXPONENT_MAX } from "./money.ts";
import {
  type FactId,
  type LogId,
  MESH_SPACE,
  parseFactId,
  parseLogId,
  parseProductId,
  parseSiteCode,
  type ProductId,
  sha256,
  type SiteCode,
  siteOfSpace,
  type SpaceId,
  toHex,
} from "./ids.ts";
import { authorityFields, type Statement, statementText } from "./statement.ts";
import {
  oversellContent,
  type OversellFact,
  oversellSchemas,
} from "./oversell_facts.ts";
import {
  isRightsAmount,
  rightsContent,
  type RightsFact,
  rightsSchemas,
} from "./rights_facts.ts";

/** Where a product or a price is defined: one site, or the whole mesh. */
export type Scope = "mesh" | `site:${string}`;

/** The name under which the mesh-wide master stock is kept, beside the sites' own. */
export const MASTER_SITE = "MASTER" as SiteCode;

/** Longest text field of a fact, in UTF-16 units. */
export const TEXT_LENGTH_MAX = 500;
/** Most lines of a sale or a delivery. */
export const LINES_MAX = 500;
/** Most facts that one change replaces. */
export const OVER_MAX = 1000;
/** Most logs that a change to `strict` names: one a site. */
export const COUNTERS_MAX = 5000;
/** Most facts of one commit. */
export const FACTS_MAX = 4096;

/** How a product's stock is guarded. */
export type Policy = "strict" | "soft" | "unmetered";
const POLICIES: readonly Policy[] = ["strict", "soft", "unmetered"];

/** What every fact has. */
export interface FactBase {
  /** A UUID. */
  readonly id: FactId;
  /** When it happened, in whole microseconds since 1970, UTC. */
  readonly at: number;
}

/** One field of a product was set. */
export interface ProductChanged extends FactBase {
  /** The kind. */
  readonly type: "ProductChanged";
  /** Where the product is defined. */
  readonly scope: Scope;
  /** The product. */
  readonly product: ProductId;
  /** Which field. */
  readonly field: "name" | "policy" | "listed";
  /** Its new value: a text, a `Policy`, or true for `listed`. */
  readonly value: string | true;
  /** The changes of this field that it replaces. */
  readonly over: readonly FactId[];
  /** Set where a branch tells the mesh of a product of its own. */
  readonly site?: SiteCode | undefined;
  /** Of a change to `strict`: the logs, one a site, whose next count makes the whole quantity counted. */
  readonly counters?: readonly LogId[] | undefined;
}

/** A product is no longer sold in a scope. */
export interface ProductRemoved extends FactBase {
  /** The kind. */
  readonly type: "ProductRemoved";
  /** Where the product is defined. */
  readonly scope: Scope;
  /** The product. */
  readonly product: ProductId;
  /** The listings that it replaces. */
  readonly over: readonly FactId[];
}

/** A price was set from an instant on. */
export interface PriceChanged extends FactBase {
  /** The kind. */
  readonly type: "PriceChanged";
  /** Where the price holds. */
  readonly scope: Scope;
  /** The product. */
  readonly product: ProductId;
  /** Price of one, in units of `exponent`. */
  readonly price: number;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of `price`. */
  readonly exponent: number;
  /** From when on, in whole microseconds since 1970. */
  readonly effectiveAt: number;
  /** The prices that it replaces. */
  readonly over: readonly FactId[];
  /** Set where a branch tells the mesh of a product of its own. */
  readonly site?: SiteCode | undefined;
}

/** Goods arrived. */
export interface StockReceived extends FactBase {
  /** The kind. */
  readonly type: "StockReceived";
  /** Where, or the master. */
  readonly site: SiteCode;
  /** Business date, `YYYY-MM-DD`. */
  readonly date: string;
  /** What arrived, in whole units above 0. */
  readonly lines: readonly {
    readonly product: ProductId;
    readonly quantity: number;
    /** The change to `strict` that its log knew: the delivery makes rights. */
    readonly bound?: FactId | undefined;
  }[];
  /** Free text. */
  readonly note?: string | undefined;
}

/** Stock was counted. */
export interface StockCounted extends FactBase {
  /** The kind. */
  readonly type: "StockCounted";
  /** Where, or the master. */
  readonly site: SiteCode;
  /** Business date, `YYYY-MM-DD`. */
  readonly date: string;
  /** The product. */
  readonly product: ProductId;
  /** Whole units that were there. */
  readonly counted: number;
  /** `counted` less what the counting node expected: the count's effect. */
  readonly difference: number;
  /** The change to `strict` that its log knew. */
  readonly bound?: FactId | undefined;
  /** Rights that the count makes; below 0 if it destroys them. */
  readonly rights?: number | undefined;
  /** True for the count with which the bound begins. */
  readonly opens?: true | undefined;
  /** Free text. */
  readonly note?: string | undefined;
}

/** One line of a recorded sale; amounts are in units of the sale's `exponent`. */
export interface RecordedLine {
  /** The product. */
  readonly product: ProductId;
  /** Its name then. */
  readonly name: string;
  /** Whole units; negative for a return. */
  readonly quantity: number;
  /** What the line costs. */
  readonly amount: number;
  /** Price of one, if one was used. */
  readonly price?: number | undefined;
  /** The fact that set the price, if it was the one in force. */
  readonly priceFact?: FactId | undefined;
  /** What the caller gave instead of the price in force. */
  readonly given?: "price" | "amount" | "both" | undefined;
  /** The change to `strict` that its log knew: the line takes rights. */
  readonly bound?: FactId | undefined;
}

/** Goods were sold. */
export interface SaleRecorded extends FactBase {
  /** The kind. */
  readonly type: "SaleRecorded";
  /** Where. */
  readonly site: SiteCode;
  /** Business date, `YYYY-MM-DD`. */
  readonly date: string;
  /** Receipt number. */
  readonly receipt: string;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of all amounts of the sale. */
  readonly exponent: number;
  /** What was sold. */
  readonly lines: readonly RecordedLine[];
  /** The sum of the lines' amounts. */
  readonly total: number;
  /** True for something that had already happened elsewhere. */
  readonly observation?: true | undefined;
  /** Free text. */
  readonly note?: string | undefined;
}

/** A sale was voided as a whole. */
export interface SaleVoided extends FactBase {
  /** The kind. */
  readonly type: "SaleVoided";
  /** Where the sale was made. */
  readonly site: SiteCode;
  /** Business date of the void, `YYYY-MM-DD`. */
  readonly date: string;
  /** The sale's id. */
  readonly sale: FactId;
  /** The sale's `contentDigest`, which tells it from others with its id. */
  readonly content: string;
  /** Why. */
  readonly reason: string;
}

/** An original branch told of a sale. */
export interface NoticeReceived extends FactBase {
  /** The kind. */
  readonly type: "NoticeReceived";
  /** Business date, `YYYY-MM-DD`. */
  readonly date: string;
  /** The sender's id, as received. */
  readonly branch: string;
  /** The product. */
  readonly product: ProductId;
  /** Its name then; null if it was unknown. */
  readonly name: string | null;
  /** Its price then, in units of `exponent`; null if there was none. */
  readonly price: number | null;
  /** Whole units. */
  readonly quantity: number;
  /** The total amount, in units of `exponent`. */
  readonly amount: number;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Decimal places of `price` and `amount`. */
  readonly exponent: number;
  /** The total amount, to the last digit as received. */
  readonly amountText: string;
  /** The time of sale, as received. */
  readonly timestamp: string;
  /** How it came. */
  readonly source: "http" | "form";
  /** Whether the product was listed; if not, the notice waits until it is. */
  readonly known: boolean;
  /** The sender's sale id. */
  readonly saleId?: string | undefined;
  /** Further fields, as received. */
  readonly extra?: Readonly<Record<string, string | number>> | undefined;
}

/** Somebody has seen to an incident. */
export interface IncidentAcknowledged extends FactBase {
  /** The kind. */
  readonly type: "IncidentAcknowledged";
  /** The incident's id. */
  readonly incident: string;
  /** Free text. */
  readonly note: string;
}

/** A key that stands above others has said something about them. Its signature is what counts, no verb. */
export interface AuthorityStated extends FactBase {
  /** The kind. */
  readonly type: "AuthorityStated";
  /** What is said. */
  readonly statement: Statement;
  /** The signer's certificate chain, in hexadecimal digits; empty where the root key itself signs. */
  readonly chain: string;
  /** The signature, 128 hexadecimal digits. */
  readonly signature: string;
}

/** A fact of any known kind. */
export type Fact =
  | ProductChanged
  | ProductRemoved
  | PriceChanged
  | StockReceived
  | StockCounted
  | SaleRecorded
  | SaleVoided
  | NoticeReceived
  | IncidentAcknowledged
  | AuthorityStated
  | RightsFact
  | OversellFact;
/** The kinds of facts that this version knows. */
export type FactType = Fact["type"];
/** A fact of a kind. */
export type FactOf<T extends FactType> = Extract<Fact, { readonly type: T }>;

const factId = z.string().refine((text) => parseFactId(text) === text)
  .transform((text) => text as FactId);
const productId = z.string().refine((text) =>
  parseProductId(text) !== undefined
).transform((text) => text as ProductId);
const siteCode = z.string().refine((text) => parseSiteCode(text) === text)
  .transform((text) => text as SiteCode);
/** Text that every store can hold: no NUL, no half of a surrogate pair. */
const text = z.string().max(TEXT_LENGTH_MAX).refine((value) =>
  !value.includes("\u0000") && value.isWellFormed()
);
const instant = z.int();
const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const logId = z.string().refine((value) => parseLogId(value) === value)
  .transform((value) => value as LogId);
const scope = z.string().regex(/^(mesh|site:[A-Z0-9]{2,12})$/).transform((
  value,
) => value as Scope);
const currency = z.string().regex(/^[A-Z]{3}$/);
const exponent = z.int().min(0).max(EXPONENT_MAX);
const over = z.array(factId).max(OVER_MAX);
const base = { id: factId, at: instant };

/** Whether a line takes or makes no more rights than one fact may; a line that touches none may be of any size. */
function takesBounded(
  { quantity, bound }: { quantity: number; bound?: FactId | undefined },
): boolean {
  return bound === undefined || isRightsAmount(quantity);
}

const saleLine = z.strictObject({
  product: productId,
  name: text,
  quantity: z.int(),
  amount: z.int(),
  price: z.int().optional(),
  priceFact: factId.optional(),
  given: z.enum(["price", "amount", "both"]).optional(),
  bound: factId.optional(),
}).refine(takesBounded);

/** One schema a kind; the compiler checks that each gives its kind's type. */
const schemas: { readonly [T in FactType]: z.ZodType<FactOf<T>> } = {
  ProductChanged: z.strictObject({
    ...base,
    type: z.literal("ProductChanged"),
    scope,
    product: productId,
    field: z.enum(["name", "policy", "listed"]),
    value: z.union([text, z.literal(true)]),
    over,
    site: siteCode.optional(),
    counters: z.array(logId).max(COUNTERS_MAX).optional(),
  }).refine((fact) => {
    if (fact.counters !== undefined && fact.value !== "strict") return false;
    if (fact.field === "listed") return fact.value === true;
    return fact.field === "name"
      ? typeof fact.value === "string"
      : POLICIES.includes(fact.value as Policy);
  }),
  ProductRemoved: z.strictObject({
    ...base,
    type: z.literal("ProductRemoved"),
    scope,
    product: productId,
    over,
  }),
  PriceChanged: z.strictObject({
    ...base,
    type: z.literal("PriceChanged"),
    scope,
    product: productId,
    price: z.int(),
    currency,
    exponent,
    effectiveAt: instant,
    over,
    site: siteCode.optional(),
  }),
  StockReceived: z.strictObject({
    ...base,
    type: z.literal("StockReceived"),
    site: siteCode,
    date,
    lines: z.array(
      z.strictObject({
        product: productId,
        quantity: z.int().positive(),
        bound: factId.optional(),
      }).refine(takesBounded),
    ).min(1).max(LINES_MAX),
    note: text.optional(),
  }),
  StockCounted: z.strictObject({
    ...base,
    type: z.literal("StockCounted"),
    site: siteCode,
    date,
    product: productId,
    counted: z.int(),
    difference: z.int(),
    bound: factId.optional(),
    rights: z.int().refine(isRightsAmount).optional(),
    opens: z.literal(true).optional(),
    note: text.optional(),
  }),
  SaleRecorded: z.strictObject({
    ...base,
    type: z.literal("SaleRecorded"),
    site: siteCode,
    date,
    receipt: z.string().regex(/^[A-Z0-9]{2,12}-\d{8}-\d{8,16}$/),
    currency,
    exponent,
    lines: z.array(saleLine).min(1).max(LINES_MAX),
    total: z.int(),
    observation: z.literal(true).optional(),
    note: text.optional(),
  }).refine((sale) => {
    let sum = 0;
    for (const { amount } of sale.lines) {
      sum += amount;
      if (!Number.isSafeInteger(sum)) return false;
    }
    return sum === sale.total;
  }),
  SaleVoided: z.strictObject({
    ...base,
    type: z.literal("SaleVoided"),
    site: siteCode,
    date,
    sale: factId,
    content: z.string().regex(/^[0-9a-f]{16}$/),
    reason: text,
  }),
  NoticeReceived: z.strictObject({
    ...base,
    type: z.literal("NoticeReceived"),
    date,
    branch: text,
    product: productId,
    name: text.nullable(),
    price: z.int().nullable(),
    quantity: z.int(),
    amount: z.int(),
    currency,
    exponent,
    amountText: text,
    timestamp: text,
    source: z.enum(["http", "form"]),
    known: z.boolean(),
    saleId: text.optional(),
    extra: z.record(z.string().max(64), z.union([text, z.number()])).optional(),
  }),
  IncidentAcknowledged: z.strictObject({
    ...base,
    type: z.literal("IncidentAcknowledged"),
    incident: text.refine((value) => value !== ""),
    note: text,
  }),
  AuthorityStated: z.strictObject({
    ...base,
    type: z.literal("AuthorityStated"),
    ...authorityFields,
  }),
  ...rightsSchemas,
  ...oversellSchemas,
};

/** A fact as it stands in a log. */
export interface PlacedFact {
  /** What happened. */
  readonly fact: Fact;
  /** Its commit's stamp. */
  readonly stamp: Stamp;
  /** Its commit's seq. */
  readonly seq: number;
}

/** Why something in a verified commit does not count. */
export interface SetAside {
  /** A stable word. */
  readonly reason: string;
  /** The document that holds it. */
  readonly doc: string;
  /** The fact's id, where one can be read. */
  readonly id: FactId | null;
  /** The fact's kind, where one can be read. */
  readonly type: string | null;
}

/**
 * Reads a fact.
 *
 * @param value Anything.
 * @returns The fact, or a word that says why it is set aside.
 */
export function parseFact(value: unknown): Fact | "unknown_type" | "malformed" {
  if (typeof value !== "object" || value === null) return "malformed";
  const type = (value as { type?: unknown }).type;
  if (typeof type !== "string") return "malformed";
  if (!Object.hasOwn(schemas, type)) return "unknown_type";
  const parsed = schemas[type as FactType].safeParse(value);
  return parsed.success ? parsed.data as Fact : "malformed";
}

/**
 * The document that holds a fact, for kinds that do not go to the journal.
 *
 * @param fact A fact.
 * @returns The document's name and the fact's key in it; undefined for the journal.
 */
export function documentOf(
  fact: Fact,
): { doc: string; key: string; space: SpaceId } | undefined {
  switch (fact.type) {
    case "ProductChanged":
    case "ProductRemoved": {
      const field = fact.type === "ProductRemoved" ? "listed" : fact.field;
      return place(
        "catalog",
        fact.scope,
        `${fact.product}/${field}/${fact.id}`,
      );
    }
    case "PriceChanged":
      return place("prices", fact.scope, `${fact.product}/price/${fact.id}`);
    case "AuthorityStated":
      return place("directory", "mesh", `authority/${fact.id}`);
    default:
      return undefined;
  }
}

function place(
  folder: string,
  scope: Scope,
  key: string,
): { doc: string; key: string; space: SpaceId } {
  return {
    doc: `${folder}/${scope}`,
    key,
    space: scope === "mesh" ? MESH_SPACE : scope as SpaceId,
  };
}

/**
 * Whether a fact may stand in a space: a site's facts in that site's space, what concerns the whole mesh in `mesh`.
 *
 * @param fact A fact.
 * @param space The space of the log that holds it.
 * @returns True if it belongs there.
 */
export function belongsTo(fact: Fact, space: SpaceId): boolean {
  const document = documentOf(fact);
  if (document !== undefined) return document.space === space;
  switch (fact.type) {
    case "NoticeReceived":
      return space === MESH_SPACE;
    case "IncidentAcknowledged":
      return true;
    case "StockReceived":
    case "StockCounted":
      return fact.site === MASTER_SITE
        ? space === MESH_SPACE
        : siteOfSpace(space) === fact.site;
    case "SaleRecorded":
    case "SaleVoided":
    case "OversellAcknowledged":
      return siteOfSpace(space) === fact.site;
    case "StockOffered":
      return space === MESH_SPACE;
    case "RightsIssued":
    case "RightsGranted":
    case "RightsAccepted":
      return spaceOfBound(fact.bound) === space;
    case "HoldPlaced":
    case "SpendCaptured":
      return fact.bounds.every((bound) => spaceOfBound(bound) === space);
    case "RightsReturned":
      return fact.rights.every(({ bound }) => spaceOfBound(bound) === space);
    case "HoldReleased":
      return space !== MESH_SPACE;
    default:
      return false;
  }
}

/**
 * What the caller sent, in one canonical text: two facts with the same id are the same fact if this is equal. What a
 * node adds (the instant, the price in force, the receipt number) is no part of it. It is computed from the fact
 * itself, so a log cannot claim another content than it holds.
 *
 * @param fact A fact.
 * @returns Canonical text.
 */
export function contentOf(fact: Fact): string {
  const common = [fact.type];
  switch (fact.type) {
    case "SaleRecorded":
      return JSON.stringify([
        common,
        fact.currency,
        fact.lines.map((line) => {
          const price = line.given === "price" || line.given === "both"
            ? scaled(line.price ?? 0, fact.exponent)
            : null;
          const amount = line.given === "amount" || line.given === "both"
            ? scaled(line.amount, fact.exponent)
            : null;
          return [line.product, line.quantity, price, amount];
        }),
        fact.note ?? null,
        fact.observation ?? false,
      ]);
    case "SaleVoided":
      return JSON.stringify([common, fact.sale, fact.content, fact.reason]);
    case "StockReceived":
      return JSON.stringify([
        common,
        fact.lines.map((line) => [line.product, line.quantity]),
        fact.note ?? null,
      ]);
    case "StockCounted":
      return JSON.stringify([
        common,
        fact.product,
        fact.counted,
        fact.note ?? null,
      ]);
    case "ProductChanged":
      return JSON.stringify([
        common,
        fact.scope,
        fact.product,
        fact.field,
        fact.value,
      ]);
    case "ProductRemoved":
      return JSON.stringify([common, fact.scope, fact.product]);
    case "PriceChanged":
      return JSON.stringify([
        common,
        fact.scope,
        fact.product,
        fact.currency,
        scaled(fact.price, fact.exponent),
      ]);
    case "NoticeReceived":
      return JSON.stringify([
        common,
        fact.branch,
        fact.product,
        fact.quantity,
        fact.amountText,
        fact.timestamp,
        fact.saleId ?? null,
      ]);
    case "IncidentAcknowledged":
      return JSON.stringify([common, fact.incident, fact.note]);
    case "OversellAcknowledged":
    case "StockOffered":
      return JSON.stringify([common, ...oversellContent(fact)]);
    case "AuthorityStated":
      return JSON.stringify([common, fact.at, statementText(fact.statement)]);
    default:
      return JSON.stringify([common, ...rightsContent(fact)]);
  }
}

/** An amount as a text that does not depend on the scale it is held at. */
function scaled(units: number, exponent: number): string {
  let [digits, places] = [BigInt(units), exponent];
  while (places > 0 && digits % 10n === 0n) {
    [digits, places] = [digits / 10n, places - 1];
  }
  return `${digits}e-${places}`;
}

/**
 * A short digest of a fact's content, for naming one of several facts with one id.
 *
 * @param fact A fact.
 * @returns 16 hexadecimal digits.
 */
export function contentDigest(fact: Fact): string {
  return toHex(sha256(new TextEncoder().encode(contentOf(fact))).slice(0, 8));
}
