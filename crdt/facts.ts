/**
 * Facts: what happened, as immutable values of many kinds. A fact's kind says which document holds it, which of its fields the caller
 * sent (its content, by which a repeat is told from another fact), and which schema reads it.
 *
 * Amounts inside a fact are whole units of its `currency` at its `exponent`; instants are whole microseconds since
 * 1970, UTC.
 *
 * @module
 */
import { z } from "zod";
import { spaceOfBound } from "./bounds.ts";
import {
  type CatalogFact,
  catalogSchemas,
  type Scope,
} from "./catalog_facts.ts";
import {
  type ChargingAudited,
  chargingAuditSchemas,
} from "./charging_audit_facts.ts";
import type { ChargingFact } from "./charging_facts.ts";
import { chargingContent, chargingSchemas } from "./charging_schemas.ts";
import type { Stamp } from "./clock.ts";
import { type DirectoryChanged, directorySchemas } from "./directory_facts.ts";
import {
  baseFields,
  currencyField,
  dateField,
  exponentField,
  type FactBase,
  productField,
  textField,
} from "./fact_fields.ts";
import { fleetContent, type FleetFact, fleetSchemas } from "./fleet_facts.ts";
import { fuelContent, type FuelFact, fuelSchemas } from "./fuel_facts.ts";
import {
  type GoodsFact,
  goodsSchemas,
  legacySaleContent,
  MASTER_SITE,
  saleTermsContent,
} from "./goods_facts.ts";
import {
  type FactId,
  MESH_SPACE,
  type ProductId,
  sha256,
  siteOfSpace,
  type SpaceId,
  toHex,
} from "./ids.ts";
import { scaledText } from "./money.ts";
import {
  oversellContent,
  type OversellFact,
  oversellSchemas,
} from "./oversell_facts.ts";
import { shopContent, type ShopFact, shopSchemas } from "./shop_facts.ts";
import {
  transferContent,
  type TransferFact,
  transferSchemas,
} from "./transfer_facts.ts";
import {
  rightsContent,
  type RightsFact,
  rightsSchemas,
} from "./rights_facts.ts";
import { authorityFields, type Statement, statementText } from "./statement.ts";

/** Most facts of one commit. */
export const FACTS_MAX = 4096;

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
  | CatalogFact
  | GoodsFact
  | NoticeReceived
  | IncidentAcknowledged
  | AuthorityStated
  | RightsFact
  | OversellFact
  | TransferFact
  | DirectoryChanged
  | FuelFact
  | ShopFact
  | FleetFact
  | ChargingFact
  | ChargingAudited;
/** The kinds of facts that this version knows. */
export type FactType = Fact["type"];
/** A fact of a kind. */
export type FactOf<T extends FactType> = Extract<Fact, { readonly type: T }>;

