/**
 * Commands to points. A command is a fact, so that any node may give it: the node that holds the point's connection tells
 * the equipment, and writes what became of it. A stop is in force from the command on (C-16), whoever is told when; each of
 * its causes is set and lifted by itself (C-15).
 *
 * @module
 */
import {
  CHARGING_JSON_MAX,
  chargingCommand,
  type ChargingPoint,
  chargingPoint,
  chargingSession,
  type CommandOutcome,
  type FactId,
  isKeyVoid,
  ok,
  type PointCommanded,
  type PointId,
  type Result,
  type SiteCode,
  siteSpace,
  stopsInForce,
  type StoredCommand,
  waitingCommands,
} from "../../crdt/mod.ts";
import type { DecisionContext } from "../replica.ts";
import type { Refusal } from "../use_cases.ts";
import { decideExactly, refuse } from "../use_cases/context.ts";
import { type ChargingContext, guarded } from "./charging_context.ts";
import { sessionsAt } from "./charging_rows.ts";
import type {
  ChannelAnswer,
  ChargingUseCases,
  CommandView,
  SessionView,
} from "./charging_use_cases.ts";
import { sessionView } from "./charging_views.ts";
import type { StopPort } from "./point_desk.ts";
import type { LiveLink } from "./point_links.ts";
import { recordReport } from "./point_records.ts";
import { authorityOf } from "./point_states.ts";
import { figuresOf, recordEnd } from "./session_ends.ts";
import { orphansBefore, Turns } from "./turns.ts";

/** How long a command may be told after it was given, in milliseconds. */
export const COMMAND_LIFE_MS = 30_000;
/** How long a caller waits for the equipment's answer, in milliseconds. */
export const COMMAND_WAIT_MS = 30_000;
/** Most commands that are being told at once. */
export const COMMANDS_TELLING_MAX = 20_000;
/** Most commands that one look takes up of those in time, and of the others. */
export const COMMANDS_LOOKED_MAX = 1_024;
/** Longest name of a command of a protocol. */
const COMMAND_LENGTH_MAX = 64;

/** Gives commands, and tells equipment. */
export interface CommandDesk extends
  Pick<
    ChargingUseCases,
    "stop" | "resume" | "endSession" | "command" | "commandView"
  >,
  StopPort {
  /**
   * Looks for commands that this node has to tell.
   *
   * @returns How many have no outcome yet.
   */
  look(): number;
}

/** What a command is. */
type Given = Pick<
  PointCommanded,
  "command" | "cause" | "session" | "args" | "by"
>;

/** What became of a word to equipment. */
interface Said {
  readonly outcome: CommandOutcome;
  readonly answer?: string;
}

/**
 * A command as it is shown.
 *
 * @param command The command.
 * @param nowUs Now, in microseconds since 1970.
 */
export function commandView(
  { id, point, command, cause, by, at, state, answer, expiresAt }:
    StoredCommand,
  nowUs: number,
): CommandView {
  const isPast = state === "waiting" &&
    nowUs >= expiresAt + COMMAND_WAIT_MS * 1000;
  return {
    ...{ id, point, command, cause, at },
    by: by === null ? null : JSON.parse(by),
    state: isPast ? "expired" : state,
    answer: answer === null ? null : JSON.parse(answer),
  };
}

/**
 * Makes it.
 *
 * @param use The node.
 */
export function createCommandDesk(use: ChargingContext): CommandDesk {
  const desk = new Desk(use);
  return {
    stop: (input) => desk.give(input.point, { ...input, command: "stop" }),
    resume: (input) => desk.give(input.point, { ...input, command: "resume" }),
    endSession: (input) => desk.endSession(input),
    command: (input) => desk.command(input),
    commandView(id) {
      const found = chargingCommand(use.replica.reader, id);
      return found === undefined
        ? undefined
        : commandView(found, use.replica.at);
    },
    tellStop: (link) => desk.tellStop(link),
    settle: (link, service) => desk.settle(link, service),
    connected: () => void desk.look(),
    look: () => desk.look(),
  };
}

class Desk {
  readonly #use: ChargingContext;
  readonly #telling = new Set<FactId>();
  readonly #turns = new Turns<StoredCommand>(COMMANDS_LOOKED_MAX);

