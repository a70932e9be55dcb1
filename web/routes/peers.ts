/**
 * `/v1/peers`: this node, its neighbors and the other members, and how far apart they are.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Page, PeerView, UseCases } from "../../nodes/mod.ts";
import { invalidRequest } from "../errors.ts";
import { defineRoute, type Reply, reply, type Route } from "../route.ts";
import {
  instantSchema,
  pageFields,
  pageOfAll,
  pageSchema,
  pageToWire,
} from "../schemas.ts";
import { millisecondsToWire } from "../wire.ts";

const peerAnswer = z.object({
  peer: z.string(),
  site: z.string().nullable(),
  roles: z.array(z.string()).readonly(),
  self: z.boolean(),
  linked: z.boolean().openapi({ description: "True while a link is up." }),
  address: z.string().nullable(),
  lastSeen: instantSchema.nullable(),
  certificateEnds: instantSchema.nullable(),
  lag: z.array(
    z.object({
      space: z.string(),
      log: z.string(),
      ownSeq: z.int(),
      peerSeq: z.int(),
      commits: z.int().openapi({
        description:
          "Commits that the peer has and this node has not; negative the other way round.",
      }),
      seconds: z.number().openapi({
        description: "Since both last had the same seq; 0 when in step.",
      }),
    }),
  ).readonly().openapi({ description: "For each log that differs." }),
  behindCommits: z.int().openapi({
    description: "Commits that this node still lacks from it.",
  }),
  behindSeconds: z.number().openapi({
    description: "The greatest `seconds` of `lag`.",
  }),
}).openapi("Peer");
type WirePeer = z.output<typeof peerAnswer>;

function toWire(view: PeerView): WirePeer {
  return {
    ...view,
    lastSeen: millisecondsToWire(view.lastSeen),
    certificateEnds: millisecondsToWire(view.certificateEnds),
  };
}

/**
 * The answer to a cursor that no page gave.
 *
 * @returns Status 422.
 */
export function unknownCursor(): Response {
  return invalidRequest("query", [{
    path: ["cursor"],
    message: "Expected `next` of the page before",
  }]);
}

/**
 * The routes of peers.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function peerRoutes(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/peers",
      id: "listPeers",
      tag: "mesh",
      summary: "This node, its neighbors and the other members",
      query: z.strictObject(pageFields),
      answer: pageSchema(peerAnswer),
      run: ({ query }): Reply<Page<WirePeer>> => {
        const page = pageOfAll(useCases.peers(), query);
        return page === undefined
          ? unknownCursor()
          : reply(pageToWire(page, toWire));
      },
    }),
  ];
}
