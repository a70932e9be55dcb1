/**
 * `/v1/companies/{company}/feed`: what happens in a company, for those who must not miss any of it.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { ok, type Result } from "../../crdt/mod.ts";
import type {
  CompanyId,
  FeedItem,
  FleetUseCases,
  PeopleUseCases,
  Refusal,
  UseCases,
} from "../../nodes/mod.ts";
import { isSameCaller } from "../credentials.ts";
import { refused } from "../errors.ts";
import type { FeedStreams } from "../feed_streams.ts";
import {
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import { instantSchema, maybe, PAGE_LIMIT_MAX, safeText } from "../schemas.ts";
import { instantToWire } from "../wire.ts";
import { unknownCompany } from "./fleet_changes.ts";
import {
  companyParams,
  fleetMoney,
  type FleetUnit,
  maybeMoneySchema,
} from "./fleet_wire.ts";

const STREAM_HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  "x-accel-buffering": "no",
};

/** The most items that a reader is given at once. */
const FEED_BATCH_MAX = 200;

const itemAnswer = z.object({
  number: z.int().openapi({
    description:
      "This node's own number of it: grows by arrival, has no meaning at another node.",
  }),
  kind: z.enum([
    "expense",
    "refusal",
    "deposit",
    "card",
    "limit",
    "settlement",
  ]),
  fact: z.string(),
  at: instantSchema,
  card: z.string().nullable(),
  amount: maybeMoneySchema,
}).openapi("FeedItem");
type WireItem = z.output<typeof itemAnswer>;

const feedAnswer = z.object({
  items: z.array(itemAnswer).readonly(),
  after: z.int().openapi({
    description: "Pass it as `after` for what comes next.",
  }),
  acknowledged: z.int().nullable().openapi({
    description: "How far the subscriber has confirmed; null without one.",
  }),
}).openapi("Feed");

const subscriberSchema = safeText(1, 64).openapi({ example: "back-office" });
const numberSchema = z.int().min(0);
const placeSchema = z.coerce.number().int().min(0).max(
  Number.MAX_SAFE_INTEGER,
) as unknown as z.ZodType<number>;

const feedQuery = z.strictObject({
  subscriber: maybe(subscriberSchema),
  after: maybe(placeSchema).openapi({
    description:
      "The number before the first; where the subscriber is if left out.",
  }),
  before: maybe(placeSchema).openapi({
    description: "With it the latest items below this number, latest first.",
  }),
  limit: z.coerce.number().int().min(1).max(PAGE_LIMIT_MAX).default(
    50,
  ) as unknown as z.ZodType<number>,
});
const streamQuery = z.strictObject({
  subscriber: maybe(subscriberSchema),
  after: maybe(placeSchema),
});
const acknowledgement = z.strictObject({
  subscriber: subscriberSchema,
  number: numberSchema,
}).openapi("FeedAcknowledgement", {
  example: { subscriber: "back-office", number: 7 },
});
const acknowledged = z.object({ number: z.int() });

function itemToWire(item: FeedItem, unit: FleetUnit): WireItem {
  const { amount, at } = item;
  return {
    ...item,
    at: instantToWire(at),
    amount: amount === null ? null : fleetMoney(amount, unit),
  };
}

/** What the routes work with besides the node. */
export interface FeedRouteOptions {
  /** Sends feeds to who reads them as they grow. */
  readonly streams: FeedStreams;
  /** Who may read. */
  readonly people: () => PeopleUseCases;
}

/**
 * The routes of a company's feed.
 *
 * @param useCases The node.
 * @param options The streams, and who may read.
 * @returns The routes.
 */
export function fleetFeedRoutes(
  { fleet }: UseCases,
  options: FeedRouteOptions,
): Route[] {
  return [reading(fleet), acknowledging(fleet), streaming(fleet, options)];
}

function reading(fleet: FleetUseCases): Route {
  return defineRoute({
    method: "get",
    path: "/v1/companies/{company}/feed",
    id: "readCompanyFeed",
    tag: "fleet",
    summary: "What happened in a company after a place of its feed",
    description:
      "In the order in which it came to this node, where numbers grow and items stay. A subscriber acknowledges what " +
      "it has taken in, and goes on there however long it was away.",
    params: companyParams,
    query: feedQuery,
    answer: feedAnswer,
    errors: ["company_unknown"],
    run: ({
      params: { company },
      query: { subscriber, after, before, limit },
    }): Reply<z.output<typeof feedAnswer>> => {
      const unit = fleet.company(company);
      if (unit === undefined) return unknownCompany(company);
      const known = subscriber === undefined
        ? null
        : fleet.subscriber(company, subscriber);
      // Who looks back reads also what was acknowledged.
      const from = after ?? (before === undefined ? known : null) ?? 0;
      const items = fleet.feed({ company, after: from, before, limit });
      const last = before === undefined ? items.at(-1) : items[0];
      return reply({
        items: items.map((item) => itemToWire(item, unit)),
        after: last?.number ?? from,
        acknowledged: known,
      });
    },
  });
}

