/**
 * The OpenAPI 3.1 description of the native interface, made from the routes' own schemas.
 *
 * @module
 */
import type { OpenAPIHono, RouteConfig, z } from "@hono/zod-openapi";
import { ERROR_CODES, type ErrorCode } from "../crdt/mod.ts";
import { PROBLEM_TYPE, statusOf } from "./errors.ts";
import { moneyInputSchema, moneySchema, problemSchema } from "./schemas.ts";

const INTRODUCTION =
  `The native interface of one Panal node. Every node answers from its own durable copy; no answer waits for another
node.

Collections answer \`{ items, total, next }\` and take \`limit\` and \`cursor\`. Money is exact decimal text with its
currency, never a JSON number. Instants are RFC 3339 in UTC. Errors are \`application/problem+json\` (RFC 9457) with a
stable \`code\`. Requests with fields that are not described here are refused.

While a node has no users, its loopback address needs no sign-in and no other address answers. Once it has, \`POST
/v1/sessions\` gives a token for \`Authorization: Bearer\`, and a cookie for pages and event streams.`;

/** What each tag is about. */
const TAGS: Readonly<Record<string, string>> = {
  sales: "Sales of this node's site, and those that reached it from others.",
  tills: "Cash drawers, receipts, and reports and closes of business days.",
  products: "Names, policies and prices, by scope.",
  stock: "Stock on hand, deliveries and counts.",
  rights:
    "What each log may still sell or spend of what must not go below zero.",
  totals: "Sums over sales that are not voided.",
  fuel: "Pumps, prices, deliveries, tanks and business days of fuel stations.",
  fleet:
    "Fleet cards: companies with an account, cards with a limit, what they paid, and what becomes of verdicts.",
  charging:
    "Charging points: what they do, orders to them, drivers' requests, sessions, tickets and what drivers are told.",
  facts: "The immutable facts that everything else is folded from.",
  notices: "Sale notices of original branches, at an office.",
  incidents: "What a person should look at.",
  mesh: "Peers, links, invitations, replicated documents and live changes.",
  branches: "Exchange with branches and centrals of the older branch software.",
  node: "How this node is.",
  people:
    "Who may sign in and as what, sessions and tokens, and what administrators did.",
};

/** What of a route its description needs. */
export interface RouteDescription {
  /** In lower case. */
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** With parameters in braces. */
  readonly path: string;
  /** The operation's id. */
  readonly id: string;
  /** The resource. */
  readonly tag: string;
  /** One line. */
  readonly summary: string;
  /** More, in Markdown. */
  readonly description?: string;
  /** The schema of the path's parameters. */
  readonly params?: z.ZodType;
  /** The schema of the query. */
  readonly query?: z.ZodType;
  /** The schema of the body. */
  readonly body?: z.ZodType;
  /** The schema of the JSON that is answered. */
  readonly answer?: z.ZodType;
  /** Media types of answers that are not JSON. */
  readonly media?: readonly string[];
  /** What each successful status says. */
  readonly statuses?: Readonly<Record<number, string>>;
  /** Codes with which it can refuse. */
  readonly errors?: readonly ErrorCode[];
}

/**
 * A route's entry in the OpenAPI document.
 *
 * @param route What it takes and answers.
 * @returns The entry, with every status that it can answer.
 */
export function describeRoute(route: RouteDescription): RouteConfig {
  return {
    method: route.method,
    path: route.path,
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined
      ? {}
      : { description: route.description }),
    request: {
      ...(route.params === undefined ? {} : { params: object(route.params) }),
      ...(route.query === undefined ? {} : { query: object(route.query) }),
      ...(route.body === undefined ? {} : {
        body: {
          required: true,
          content: { "application/json": { schema: route.body } },
        },
      }),
    },
    responses: { ...successes(route), ...failures(route) },
  };
}

type RequestParts = NonNullable<RouteConfig["request"]>;

function object(schema: z.ZodType): NonNullable<RequestParts["params"]> {
  return schema as unknown as NonNullable<RequestParts["params"]>;
}

function successes(route: RouteDescription): RouteConfig["responses"] {
  const content: Record<string, { schema: z.ZodType | { type: "string" } }> =
    {};
  if (route.answer !== undefined) {
    content["application/json"] = { schema: route.answer };
  }
  for (const media of route.media ?? []) {
    content[media] = { schema: { type: "string" } };
  }
  const statuses = Object.entries(
    route.statuses ?? { 200: `${route.summary}.` },
  );
  return Object.fromEntries(
    statuses.map(([status, description]) => [status, { description, content }]),
  );
}

function failures(route: RouteDescription): RouteConfig["responses"] {
  const byStatus = new Map<string, Set<ErrorCode>>();
  const add = (status: number, code: ErrorCode) => {
    const codes = byStatus.get(String(status)) ?? new Set();
    byStatus.set(String(status), codes.add(code));
  };
  for (const code of codesOf(route)) add(statusOf(code), code);
  if (route.body !== undefined) {
    add(400, "request_invalid");
    add(415, "request_invalid");
  }
  add(401, "forbidden");
  const entries = [...byStatus].sort(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(
    entries.map(([status, codes]) => [
      status,
      problemResponse(Number(status), [...codes]),
    ]),
  );
}

function codesOf(route: RouteDescription): ErrorCode[] {
  const codes: ErrorCode[] = [...route.errors ?? [], "forbidden", "internal"];
  if (route.params !== undefined) codes.push("not_found");
  if (route.query !== undefined) codes.push("request_invalid");
  if (route.body !== undefined) {
    codes.push("request_invalid", "body_too_large");
  }
  if (route.method !== "get") {
    codes.push(
      "store_full",
      "store_failed",
      "store_outcome_unknown",
      "overloaded",
      "node_stopping",
    );
  }
  return codes;
}

/** Where the code's own words would mislead. */
const STATUS_WORDS: Readonly<Record<number, string>> = {
  401:
    "`forbidden`: This address needs sign-in. `sign_in_failed`: The name or the password is wrong.",
  403:
    "`forbidden`: The node's certificate or the caller's role does not allow this, the caller's password must be " +
    "changed first, or the request came under a foreign host name or from a page of another site.",
};

function problemResponse(status: number, codes: readonly ErrorCode[]) {
  const words = codes.map((code) => `\`${code}\`: ${ERROR_CODES[code]}`);
  return {
    description: STATUS_WORDS[status] ?? words.join(" "),
    content: { [PROBLEM_TYPE]: { schema: problemSchema } },
  };
}

/**
 * Names the schemas that many routes share, before any route uses one in a nullable or optional field: the generator
 * would take that field's description for the schema's own.
 *
 * @param app The application.
 */
export function registerSharedSchemas(app: OpenAPIHono): void {
  app.openAPIRegistry.register("Money", moneySchema);
  app.openAPIRegistry.register("MoneyInput", moneyInputSchema);
}

/**
 * The whole description as JSON text.
 *
 * @param app The application, with all its routes registered.
 * @param version The program's version.
 * @returns An OpenAPI 3.1 document.
 */
export function openApiText(app: OpenAPIHono, version: string): string {
  return JSON.stringify(app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Panal",
      version,
      description: INTRODUCTION,
      license: { name: "MIT" },
    },
    servers: [{ url: "/", description: "This node" }],
    tags: Object.entries(TAGS).map(([name, description]) => ({
      name,
      description,
    })),
  }));
}
