/**
 * `/v1/charging-sessions` and `/v1/charging-tickets`: sessions from a request to a ticket.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { SessionView } from "../../nodes/mod.ts";
import { CSV_TYPE, type CsvRows, csvStream } from "../csv.ts";
import { problem, refused } from "../errors.ts";
import {
  actorOf,
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import {
  factSchema,
  instantInputSchema,
  maybe,
  PAGE_LIMIT_MAX,
  pageFields,
  pageSchema,
  pageToWire,
} from "../schemas.ts";
import {
  type ChargingNode,
  driverSchema,
  pointSchema,
  sessionAnswer,
  sessionToWire,
  type WireSession,
} from "./charging_wire.ts";
import { PAGE_HEADERS, TEXT_HEADERS } from "./receipts.ts";

const filters = {
  point: maybe(pointSchema),
  driver: maybe(driverSchema),
  status: maybe(z.enum(["open", "ended"])),
  from: maybe(instantInputSchema).openapi({ description: "Not before." }),
  to: maybe(instantInputSchema).openapi({ description: "Before." }),
};
const filterSchema = z.object(filters);
type Filters = z.output<typeof filterSchema>;

const HEADER = [
  ...["session", "site", "point", "connector", "driver", "source", "status"],
  ...["outcome", "at", "startedAt", "endedAt", "energyWh", "amount"],
  ...["currency", "words"],
];

function rowOf(view: SessionView): (string | number)[] {
  const wire = sessionToWire(view);
  return [
    ...[wire.id, wire.site, wire.point, wire.connector, wire.driver ?? ""],
    ...[wire.source, wire.status, wire.outcome ?? "", wire.at],
    ...[wire.startedAt ?? "", wire.endedAt ?? "", wire.energyWh],
    ...[wire.amount.amount, wire.amount.currency, wire.words ?? ""],
  ];
}

/** All sessions that pass, a page at a time, so that a file of millions needs no more memory than one page. */
function* sessionRows(
  { charging }: ChargingNode,
  query: Filters,
): Generator<CsvRows> {
  yield [HEADER];
  let cursor: string | null = null;
  do {
    const page = charging.sessions({
      ...query,
      limit: PAGE_LIMIT_MAX,
      ...(cursor === null ? {} : { cursor }),
    });
    yield page.items.map(rowOf);
    cursor = page.next;
  } while (cursor !== null);
}

const params = z.object({ id: factSchema });

/**
 * The routes of sessions and tickets.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function chargingSessionRoutes(useCases: ChargingNode): Route[] {
  return [listing(useCases), ...single(useCases), ticket(useCases)];
}

function listing(useCases: ChargingNode): Route {
  const { charging } = useCases;
  return defineRoute({
    method: "get",
    path: "/v1/charging-sessions",
    id: "listChargingSessions",
    tag: "charging",
    summary: "Charging sessions, newest first",
    description:
      "`format=csv` answers all that pass the filters as a file, whatever `limit` says.",
    query: z.strictObject({
      ...filters,
      format: z.enum(["json", "csv"]).default("json"),
      ...pageFields,
    }),
    answer: pageSchema(sessionAnswer),
    media: [CSV_TYPE],
    run: ({ query: { format, limit, cursor, ...rest } }) =>
      format === "csv"
        ? csvStream("charging-sessions", sessionRows(useCases, rest))
        : reply(pageToWire(
          charging.sessions({
            ...rest,
            limit,
            ...(cursor === undefined ? {} : { cursor }),
          }),
          sessionToWire,
        )),
  });
}

function single({ charging }: ChargingNode): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/charging-sessions/{id}",
      id: "getChargingSession",
      tag: "charging",
      summary: "One charging session",
      params,
      answer: sessionAnswer,
      errors: ["charge_unknown"],
      run: ({ params: { id } }): Reply<WireSession> => {
        const view = charging.session(id);
        return view === undefined
          ? problem("charge_unknown", `There is no charging session ${id}`)
          : reply(sessionToWire(view));
      },
    }),
    defineRoute({
      method: "post",
      path: "/v1/charging-sessions/{id}/end",
      id: "endChargingSession",
      tag: "charging",
      summary: "End a charging session: its supply, or its reservation",
      description:
        "A supply ends where the equipment can be told to; the answer shows the session as it stands then.",
      params,
      answer: sessionAnswer,
      errors: ["charge_unknown"],
      run: async ({ params: { id }, caller }): Promise<Reply<WireSession>> =>
        decided(
          await charging.endSession({ ...actorOf(caller), session: id }),
          (view) => reply(sessionToWire(view)),
        ),
    }),
  ];
}

function ticket({ charging }: ChargingNode): Route {
  return defineRoute({
    method: "get",
    path: "/v1/charging-tickets/{id}",
    id: "getChargingTicket",
    tag: "charging",
    summary: "A session's ticket for an 80 mm printer",
    description:
      "Text of 48 columns, or one HTML page with `format=html` or `Accept: text/html`. A session that was interrupted has " +
      "one too: with what was supplied until then, and why it ended.",
    params,
    query: z.strictObject({ format: maybe(z.enum(["text", "html"])) }),
    media: [TEXT_HEADERS["content-type"], PAGE_HEADERS["content-type"]],
    errors: ["charge_unknown", "charge_open"],
    run: ({ params: { id }, query: { format }, request }): Response => {
      const accept = request.headers.get("accept") ?? "";
      const isPage = format === undefined
        ? accept.includes("text/html")
        : format === "html";
      const made = isPage ? charging.ticketHtml(id) : charging.ticketText(id);
      if (!made.ok) return refused(made.error);
      const headers = isPage ? PAGE_HEADERS : TEXT_HEADERS;
      return new Response(made.value, { headers });
    },
  });
}