/** One schema a kind; the compiler checks that each gives its kind's type. */
const schemas: { readonly [T in FactType]: z.ZodType<FactOf<T>> } = {
  ...catalogSchemas,
  ...goodsSchemas,
  NoticeReceived: z.strictObject({
    ...baseFields,
    type: z.literal("NoticeReceived"),
    date: dateField,
    branch: textField,
    product: productField,
    name: textField.nullable(),
    price: z.int().nullable(),
    quantity: z.int(),
    amount: z.int(),
    currency: currencyField,
    exponent: exponentField,
    amountText: textField,
    timestamp: textField,
    source: z.enum(["http", "form"]),
    known: z.boolean(),
    saleId: textField.optional(),
    extra: z.record(z.string().max(64), z.union([textField, z.number()]))
      .optional(),
  }),
  IncidentAcknowledged: z.strictObject({
    ...baseFields,
    type: z.literal("IncidentAcknowledged"),
    incident: textField.refine((value) => value !== ""),
    note: textField,
  }),
  AuthorityStated: z.strictObject({
    ...baseFields,
    type: z.literal("AuthorityStated"),
    ...authorityFields,
  }),
  ...rightsSchemas,
  ...oversellSchemas,
  ...transferSchemas,
  ...directorySchemas,
  ...fuelSchemas,
  ...shopSchemas,
  ...fleetSchemas,
  ...chargingSchemas,
  ...chargingAuditSchemas,
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
    case "PricesChanged":
      // No product's id has a slash, so the set's own key meets no product's.
      return place("prices", fact.scope, `set/prices/${fact.id}`);
    case "DirectoryChanged":
      return {
        doc: `directory/${fact.space}`,
        key: `${fact.subject}/${fact.field}/${fact.id}`,
        space: fact.space,
      };
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
    case "ActRecorded":
      return true;
    case "StockReceived":
    case "StockCounted":
      return fact.site === MASTER_SITE
        ? space === MESH_SPACE
        : siteOfSpace(space) === fact.site;
    case "SaleRecorded":
    case "SaleVoided":
    case "OversellAcknowledged":
    case "FuelSold":
    case "FuelReceived":
    case "TankDipped":
    case "PricesTaken":
    case "PumpCommanded":
    case "PumpCommandEnded":
    case "DayClosed":
    case "CashSessionOpened":
    case "CashMoved":
    case "CashSessionClosed":
    case "SalesClosed":
    case "StockReported":
    case "CardResultKept":
    case "PointConnected":
    case "PointReported":
    case "PointCommanded":
    case "PointCommandEnded":
    case "ChargeRequested":
    case "ChargeRefused":
    case "ChargeAuthorized":
    case "PointInformed":
    case "ChargeFreed":
    case "ChargeStarted":
    case "ChargeMetered":
    case "ChargeEnded":
    case "EnergyCounted":
    case "ChargeTold":
    case "PointCredential":
    case "PointCredentialRevoked":
    case "ChargingAudited":
      return siteOfSpace(space) === fact.site;
    case "CardRegistered":
    case "ExpenseDecided":
    case "VerdictConfirmed":
    case "FloorCovered":
    case "FleetSettled":
      return space === `company:${fact.company}`;
    case "StockOffered":
    case "GoodsSent":
    case "GoodsArrived":
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
      if (fact.legacy !== undefined) {
        return JSON.stringify([common, ...legacySaleContent(fact)]);
      }
      return JSON.stringify([
        common,
        fact.currency,
        fact.lines.map((line) => {
          const price = line.given === "price" || line.given === "both"
            ? scaledText(line.price ?? 0, fact.exponent)
            : null;
          const amount = line.given === "amount" || line.given === "both"
            ? scaledText(line.amount, fact.exponent)
            : null;
          return [line.product, line.quantity, price, amount];
        }),
        fact.note ?? null,
        fact.observation ?? false,
        ...saleTermsContent(fact),
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
        scaledText(fact.price, fact.exponent),
      ]);
    case "PricesChanged":
      return JSON.stringify([
        common,
        fact.scope,
        fact.currency,
        fact.prices.map((
          { product, price },
        ) => [product, scaledText(price, fact.exponent)]),
      ]);
    case "DirectoryChanged":
      return JSON.stringify([
        common,
        fact.space,
        fact.subject,
        fact.field,
        fact.value,
      ]);
    case "FuelSold":
    case "FuelReceived":
    case "TankDipped":
    case "PricesTaken":
    case "PumpCommanded":
    case "PumpCommandEnded":
    case "DayClosed":
      return JSON.stringify([common, ...fuelContent(fact)]);
    case "CashSessionOpened":
    case "CashMoved":
    case "CashSessionClosed":
    case "SalesClosed":
    case "StockReported":
    case "ActRecorded":
      return JSON.stringify([common, ...shopContent(fact)]);
    case "CardRegistered":
    case "ExpenseDecided":
    case "VerdictConfirmed":
    case "FloorCovered":
    case "CardResultKept":
    case "FleetSettled":
      return JSON.stringify([common, ...fleetContent(fact)]);
    case "PointConnected":
    case "PointReported":
    case "PointCommanded":
    case "PointCommandEnded":
    case "ChargeRequested":
    case "ChargeRefused":
    case "ChargeAuthorized":
    case "PointInformed":
    case "ChargeFreed":
    case "ChargeStarted":
    case "ChargeMetered":
    case "ChargeEnded":
    case "EnergyCounted":
    case "ChargeTold":
    case "PointCredential":
    case "PointCredentialRevoked":
      return JSON.stringify([common, ...chargingContent(fact)]);
    case "ChargingAudited":
      return JSON.stringify([
        common,
        fact.site,
        fact.action,
        fact.point ?? null,
        fact.source ?? null,
        fact.text ?? null,
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
    case "GoodsSent":
    case "GoodsArrived":
      return JSON.stringify([common, ...transferContent(fact)]);
    case "AuthorityStated":
      return JSON.stringify([common, fact.at, statementText(fact.statement)]);
    default:
      return JSON.stringify([common, ...rightsContent(fact)]);
  }
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
