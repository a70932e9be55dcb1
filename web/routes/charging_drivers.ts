/**
 * `/v1/charging-drivers`: drivers at charging points, and what they are told.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { currencyExponent } from "../../crdt/mod.ts";
import type {
  ChargeNotification,
  ChargingNoticeFeed,
  DriverId,
} from "../../nodes/mod.ts";
import { isSameCaller } from "../credentials.ts";
import { invalidRequest, problem, refused } from "../errors.ts";
import type { FeedSource, FeedStreams } from "../feed_streams.ts";
import { defineRoute, type Reply, reply, type Route } from "../route.ts";
import {
  maybe,
  pageFields,
  pageOfAll,
  pageSchema,
  pageToWire,
} from "../schemas.ts";
import {
  chargingDriverAnswer,
  chargingDriverToWire,
  type WireChargingDriver,
} from "./charging_points.ts";
import {
  type ChargingNode,
  type ChargingUnit,
  driverSchema,
  notificationAnswer,
  notificationToWire,
} from "./charging_wire.ts";
import type { Page } from "../../nodes/mod.ts";

/** The most points of whose running supplies a reader is told between two of its readings. */
const RUNNING_MAX = 64;

const STREAM_HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  "x-accel-buffering": "no",
};

const params = z.object({ id: driverSchema });

/** What routes of drivers ask. */
export type DriversNode = ChargingNode & {
  readonly charging: ChargingNoticeFeed;
};

/**
 * The routes of drivers.
 *
 * @param useCases The node.
 * @param streams Sends feeds to who reads them as they grow.
 * @returns The routes.
 */
export function chargingDriverRoutes(
  useCases: DriversNode,
  streams: FeedStreams,
): Route[] {
  return [
    listing(useCases),
    notifications(useCases),
    streaming(useCases, streams),
  ];
}

function unitOf({ node }: DriversNode): ChargingUnit {
  const { currency } = node;
  return { currency, exponent: currencyExponent(currency) };
}

function listing({ charging }: DriversNode): Route {
  return defineRoute({
    method: "get",
    path: "/v1/charging-drivers",
    id: "listChargingDrivers",
    tag: "charging",
    summary: "Drivers who have a session or asked for one in the last minute",
    query: z.strictObject(pageFields),
    answer: pageSchema(chargingDriverAnswer),
    run: ({ query }): Reply<Page<WireChargingDriver>> => {
      const page = pageOfAll(charging.drivers(), query);
      return page === undefined
        ? invalidRequest("query", [{
          path: ["cursor"],
          message: "No page of this list gave it",
        }])
        : reply(pageToWire(page, chargingDriverToWire));
    },
  });
}

function notifications(useCases: DriversNode): Route {
  return defineRoute({
    method: "get",
    path: "/v1/charging-drivers/{id}/notifications",
    id: "listChargingNotifications",
    tag: "charging",
    summary: "What a driver was told, newest first",
    description:
      "Answers to requests, tickets, and ends without one: also what came while the driver was away. Running totals are " +
      "told only while they run.",
    params,
    query: z.strictObject(pageFields),
    answer: pageSchema(notificationAnswer),
    run: ({ params: { id }, query }) => {
      const unit = unitOf(useCases);
      return reply(pageToWire(
        useCases.charging.notifications({ ...query, driver: id }),
        (told) => notificationToWire(told, unit),
      ));
    },
  });
}

function eventText(
  told: ChargeNotification,
  unit: ChargingUnit,
): string {
  const { type } = told.body;
  return `event: ${type}\ndata: ${
    JSON.stringify(notificationToWire(told, unit))
  }\n\n`;
}

/** What a driver's program reads: each durable notification, and the latest total of each running supply. */
function sourceOf(
  useCases: DriversNode,
  driver: DriverId,
  from: string | null,
): Omit<FeedSource, "mayRead"> {
  const { charging } = useCases;
  const unit = unitOf(useCases);
  const running = new Map<string, ChargeNotification>();
  let place = from;
  let begun = place === null;
  // Views change all the time; the driver's words are read again when there is one for this driver.
  let isNews = true;
  return {
    next() {
      if (!begun) {
        // An id without an event: who is cut off before the first one comes again from here.
        begun = true;
        return `id: ${place}\n\n`;
      }
      const beyond = isNews
        ? charging.noticesBeyond({ driver, place })
        : undefined;
      isNews = false;
      const durable = beyond?.items ?? [];
      const live = [...running.values()];
      running.clear();
      if (durable.length + live.length === 0) return undefined;
      const texts = durable.map((told) => eventText(told, unit));
      const last = texts.pop();
      if (last !== undefined && beyond !== undefined) {
        // Only the last has an id: who was cut off before it is given all of them again.
        place = beyond.place;
        texts.push(`id: ${place}\n${last}`);
      }
      return [...texts, ...live.map((told) => eventText(told, unit))].join("");
    },
    attach: (wake) =>
      charging.listen((told) => {
        if (told.driver !== driver) return;
        const isFull = running.size >= RUNNING_MAX;
        if (told.durable) isNews = true;
        else if (!isFull || running.has(told.point)) {
          running.set(told.point, told);
        }
        wake();
      }),
  };
}

/** Where a stream begins whose reader has had nothing yet. */
function placeOf(
  charging: ChargingNoticeFeed,
  driver: DriverId,
  from: "now" | "beginning" | undefined,
): string | null {
  if (from === "beginning") return null;
  return charging.noticesBeyond({ driver, place: null })?.place ?? null;
}

function streaming(useCases: DriversNode, streams: FeedStreams): Route {
  const { charging } = useCases;
  return defineRoute({
    method: "get",
    path: "/v1/charging-drivers/{id}/notifications/events",
    id: "streamChargingNotifications",
    tag: "charging",
    summary: "What a driver is told, as server-sent events",
    description:
      "Each notification is an event with its type as name: `AUTH_OK`, `AUTH_DENIED`, `TICKET` and `SUPPLY_ERROR`, which " +
      "are durable, and `CONSUMO_UPDATE`, the running total. A client that comes again with `Last-Event-ID`, as a " +
      "browser does, is given every durable one that it has not had: also at another node of the site, and also what " +
      "reached this one late. One may come twice, with the same `id` in its data. Without that header the stream begins " +
      "now, with `from=beginning` at the first. A comment comes every 15 seconds.",
    params,
    query: z.strictObject({ from: maybe(z.enum(["now", "beginning"])) }),
    media: ["text/event-stream"],
    errors: ["overloaded", "node_stopping"],
    run: ({ params: { id: driver }, query: { from }, request, caller }) => {
      if (request.method === "HEAD") {
        return new Response(null, { headers: STREAM_HEADERS });
      }
      const last = request.headers.get("last-event-id") ?? "";
      const place = last === "" ? placeOf(charging, driver, from) : last;
      if (charging.noticesBeyond({ driver, place }) === undefined) {
        return problem(
          "request_invalid",
          "No node gave this Last-Event-ID: leave it out to begin anew",
        );
      }
      const stream = streams.open({
        ...sourceOf(useCases, driver, place),
        mayRead: () => isSameCaller(useCases.people, caller),
      });
      return stream.ok
        ? new Response(stream.value, { headers: STREAM_HEADERS })
        : refused(stream.error);
    },
  });
}