  constructor(use: ChargingContext) {
    this.#use = use;
  }

  // Giving

  async give(
    point: PointId,
    { command, cause, session, args, by }: Given,
  ): Promise<Result<CommandView, Refusal>> {
    const { replica } = this.#use;
    const site = this.#siteOf(point);
    if (site === undefined) return unknownPoint(point);
    return await decideExactly<CommandView>(replica, (decision) => {
      const facts = chargingPoint(decision.rows, { site, point });
      if (facts === undefined || facts.removed) return unknownPoint(point);
      const id = decision.newId();
      decision.record(siteSpace(site), {
        type: "PointCommanded",
        ...{ id, at: decision.at, site, point, command },
        expiresAt: decision.at + COMMAND_LIFE_MS * 1000,
        ...(cause === undefined ? {} : { cause }),
        ...(session === undefined ? {} : { session }),
        ...(args === undefined ? {} : { args }),
        ...(by === undefined ? {} : { by }),
      });
      const given = chargingCommand(decision.rows, id);
      return given === undefined
        ? unknownPoint(point)
        : ok(commandView(given, decision.at));
    });
  }

  async command(
    { point, command, args, by }: Parameters<ChargingUseCases["command"]>[0],
  ): Promise<Result<CommandView, Refusal>> {
    const text = JSON.stringify(args);
    if (
      command === "" || command.length > COMMAND_LENGTH_MAX ||
      OWN_COMMANDS.has(command) || text.length > CHARGING_JSON_MAX
    ) {
      return refuse(
        "request_invalid",
        `Cannot give the command "${
          command.slice(0, COMMAND_LENGTH_MAX)
        }": its name or arguments do not fit`,
      );
    }
    const given = await this.give(point, {
      command,
      args: text,
      ...(by === undefined ? {} : { by }),
    });
    if (!given.ok) return given;
    const { id } = given.value;
    const { replica, waits } = this.#use;
    const read = () => {
      const found = chargingCommand(replica.reader, id);
      return found === undefined || found.state === "waiting"
        ? undefined
        : commandView(found, replica.at);
    };
    const ended = await waits.wait(id, read, COMMAND_WAIT_MS);
    return ok(ended ?? given.value);
  }

  async endSession(
    { session: id, by }: Parameters<ChargingUseCases["endSession"]>[0],
  ): Promise<Result<SessionView, Refusal>> {
    const use = this.#use;
    const { replica, waits } = use;
    const view = () => {
      const session = chargingSession(replica.reader, id);
      return session?.status === "ended"
        ? sessionView(use, session)
        : undefined;
    };
    const session = chargingSession(replica.reader, id);
    if (session === undefined) {
      return refuse("charge_unknown", `There is no charging session ${id}`);
    }
    if (session.status === "authorized") await this.#cancel(id);
    const done = view();
    if (done !== undefined) return ok(done);
    const given = await this.give(session.point, {
      command: "end",
      session: id,
      ...(by === undefined ? {} : { by }),
    });
    if (!given.ok) return given;
    const isOver = () => {
      const command = chargingCommand(replica.reader, given.value.id);
      return view() ??
        (command === undefined || isTold(command) ? undefined : command);
    };
    await waits.wait(id, isOver, COMMAND_WAIT_MS);
    const ended = view();
    return ended === undefined
      ? refuse(
        "charge_open",
        `The equipment of ${session.point} has not ended the supply: stop the point`,
      )
      : ok(ended);
  }

