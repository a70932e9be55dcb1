/**
 * `/v1/health`, `/v1/invariants`, `/v1/notifier` and its outbox: how this node is.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type {
  InvariantView,
  Metrics,
  Page,
  UseCases,
} from "../../nodes/mod.ts";
import {
  actorOf,
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import {
  maybe,
  numberSchema,
  pageFields,
  pageOfAll,
  pageSchema,
} from "../schemas.ts";
import { METRICS_TYPE, metricsAnswer } from "./metrics.ts";
import { unknownCursor } from "./peers.ts";

const problemAnswer = z.object({
  code: z.enum([
    "store",
    "disk_low",
    "certificate_ending",
    "certificate_ended",
    "clock_behind",
    "revoked",
    "background",
    "surface",
  ]),
  text: z.string().openapi({ description: "A sentence for people." }),
  remedy: z.string().openapi({ description: "What helps." }),
  since: z.string().openapi({
    description: "Since when it is known, ISO 8601.",
  }),
}).openapi("HealthProblem");

const healthAnswer = z.object({
  status: z.enum(["ok", "degraded"]),
  ready: z.boolean().openapi({
    description: "It can record now. Whoever answers is alive.",
  }),
  reasons: z.array(z.string()).readonly().openapi({
    description: "What is wrong, in sentences.",
  }),
  problems: z.array(problemAnswer).readonly(),
  peer: z.string(),
  site: z.string().nullable(),
  roles: z.array(z.string()).readonly(),
  currency: z.string().openapi({
    description: "Of the site: what amounts without a currency are in.",
    example: "PEN",
  }),
  timezone: z.string().openapi({
    description: "Of the site, IANA; its wall clock says what day it is.",
    example: "America/Lima",
  }),
  version: z.string(),
  uptimeMs: z.number(),
  listen: z.array(z.string()).readonly().openapi({
    description: "Addresses that other peers can dial.",
  }),
  surfaces: z.record(z.string(), z.array(z.string()).readonly().nullable())
    .openapi({
      description:
        "Surfaces and where they listen; null for one that could not.",
    }),
  commits: z.int().openapi({ description: "Commits stored." }),
  links: z.int().openapi({ description: "Links that are up." }),
}).openapi("Health");

const invariantAnswer = z.object({
  number: z.int(),
  statement: z.string(),
  checked: z.int().openapi({ description: "Since the start." }),
  violations: z.int().openapi({ description: "Since the start." }),
}).openapi("Invariant");

const notifierAnswer = z.object({
  url: z.string().nullable().openapi({ description: "Null when it is off." }),
  state: z.enum(["closed", "open", "half_open"]).openapi({
    description: "Of the circuit breaker.",
  }),
  failures: z.int().openapi({ description: "Consecutive." }),
  pending: z.int(),
  confirmed: z.int(),
  setAside: z.int().openapi({
    description: "Refused by the central: they wait for a person.",
  }),
  unconfirmed: z.int().openapi({
    description:
      "Not known whether the central counted them: they wait for a person.",
  }),
}).openapi("Notifier");

const outboxAnswer = z.object({
  number: z.int().openapi({
    description: "Its place in the queue; notices are sent in this order.",
  }),
  state: z.enum(["pending", "set_aside", "unconfirmed"]).openapi({
    description:
      "`set_aside`: refused, or cannot be told. `unconfirmed`: nobody knows whether it was counted.",
  }),
  sale: z.string(),
  line: z.int().openapi({ description: "The sale's line, from 0." }),
  attempts: z.int().openapi({ description: "How often it was sent." }),
  note: z.string().openapi({ description: "Why it waits for a person." }),
  body: z.string().nullable().openapi({
    description: "The JSON that the central gets; null if it cannot be told.",
  }),
}).openapi("OutboxNotice");

/**
 * The routes about the node itself.
 *
 * @param useCases The node.
 * @param metrics What it measures of itself; nothing if left out.
 * @returns The routes.
 */
export function nodeRoutes(
  useCases: UseCases,
  metrics?: Pick<Metrics, "text">,
): Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/v1/metrics",
      id: "getMetrics",
      tag: "node",
      summary: "What this node measures of itself, as Prometheus reads it",
      description:
        "Empty at a node that runs with `--no-metrics`. `GET /metrics` answers the same to programs, without a session.",
      media: [METRICS_TYPE],
      run: async () => metricsAnswer(await metrics?.text() ?? ""),
    }),
    defineRoute({
      method: "get",
      path: "/v1/health",
      id: "getHealth",
      tag: "node",
      summary: "How this node is; status 200 also when it is degraded",
      answer: healthAnswer,
      run: () => {
        const { currency, timezone } = useCases.node;
        const { problems, ...health } = useCases.health();
        return reply({
          ...health,
          problems: problems.map((one) => ({
            ...one,
            since: new Date(one.since).toISOString(),
          })),
          currency,
          timezone,
        });
      },
    }),
    defineRoute({
      method: "get",
      path: "/v1/invariants",
      id: "listInvariants",
      tag: "node",
      summary: "What must always hold, and how often that was checked",
      query: z.strictObject(pageFields),
      answer: pageSchema(invariantAnswer),
      run: ({ query }): Reply<Page<InvariantView>> => {
        const page = pageOfAll(useCases.invariants(), query);
        return page === undefined ? unknownCursor() : reply(page);
      },
    }),
    defineRoute({
      method: "get",
      path: "/v1/notifier",
      id: "getNotifier",
      tag: "node",
      summary: "How the notifier towards an original central is",
      answer: notifierAnswer,
      run: () => reply(useCases.notifier()),
    }),
    defineRoute({
      method: "get",
      path: "/v1/notifier/outbox",
      id: "listOutbox",
      tag: "node",
      summary:
        "Notices that wait for the original central, or for a person, in order",
      query: z.strictObject({
        state: maybe(z.enum(["pending", "set_aside", "unconfirmed"])),
        ...pageFields,
      }),
      answer: pageSchema(outboxAnswer),
      run: ({ query }) => reply(useCases.outbox(query)),
    }),
    defineRoute({
      method: "post",
      path: "/v1/notifier/outbox/{number}/decision",
      id: "decideNotice",
      tag: "node",
      summary: "Decide about a notice that waits for a person",
      params: z.object({ number: numberSchema }),
      body: z.strictObject({
        decision: z.enum(["send", "settle"]).openapi({
          description:
            "`send`: it is sent again, in its place. `settle`: the central has it, or was told by hand.",
        }),
      }).openapi("NoticeDecision"),
      answer: z.object({ number: z.int() }),
      errors: ["not_found", "forbidden"],
      run: async (
        { params: { number }, body, caller },
      ): Promise<Reply<{ number: number }>> =>
        decided(
          await useCases.decideNotice({
            ...{ number, ...body },
            ...actorOf(caller),
          }),
          () => reply({ number }),
        ),
    }),
  ];
}
