/**
 * `/v1/charging-points/{id}/commands` and `/v1/charging-commands`: orders to charging points, from any node of the site.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Actor, Result } from "../../crdt/mod.ts";
import type {
  ChargingUseCases,
  CommandView,
  PointId,
  PointView,
  Refusal,
  StopCause,
} from "../../nodes/mod.ts";
import { invalidRequest, problem, refused } from "../errors.ts";
import {
  actorOf,
  decided,
  defineRoute,
  type Reply,
  reply,
  type Route,
} from "../route.ts";
import {
  actorInputSchema,
  factSchema,
  maybe,
  PAGE_LIMIT_MAX,
} from "../schemas.ts";
import {
  type ChargingNode,
  commandAnswer,
  commandToWire,
  connectorSchema,
  pointParams,
  sessionAnswer,
  sessionToWire,
  type WireCommand,
} from "./charging_wire.ts";

/** The most characters of a command's arguments, as JSON. */
const ARGS_LENGTH_MAX = 16_384;
/** How many points are ordered at one time. */
const TOGETHER_MAX = 64;

const causeSchema = z.enum(["operator", "weather"]).default("operator")
  .openapi({
    description: "Each cause is set and lifted by itself.",
  });

const argsSchema = z.record(z.string(), z.unknown()).refine(
  (args) => JSON.stringify(args).length <= ARGS_LENGTH_MAX,
  { error: `Expected at most ${ARGS_LENGTH_MAX} characters of JSON` },
);

const orderBody = z.strictObject({
  command: z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,63}$/, {
    error: "Expected stop, resume, end, or a command of the point's protocol",
  }).openapi({ example: "stop" }),
  cause: causeSchema,
  connector: maybe(connectorSchema).openapi({
    description: "Of `end`: whose session; all of the point's if left out.",
  }),
  args: maybe(argsSchema).openapi({
    description:
      'What a command of the protocol takes, e.g. `{ "type": "Soft" }` of `Reset`.',
  }),
  by: maybe(actorInputSchema),
}).openapi("ChargingOrder", { example: { command: "stop" } });
type OrderBody = z.output<typeof orderBody>;

const orderAnswer = z.object({
  command: z.union([commandAnswer, z.null()]).openapi({
    description: "Null for `end`.",
  }),
  sessions: z.array(sessionAnswer).readonly().openapi({
    description: "What `end` ended.",
  }),
}).openapi("ChargingOrderAnswer");
type WireOrder = z.output<typeof orderAnswer>;

const bulkBody = z.strictObject({
  command: z.enum(["stop", "resume"]),
  cause: causeSchema,
  by: maybe(actorInputSchema),
}).openapi("ChargingOrderToAll", { example: { command: "stop" } });

const bulkAnswer = z.object({
  ordered: z.int().openapi({ description: "Points that were ordered." }),
  refused: z.int().openapi({ description: "Points that could not be." }),
  items: z.array(z.object({
    point: z.string(),
    command: z.string().nullable().openapi({
      description: "The command; null if it was refused.",
    }),
    code: z.string().nullable(),
    detail: z.string().nullable(),
  })).readonly(),
}).openapi("ChargingOrderToAllAnswer");
type WireBulk = z.output<typeof bulkAnswer>;

/** What is done in the name of whoever asks. */
interface Named {
  readonly by?: Actor;
}

/**
 * The routes of commands.
 *
 * @param useCases The node.
 * @returns The routes.
 */
export function chargingCommandRoutes({ charging }: ChargingNode): Route[] {
  return [ordering(charging), orderingAll(charging), reading(charging)];
}

function ordering(charging: ChargingUseCases): Route {
  return defineRoute({
    method: "post",
    path: "/v1/charging-points/{id}/commands",
    id: "commandChargingPoint",
    tag: "charging",
    summary: "Stop or resume a charging point, end its session, or more",
    description:
      "From any node of the site: the one that holds the point's connection carries it out. `stop` and `resume` are " +
      "answered with 202 once they are recorded, and `/v1/charging-commands/{id}` tells what the equipment said. `end` " +
      "ends what the point is doing without putting it out of service. Any other command is one of the point's " +
      "protocol, e.g. `Reset` of OCPP, and is answered with what the equipment said.",
    params: pointParams,
    body: orderBody,
    answer: orderAnswer,
    statuses: { 200: "Done.", 202: "Recorded." },
    errors: ["point_unknown", "charge_unknown"],
    run: async ({ params: { id }, body, caller }): Promise<
      Reply<WireOrder>
    > => {
      const view = charging.point(id);
      if (view === undefined) return unknown(id);
      const named: Named = body.by === undefined || caller !== undefined
        ? actorOf(caller)
        : { by: body.by };
      switch (body.command) {
        case "stop":
        case "resume":
          return body.args === undefined
            ? decided(
              await charging[body.command]({
                ...named,
                point: view.id,
                cause: body.cause,
              }),
              (command) => ordered(command, 202),
            )
            : invalidRequest("body", [{
              path: ["args"],
              message: `${body.command} takes no arguments`,
            }]);
        case "end":
          return await end(charging, view, { ...named, body });
        default:
          return decided(
            await charging.command({
              ...named,
              point: view.id,
              command: body.command,
              args: body.args ?? {},
            }),
            (command) => ordered(command, 200),
          );
      }
    },
  });
}