  /** A reservation needs nobody's word to end. */
  async #cancel(id: FactId): Promise<void> {
    const use = this.#use;
    await use.replica.decide((decision) => {
      const session = chargingSession(decision.rows, id);
      if (session?.status === "authorized") {
        recordEnd(decision, use, session, {
          outcome: "cancelled",
          ...figuresOf(use, session),
        });
      }
      return ok(null);
    });
  }

  /** The node's own site, or where the point is. */
  #siteOf(point: PointId): SiteCode | undefined {
    const { node, replica: { reader }, sites } = this.#use;
    const all = node.site === null ? sites() : [node.site];
    return all.find((site) =>
      chargingPoint(reader, { site, point }) !== undefined
    );
  }

  // Telling

  look(): number {
    const { node: { site }, replica } = this.#use;
    if (site === null) return 0;
    const { reader, at } = replica;
    const waiting = this.#turns.next(
      (page) => waitingCommands(reader, site, page),
      at,
    );
    for (const command of waiting) {
      if (this.#telling.has(command.id)) continue;
      if (this.#telling.size >= COMMANDS_TELLING_MAX) break;
      const work = this.#take(command);
      if (work === undefined) continue;
      this.#telling.add(command.id);
      guarded(
        this.#use,
        "tell a charging point a command",
        work.finally(() => this.#telling.delete(command.id)),
      );
    }
    return waiting.length;
  }

  /** What this node has to do about a command; undefined for nothing. */
  #take(command: StoredCommand): Promise<void> | undefined {
    const { replica, links } = this.#use;
    const point = chargingPoint(replica.reader, command);
    const link = links.get(command.site, command.point);
    const isSelf = point !== undefined && authorityOf(this.#use, point).isSelf;
    const lateUs = replica.at - command.expiresAt;
    if (isSelf && link !== undefined && lateUs < 0) {
      return this.#carryOut(command, link);
    }
    if (lateUs < 0) return undefined;
    const isGiver = replica.register.byNumber(command.log)?.own === true;
    const isOver = isSelf || isGiver && lateUs >= LATE_US ||
      command.expiresAt < orphansBefore(this.#use);
    return isOver ? this.#end(command, { outcome: "expired" }) : undefined;
  }

  async #carryOut(command: StoredCommand, link: LiveLink): Promise<void> {
    switch (command.command) {
      case "stop":
      case "resume": {
        const word = command.command;
        await this.#end(command, await this.#service(link, word));
        return this.#closeRevoked(command, link);
      }
      case "end":
        return await this.#end(command, await this.#endSupply(command, link));
      default:
        return await this.#end(command, await this.#call(command, link));
    }
  }

  /** Who has no key any more must register anew; one that never had any speaks a dialect without them. */
  #closeRevoked({ command, cause }: StoredCommand, link: LiveLink): void {
    const isRevoked = command === "stop" && cause === "revoked";
    if (isRevoked && isKeyVoid(this.#use.replica.reader, link)) {
      link.channel.close();
    }
  }

  /** Tells a stop or resume, unless the other causes leave nothing to tell. */
  async #service(link: LiveLink, word: "stop" | "resume"): Promise<Said> {
    const point = chargingPoint(this.#use.replica.reader, link);
    if (point === undefined) return { outcome: "failed" };
    const isStopped = serviceOf(point) === "stopped";
    const isKept = stopsInForce(point).length > 0;
    // Stopped already for another cause, or still is.
    if (word === "stop" ? isStopped : isKept) return { outcome: "confirmed" };
    // It was lifted before it could be told: the resume is told instead.
    if (word === "stop" && !isKept) return { outcome: "confirmed" };
    const outcome = await this.#say(link, word);
    return { outcome };
  }

  /** Tells the word, and writes what the equipment makes of it. */
  async #say(
    link: LiveLink,
    word: "stop" | "resume",
  ): Promise<ChannelAnswer> {
    const { clock, timers, reports } = this.#use;
    const told = link.channel[word]().catch(() => "failed" as const);
    const late = Promise.withResolvers<ChannelAnswer>();
    const timer = clock.timer(timers.stopMs, () => late.resolve("silent"));
    const answer = await Promise.race([told, late.promise]);
    timer.cancel();
    if (answer === "confirmed") {
      await this.settle(link, word === "stop" ? "stopped" : "running");
    } else if (answer !== "failed") {
      reports.unconfirmed(link, word);
      await this.#note(link, "unconfirmed");
    }
    return answer;
  }

  async tellStop(link: LiveLink): Promise<void> {
    if (link.replaced || link.ended) return;
    const point = chargingPoint(this.#use.replica.reader, link);
    if (point === undefined || stopsInForce(point).length === 0) return;
    // A command that waited for the connection has told it already.
    const isTold = point.standing.some(({ aspect, value, since }) =>
      aspect === "service" && value === "stopped" && since
    );
    if (!isTold) await this.#say(link, "stop");
  }

  async settle(link: LiveLink, service: "stopped" | "running"): Promise<void> {
    await this.#note(link, service);
  }

  async #note(
    link: LiveLink,
    service: "stopped" | "running" | "unconfirmed",
  ): Promise<void> {
    const use = this.#use;
    const done = await use.replica.decide((decision) => {
      const point = chargingPoint(decision.rows, link);
      if (point === undefined || point.link !== link.fact) return ok(null);
      if (serviceOf(point) !== service) {
        recordReport(decision, point, {
          connector: 0,
          aspect: "service",
          value: service,
        });
      }
      if (service === "stopped" && stopsInForce(point).length > 0) {
        endReservations(decision, use, point);
      }
      return ok(null);
    });
    if (!done.ok) warn(use, done.error);
  }

  async #endSupply(
    { session: id }: StoredCommand,
    { channel }: LiveLink,
  ): Promise<Said> {
    const session = id === null
      ? undefined
      : chargingSession(this.#use.replica.reader, id);
    if (session === undefined || id === null) return { outcome: "refused" };
    if (session.status === "authorized") await this.#cancel(id);
    if (session.status !== "charging") return { outcome: "confirmed" };
    if (channel.endSession === undefined) return { outcome: "refused" };
    const outcome = await channel.endSession(id).catch(() => "failed" as const);
    return { outcome };
  }

  async #call(
    { command, args }: StoredCommand,
    { channel }: LiveLink,
  ): Promise<Said> {
    if (channel.call === undefined) {
      return { outcome: "refused", answer: NO_SUCH_WORD };
    }
    const said = await channel.call(command, JSON.parse(args ?? "{}"));
    const text = JSON.stringify(said.ok ? said.value : said.error);
    return {
      outcome: said.ok ? "confirmed" : outcomeOf(said.error),
      ...(text.length > CHARGING_JSON_MAX ? {} : { answer: text }),
    };
  }

  async #end(
    { id, site, point }: StoredCommand,
    { outcome, answer }: Said,
  ): Promise<void> {
    const done = await this.#use.replica.decide((decision) => {
      if (chargingCommand(decision.rows, id)?.state !== "waiting") {
        return ok(null);
      }
      decision.record(siteSpace(site), {
        type: "PointCommandEnded",
        id: decision.newId(),
        at: decision.at,
        ...{ site, point, command: id, outcome },
        ...(answer === undefined ? {} : { answer }),
      });
      return ok(null);
    });
    if (!done.ok) warn(this.#use, done.error);
  }
}