function acknowledging(fleet: FleetUseCases): Route {
  return defineRoute({
    method: "post",
    path: "/v1/companies/{company}/feed/acknowledgements",
    id: "acknowledgeCompanyFeed",
    tag: "fleet",
    summary: "Say how far a subscriber has taken a feed in",
    description:
      "Everything up to the number. It never goes back: the answer has what holds.",
    params: companyParams,
    body: acknowledgement,
    answer: acknowledged,
    errors: ["company_unknown", "invalid_argument"],
    run: async ({ params: { company }, body }): Promise<
      Reply<z.output<typeof acknowledged>>
    > =>
      fleet.company(company) === undefined ? unknownCompany(company) : decided(
        await fleet.acknowledgeFeed({ ...body, company }),
        ({ number }) => reply({ number }),
      ),
  });
}

const EVENT_ID = /^[0-9]{1,16}$/;

/** The item that a client had last; undefined for a number that this node did not give. */
function lastOf(
  fleet: FleetUseCases,
  company: CompanyId,
  { headers }: Request,
): number | undefined {
  const text = headers.get("last-event-id") ?? "";
  const number = EVENT_ID.test(text) ? Number(text) : 0;
  if (number === 0 || !Number.isSafeInteger(number)) return undefined;
  const [item] = fleet.feed({ company, after: number - 1, limit: 1 });
  return item?.number === number ? number : undefined;
}

/** Where a stream begins: a client that comes again says what it has, and so confirms it. */
async function placeOf(
  fleet: FleetUseCases,
  { company, subscriber, after, request }: {
    readonly company: CompanyId;
    readonly subscriber?: string | undefined;
    readonly after?: number | undefined;
    readonly request: Request;
  },
): Promise<Result<number, Refusal>> {
  const last = lastOf(fleet, company, request);
  if (subscriber === undefined) return ok(last ?? after ?? 0);
  // A new one has its place from now on, and nothing is dropped that it has not confirmed.
  const number = last ?? 0;
  const taken = await fleet.acknowledgeFeed({ company, subscriber, number });
  if (!taken.ok) return taken;
  return ok(last ?? after ?? taken.value.number);
}

function streaming(
  fleet: FleetUseCases,
  { streams, people }: FeedRouteOptions,
): Route {
  return defineRoute({
    method: "get",
    path: "/v1/companies/{company}/feed/events",
    id: "streamCompanyFeed",
    tag: "fleet",
    summary: "A company's feed as it grows, as server-sent events",
    description:
      "Each item is an event `feed` with its number as id. A stream begins where the subscriber is, or after " +
      "`Last-Event-ID`, with which a browser comes again: that acknowledges it. Without both it begins at `after`, or " +
      "at the beginning. Nothing is left out, also of what came while the subscriber was away; what it does not read " +
      "stays with the node. A comment comes every 15 seconds. A client that takes nothing for a minute is cut off, and " +
      "comes again.",
    params: companyParams,
    query: streamQuery,
    media: ["text/event-stream"],
    errors: [
      "company_unknown",
      "invalid_argument",
      "overloaded",
      "node_stopping",
    ],
    run: async ({ params: { company }, query, request, caller }) => {
      const unit = fleet.company(company);
      if (unit === undefined) return unknownCompany(company);
      if (request.method === "HEAD") {
        return new Response(null, { headers: STREAM_HEADERS });
      }
      const place = await placeOf(fleet, { company, ...query, request });
      if (!place.ok) return refused(place.error);
      const stream = streams.open({
        next: reader(fleet, unit, { company, after: place.value }),
        mayRead: () => isSameCaller(people(), caller),
      });
      return stream.ok
        ? new Response(stream.value, { headers: STREAM_HEADERS })
        : refused(stream.error);
    },
  });
}

/** Reads a feed on and on, as events. */
function reader(
  fleet: FleetUseCases,
  unit: FleetUnit,
  from: { readonly company: CompanyId; readonly after: number },
): () => string | undefined {
  let { after } = from;
  return () => {
    const items = fleet.feed({ ...from, after, limit: FEED_BATCH_MAX });
    const last = items.at(-1);
    if (last === undefined) return undefined;
    after = last.number;
    return items.map((item) =>
      `event: feed\nid: ${item.number}\ndata: ${
        JSON.stringify(itemToWire(item, unit))
      }\n\n`
    ).join("");
  };
}
