/**
 * `/v1/facts`: the immutable facts that everything else is folded from.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import {
  type LogId,
  parseSpaceId,
  type SpaceId,
  stampMs,
} from "../../crdt/mod.ts";
import type { FactProof, FactView, Page, UseCases } from "../../nodes/mod.ts";
import { problem } from "../errors.ts";
import { defineRoute, type Reply, reply, type Route } from "../route.ts";
import {
  factSchema,
  instantSchema,
  maybe,
  pageFields,
  pageSchema,
  pageToWire,
  safeText,
} from "../schemas.ts";
import { millisecondsToWire } from "../wire.ts";

const factAnswer = z.object({
  id: z.string(),
  type: z.string().openapi({ example: "SaleRecorded" }),
  space: z.string(),
  log: z.string(),
  seq: z.int(),
  stamp: z.string().openapi({
    description: "Hybrid logical clock, 16 hexadecimal digits.",
  }),
  writtenAt: instantSchema,
  status: z.enum(["counts", "duplicate", "set_aside"]),
  reason: z.string().nullable().openapi({
    description: "Why it was set aside.",
  }),
  fact: z.record(z.string(), z.unknown()).openapi({
    description: "The whole fact.",
  }),
}).openapi("Fact");
type WireFact = z.output<typeof factAnswer>;

const checkSchema = z.enum(["holds", "broken", "unknown"]);

const proofAnswer = z.object({
  fact: factAnswer,
  writer: z.string().openapi({ description: "The peer that wrote the log." }),
  writerSite: z.string().nullable(),
  hash: z.string().nullable().openapi({
    description:
      "SHA-256 of the commit's bytes, made anew; null where they are not kept any more.",
  }),
  previous: z.string().nullable().openapi({
    description: "The hash of the commit before, as this one names it.",
  }),
  bytes: z.int().nullable(),
  documents: z.array(z.string()).readonly().openapi({
    description: "Documents that the commit changes.",
  }),
  signedSeq: z.int().nullable().openapi({
    description: "The next place of the log that its writer signed.",
  }),
  chain: checkSchema.openapi({
    description: "Whether the commit before has the hash that is named.",
  }),
  link: checkSchema.openapi({
    description:
      "Whether each commit up to the signed one names the one before it.",
  }),
  signature: checkSchema.openapi({
    description: "Whether the writer's key signed that place.",
  }),
  certificate: checkSchema.openapi({
    description:
      "Whether the writer's certificate stands under the mesh's root key.",
  }),
  holders: z.array(z.object({
    peer: z.string(),
    site: z.string().nullable(),
    roles: z.array(z.string()).readonly(),
    linked: z.boolean(),
    holds: z.boolean().openapi({
      description: "Whether it said that it has the commit.",
    }),
  })).readonly().openapi({
    description:
      "Peers that may read the log and were heard of since the start.",
  }),
}).openapi("FactProof");
type WireProof = z.output<typeof proofAnswer>;

function proofToWire(proof: FactProof): WireProof {
  return { ...proof, fact: toWire(proof.fact) };
}

const spaceSchema = z.string().refine(
  (text) => parseSpaceId(text) !== undefined,
  {
    error: 'Expected "mesh", "site:" and a code, or "company:" and a number',
  },
) as unknown as z.ZodType<SpaceId>;
const logSchema = z.string().regex(/^[0-9a-f]{32}(~[0-9a-f]{64}){0,8}$/, {
  error: "Expected a log's name, 32 hexadecimal digits",
}) as unknown as z.ZodType<LogId>;

function toWire(view: FactView): WireFact {
  return {
    id: view.id,
    type: view.type,
    space: view.space,
    log: view.log,
    seq: view.seq,
    stamp: view.stamp,
    writtenAt: millisecondsToWire(stampMs(view.stamp)),
    status: view.status,
    reason: view.reason,
    fact: view.fact,
  };
}

/**
 * The routes of facts.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function factRoutes(useCases: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/facts",
      id: "listFacts",
      tag: "facts",
      summary: "Facts in the order in which this node stored them",
      query: z.strictObject({
        space: maybe(spaceSchema),
        log: maybe(logSchema),
        type: maybe(z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/)).openapi({
          description: "The kind, e.g. `SaleRecorded`.",
        }),
        text: maybe(safeText(1, 100)).openapi({
          description: "Only those with this text in them.",
        }),
        order: z.enum(["asc", "desc"]).default("asc").openapi({
          description:
            "`desc`: newest first over all logs. A page may be short, even empty, while `next` is not null: it ends " +
            "after 5,000 commits.",
        }),
        ...pageFields,
      }),
      answer: pageSchema(factAnswer),
      run: ({ query: { order, ...query } }) =>
        reply(
          pageToWire(
            useCases.facts({ ...query, newestFirst: order === "desc" }),
            toWire,
          ),
        ),
    }),
    defineRoute({
      method: "get",
      path: "/v1/facts/{id}",
      id: "getFact",
      tag: "facts",
      summary: "Every copy of one fact, the one that counts first",
      params: z.object({ id: factSchema }),
      answer: pageSchema(factAnswer),
      run: (
        { params },
      ): Reply<z.output<ReturnType<typeof pageSchema<WireFact>>>> => {
        const copies = useCases.fact(params.id);
        return copies.length === 0
          ? problem("not_found", `Cannot show fact ${params.id}: unknown`)
          : reply({
            items: copies.map(toWire),
            total: copies.length,
            next: null,
          });
      },
    }),
    defineRoute({
      method: "get",
      path: "/v1/facts/{id}/proof",
      id: "getFactProof",
      tag: "facts",
      summary: "The commit of every copy of one fact, checked anew",
      description:
        "Hashes and signatures are computed from the stored bytes when they are asked for; nothing of the answer is stored.",
      params: z.object({ id: factSchema }),
      answer: pageSchema(proofAnswer),
      run: ({ params }): Reply<Page<WireProof>> => {
        const items = useCases.mesh.proof(params.id).map(proofToWire);
        return items.length === 0
          ? problem("not_found", `Cannot prove fact ${params.id}: unknown`)
          : reply({ items, total: items.length, next: null });
      },
    }),
  ];
}
