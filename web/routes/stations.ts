/**
 * `/v1/stations`: names of sites that sell fuel.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { UseCases } from "../../nodes/mod.ts";
import {
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import { safeText, siteSchema } from "../schemas.ts";

const stationAnswer = z.object({ site: z.string(), name: z.string() })
  .openapi("Station");
type WireStation = z.output<typeof stationAnswer>;

const nameBody = z.strictObject({ name: safeText(1, 200) })
  .openapi("StationName");

/**
 * The routes of stations.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function stationRoutes(useCases: UseCases): Route[] {
  const { forecourt } = useCases;
  const params = z.object({ site: siteSchema });
  return [
    defineRoute({
      method: "get",
      path: "/v1/stations/{site}",
      id: "getStation",
      tag: "fuel",
      summary: "What a site is called",
      params,
      answer: stationAnswer,
      run: ({ params }) => reply(forecourt.station(params.site)),
    }),
    defineRoute({
      method: "put",
      path: "/v1/stations/{site}",
      id: "nameStation",
      tag: "fuel",
      summary: "Name a site",
      params,
      body: nameBody,
      answer: stationAnswer,
      errors: ["forbidden"],
      run: async ({ params, body }): Promise<Reply<WireStation>> =>
        decided(
          await forecourt.nameStation({ ...params, ...body }),
          (station) => reply(station),
        ),
    }),
  ];
}
