/**
 * `/v1/branch-sync`: how the exchange with the older branch software stands, its log, and what a person must look at.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type {
  BranchConflict,
  BranchSyncStatus,
  BranchView,
  Page,
  SyncLogRow,
  UseCases,
} from "../../nodes/mod.ts";
import { problem } from "../errors.ts";
import {
  actorOf,
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import {
  instantSchema,
  numberSchema,
  pageFields,
  pageOfAll,
  pageSchema,
  pageToWire,
  safeText,
  siteSchema,
} from "../schemas.ts";
import { millisecondsToWire } from "../wire.ts";
import { unknownCursor } from "./peers.ts";

const logAnswer = z.object({
  number: z.int().openapi({ description: "Counts up from 1." }),
  at: instantSchema,
  direction: z.enum(["sent", "received"]),
  ok: z.boolean().openapi({ description: "Whether it went well." }),
  message: z.string().openapi({ description: "What happened, in Spanish." }),
  site: z.string().nullable().openapi({ description: "The other side." }),
  records: z.int().nullable().openapi({ description: "How many sales." }),
}).openapi("BranchSyncRun");
type WireLog = z.output<typeof logAnswer>;

const statusAnswer = z.object({
  isCentral: z.boolean().openapi({
    description: "Whether branches send to this node.",
  }),
  hasTargets: z.boolean().openapi({
    description: "Whether this node tells an original central.",
  }),
  hasSources: z.boolean().openapi({
    description: "Whether this node reads original branches.",
  }),
  last: z.union([logAnswer, z.null()]),
  lastOk: z.union([logAnswer, z.null()]),
  pending: z.int().openapi({
    description:
      "Own sales that no central, or without one no other node, has confirmed.",
  }),
  gaps: z.array(z.object({
    site: z.string(),
    date: z.string(),
    missing: z.array(z.string()).readonly(),
    count: z.int(),
  })).readonly().openapi({
    description: "What original branches seem to hold back.",
  }),
}).openapi("BranchSync");

const conflictAnswer = z.object({
  number: z.int(),
  receipt: z.string().nullable(),
  kind: z.enum(["conflict", "quarantine"]),
  reason: z.string().openapi({ description: "In Spanish." }),
  first: z.unknown().openapi({
    description: "What stood here already; null in quarantine.",
  }),
  second: z.unknown().openapi({ description: "What came, as it came." }),
  at: instantSchema,
  resolved: z.boolean(),
}).openapi("BranchSyncConflict");
type WireConflict = z.output<typeof conflictAnswer>;

const branchAnswer = z.object({
  site: z.string(),
  name: z.string(),
  city: z.string().nullable(),
  lastSync: instantSchema.nullable(),
  state: z.enum(["active", "pending"]).openapi({
    description: "`pending` until a person accepts a code that nobody listed.",
  }),
}).openapi("BranchSyncBranch");
type WireBranch = z.output<typeof branchAnswer>;

const pushAnswer = z.object({ sent: z.int(), message: z.string() });
const pullAnswer = z.object({
  recovered: z.int(),
  conflicts: z.int(),
  gone: z.int(),
});
const nothing = z.strictObject({});

function logToWire(row: SyncLogRow): WireLog {
  return { ...row, at: millisecondsToWire(row.at) };
}

function statusToWire(
  status: BranchSyncStatus,
): Pick<z.output<typeof statusAnswer>, keyof BranchSyncStatus> {
  const { last, lastOk } = status;
  return {
    ...status,
    last: last === null ? null : logToWire(last),
    lastOk: lastOk === null ? null : logToWire(lastOk),
  };
}

function conflictToWire(conflict: BranchConflict): WireConflict {
  return { ...conflict, at: millisecondsToWire(conflict.at) };
}

function branchToWire(branch: BranchView): WireBranch {
  return { ...branch, lastSync: millisecondsToWire(branch.lastSync) };
}

/**
 * The routes of the exchange with the older branch software.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function branchSyncRoutes(useCases: UseCases): Route[] {
  return [...readings(useCases), ...decisions(useCases)];
}

function readings({ branchSync }: UseCases): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/branch-sync",
      id: "getBranchSync",
      tag: "branches",
      summary: "How the exchange with the older branch software stands",
      answer: statusAnswer,
      run: () => {
        const { isCentral, hasTargets, hasSources } = branchSync;
        return reply({
          ...{ isCentral, hasTargets, hasSources },
          ...statusToWire(branchSync.status()),
        });
      },
    }),
    defineRoute({
      method: "get",
      path: "/v1/branch-sync/log",
      id: "listBranchSyncLog",
      tag: "branches",
      summary: "What was sent and received, newest first",
      query: z.strictObject(pageFields),
      answer: pageSchema(logAnswer),
      run: ({ query }) => reply(pageToWire(branchSync.log(query), logToWire)),
    }),
    defineRoute({
      method: "get",
      path: "/v1/branch-sync/conflicts",
      id: "listBranchSyncConflicts",
      tag: "branches",
      summary: "Sales that a person must look at, newest first",
      query: z.strictObject(pageFields),
      answer: pageSchema(conflictAnswer),
      run: ({ query }) =>
        reply(pageToWire(branchSync.conflicts(query), conflictToWire)),
    }),
    defineRoute({
      method: "get",
      path: "/v1/branch-sync/branches",
      id: "listBranchSyncBranches",
      tag: "branches",
      summary: "Branches and when they were last heard of",
      query: z.strictObject(pageFields),
      answer: pageSchema(branchAnswer),
      run: ({ query }): Reply<Page<WireBranch>> => {
        const page = pageOfAll(branchSync.branches(), query);
        return page === undefined
          ? unknownCursor()
          : reply(pageToWire(page, branchToWire));
      },
    }),
  ];
}

function decisions({ branchSync }: UseCases): Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/v1/branch-sync/push",
      id: "runBranchSync",
      tag: "branches",
      summary: "Send what waits now",
      description: "Without an original central the other peers are asked.",
      body: nothing,
      answer: pushAnswer,
      errors: ["push_failed"],
      run: async (): Promise<Reply<z.output<typeof pushAnswer>>> =>
        decided(await branchSync.push(), (sent) => reply(sent)),
    }),
    defineRoute({
      method: "post",
      path: "/v1/branch-sync/pull",
      id: "pullBranchSync",
      tag: "branches",
      summary: "Read original branches now",
      body: nothing,
      answer: pullAnswer,
      errors: ["pull_failed", "not_found"],
      run: async (): Promise<Reply<z.output<typeof pullAnswer>>> =>
        branchSync.hasSources
          ? decided(await branchSync.pull(), (read) => reply(read))
          : problem("not_found", "This node reads no original branches"),
    }),
    defineRoute({
      method: "post",
      path: "/v1/branch-sync/branches/{site}/acceptance",
      id: "acceptBranch",
      tag: "branches",
      summary: "Accept a branch whose code nobody listed",
      params: z.object({ site: siteSchema }),
      body: nothing,
      answer: branchAnswer,
      errors: ["not_found", "forbidden"],
      run: async (
        { params, caller },
      ): Promise<Reply<WireBranch>> =>
        decided(
          await branchSync.acceptBranch({ ...params, ...actorOf(caller) }),
          (branch) => reply(branchToWire(branch)),
        ),
    }),
    defineRoute({
      method: "post",
      path: "/v1/branch-sync/conflicts/{number}/resolution",
      id: "resolveBranchSyncConflict",
      tag: "branches",
      summary: "Say that somebody has seen to a conflict",
      params: z.object({ number: numberSchema }),
      body: z.strictObject({
        note: safeText(0).default(""),
      }).openapi("BranchSyncResolution"),
      answer: z.object({ fact: z.string().nullable() }),
      errors: ["not_found"],
      run: async (
        { params, body },
      ): Promise<Reply<{ fact: string | null }>> =>
        decided(
          await branchSync.resolveConflict({ ...params, ...body }),
          ({ fact }) => reply({ fact }),
        ),
    }),
  ];
}