function unknown(id: PointId): Response {
  return problem("point_unknown", `There is no charging point ${id}`);
}

function ordered(command: CommandView, status: number): Reply<WireOrder> {
  return reply({ command: commandToWire(command), sessions: [] }, status);
}

/** Ends what a point is doing, at one connector or at all. */
async function end(
  charging: ChargingUseCases,
  { id, connectors }: PointView,
  { body, ...named }: Named & { readonly body: OrderBody },
): Promise<Reply<WireOrder>> {
  const open = connectors.flatMap(({ number, session }) =>
    session !== null &&
      (body.connector === undefined || body.connector === number)
      ? [session]
      : []
  );
  if (open.length === 0) {
    return problem("charge_unknown", `There is no session at ${id} to end`);
  }
  const ended = await Promise.all(
    open.map((session) =>
      charging.endSession({ ...named, session: session.id })
    ),
  );
  const failed = ended.find((one) => !one.ok);
  if (failed !== undefined && !failed.ok) return refused(failed.error);
  return reply({
    command: null,
    sessions: ended.flatMap((one) => one.ok ? [sessionToWire(one.value)] : []),
  });
}

/** Points whose equipment can be told. */
function* connectedPoints(charging: ChargingUseCases): Generator<PointId> {
  let cursor: string | null = null;
  do {
    const page: ReturnType<ChargingUseCases["points"]> = charging.points({
      limit: PAGE_LIMIT_MAX,
      ...(cursor === null ? {} : { cursor }),
    });
    for (const { id, connected } of page.items) if (connected) yield id;
    cursor = page.next;
  } while (cursor !== null);
}

type Order = (point: PointId) => Promise<Result<CommandView, Refusal>>;

async function orderOne(
  point: PointId,
  order: Order,
): Promise<WireBulk["items"][number]> {
  const outcome = await order(point);
  return outcome.ok
    ? { point, command: outcome.value.id, code: null, detail: null }
    : {
      ...{ point, command: null },
      code: outcome.error.code,
      detail: outcome.error.message,
    };
}

/** Orders each point by itself: none waits for another for longer than its own place among those at work (C-46). */
async function orderAll(
  points: Iterable<PointId>,
  order: Order,
): Promise<WireBulk["items"]> {
  const items: WireBulk["items"][number][] = [];
  const all = points[Symbol.iterator]();
  const work = async () => {
    for (let it = all.next(); it.done !== true; it = all.next()) {
      items.push(await orderOne(it.value, order));
    }
  };
  await Promise.all(Array.from({ length: TOGETHER_MAX }, work));
  return items.toSorted((a, b) => a.point < b.point ? -1 : 1);
}

function orderingAll(charging: ChargingUseCases): Route {
  return defineRoute({
    method: "post",
    path: "/v1/charging-commands",
    id: "commandAllChargingPoints",
    tag: "charging",
    summary: "Stop or resume every charging point that is connected",
    description:
      "Each point is ordered by itself: one that cannot be ordered holds up no other, and is listed with the reason.",
    body: bulkBody,
    answer: bulkAnswer,
    statuses: { 202: "Recorded." },
    run: async ({ body, caller }): Promise<Reply<WireBulk>> => {
      const named: Named = body.by === undefined || caller !== undefined
        ? actorOf(caller)
        : { by: body.by };
      const cause: StopCause = body.cause;
      const items = await orderAll(
        connectedPoints(charging),
        (point) => charging[body.command]({ ...named, point, cause }),
      );
      const refused = items.filter(({ code }) => code !== null).length;
      return reply(
        { ordered: items.length - refused, refused, items },
        202,
      );
    },
  });
}

function reading(charging: ChargingUseCases): Route {
  return defineRoute({
    method: "get",
    path: "/v1/charging-commands/{id}",
    id: "getChargingCommand",
    tag: "charging",
    summary: "What became of a command to a charging point",
    params: z.object({ id: factSchema }),
    answer: commandAnswer,
    run: ({ params: { id } }): Reply<WireCommand> => {
      const view = charging.commandView(id);
      return view === undefined
        ? problem("not_found", `This node knows no command ${id}`)
        : reply(commandToWire(view));
    },
  });
}