function outcomeOf({ code }: Refusal): CommandOutcome {
  if (code === "point_silent") return "silent";
  return code === "link_closed" ? "failed" : "refused";
}

/** Whoever gave a command ends it when whoever has to tell it must have given up. */
const LATE_US = 30_000_000;
/** Commands that are given in other ways. */
const OWN_COMMANDS: ReadonlySet<string> = new Set(["stop", "resume", "end"]);
const NO_SUCH_WORD = JSON.stringify({
  code: "request_invalid",
  message: "The point's protocol has no such command",
});

function isTold({ state }: StoredCommand): boolean {
  return state === "waiting" || state === "confirmed";
}

function unknownPoint(point: string) {
  return refuse("point_unknown", `There is no charging point "${point}"`);
}

function warn({ logger }: ChargingContext, { code }: Refusal): void {
  if (code === "node_stopping") return;
  logger.log("warn", "What became of a command was not stored", { code });
}

/** What the equipment said last of its service on this connection. */
function serviceOf({ dialect, standing }: ChargingPoint): string | undefined {
  return standing.find(({ aspect, connector, since }) =>
    aspect === "service" && connector === 0 && (since || dialect === "ocpp")
  )?.value;
}

/** Nobody can begin at a stopped point: reservations are over (C-17). */
function endReservations(
  decision: DecisionContext,
  use: ChargingContext,
  point: ChargingPoint,
): void {
  for (const session of sessionsAt(decision.rows, point)) {
    if (session.status !== "authorized") continue;
    recordEnd(decision, use, session, {
      outcome: "stopped",
      ...figuresOf(use, session),
    });
  }
}
