/**
 * Puts the use-cases of charging points together, and lets them follow the views.
 *
 * @module
 */
import {
  CHARGE_NOTICES,
  CHARGE_REFUSED,
  CHARGE_REQUESTS,
  CHARGE_SESSIONS,
  CHARGING_COMMANDS,
  CHARGING_POINTS,
  chargingCommand,
  chargingPoint,
  type ChargingSession,
  chargingSession,
  type Clock,
  type FactId,
  idText,
  POINT_STANDING,
  type PointId,
  type SiteCode,
  siteOfSpace,
  siteSpace,
  type SpaceId,
} from "../../crdt/mod.ts";
import type { IncidentReport } from "../incidents.ts";
import type { Logger } from "../ports.ts";
import type { Replica } from "../replica.ts";
import { NOTED_CHANGES_MAX, type RowChange } from "../row_buffer.ts";
import type { NodeInfo } from "../use_cases.ts";
import { CHARGING_TIMERS, type ChargingContext } from "./charging_context.ts";
import { ChargingReports } from "./charging_incidents.ts";
import {
  type ChargingKeeper,
  createChargingKeeper,
} from "./charging_keeper.ts";
import { createNoticeFeed } from "./notice_feed.ts";
import { createChargingNotices } from "./charging_notices.ts";
import { createChargingQueries } from "./charging_query.ts";
import { createChargingReadings } from "./charging_readings.ts";
import { createChargingSettings } from "./charging_settings.ts";
import type { ChargingTelling, HeardSupply } from "./charging_telling.ts";
import { createChargingTickets, type TicketParts } from "./charging_tickets.ts";
import type {
  ChargingNoticeFeed,
  ChargingSessionFeed,
  ChargingSettings,
  ChargingTimers,
  ChargingUseCases,
  SessionStage,
} from "./charging_use_cases.ts";
import { noticeView, sessionStage } from "./charging_views.ts";
import { createCommandDesk } from "./command_desk.ts";
import { FactWaits } from "./fact_waits.ts";
import { isNobody, LiveSupplies } from "./live_supplies.ts";
import { createPointDesk, replaceLink } from "./point_desk.ts";
import { PointLinks, rest } from "./point_links.ts";
import { isUnheard, LIVE_MS } from "./point_states.ts";
import { createRequestDesk } from "./request_desk.ts";
import { createSupplyDesk } from "./supply_desk.ts";

/** Views of charging that are shown, and under which name. */
export const CHARGING_SHOWN: ReadonlyMap<string, string> = new Map([
  [CHARGING_POINTS.name, "charging_points"],
  [POINT_STANDING.name, "charging_points"],
  [CHARGE_SESSIONS.name, "charging_sessions"],
  [CHARGE_REFUSED.name, "charging_requests"],
  [CHARGE_REQUESTS.name, "charging_requests"],
  [CHARGE_NOTICES.name, "charging_notifications"],
  [CHARGING_COMMANDS.name, "charging_commands"],
]);

/** What charging is made of. */
export interface ChargingParts {
  /** The node's settings. */
  readonly node: NodeInfo;
  /** The node's replica. */
  readonly replica: Replica;
  /** Time. */
  readonly clock: Clock;
  /** Log lines. */
  readonly logger: Logger;
  /** Draws an id. */
  readonly newId: () => FactId;
  /** Other nodes. */
  readonly telling: ChargingTelling;
  /** Notes what a person should look at. */
  readonly report: (reports: readonly IncidentReport[]) => void;
  /** What stands at the top of tickets. */
  readonly business: TicketParts["business"];
  /** Timers other than those of the protocol page. */
  readonly timers?: Partial<ChargingTimers> | undefined;
}

/** Charging points of a node. */
export interface Charging {
  /** What the node offers. */
  readonly useCases:
    & ChargingUseCases
    & ChargingNoticeFeed
    & ChargingSessionFeed
    & ChargingSettings;
  /** Begins to look after the site. */
  start(): void;
  /** Ends. */
  stop(): void;
  /** Makes durable what is in memory alone. */
  flush(): Promise<void>;
}

/**
 * Puts charging together. Nothing runs by itself before `start`.
 *
 * @param parts What it is made of.
 */
export function createCharging(parts: ChargingParts): Charging {
  const { node, replica, clock, telling } = parts;
  const notices = createChargingNotices(() => use);
  const use: ChargingContext = {
    ...parts,
    timers: { ...CHARGING_TIMERS, ...parts.timers },
    sites: () => sitesOf(replica, node.site),
    reports: new ChargingReports(parts),
    links: new PointLinks(),
    live: new LiveSupplies(),
    waits: new FactWaits(clock),
    tell: notices.tell,
  };
  const commands = createCommandDesk(use);
  const requests = createRequestDesk(use);
  const supplies = createSupplyDesk(use);
  const keeper = createChargingKeeper({ use, requests, commands, supplies });
  const readings = createChargingReadings(use);
  const watchers: ((session: SessionStage) => void)[] = [];
  follow(use, {
    keeper,
    session: (session) => watchers.forEach((it) => it(sessionStage(session))),
    notice: (change) => notices.changed(use, change),
    commands: () => commands.look(),
    requests: () => requests.answerRouted(),
  });
  return {
    useCases: {
      ...createPointDesk(use, commands),
      request: requests.request,
      driverRefusal: requests.driverRefusal,
      ...createChargingQueries(use),
      supply: supplies.supply,
      supplyFloor: supplies.supplyFloor,
      supplyTaken: supplies.supplyTaken,
      hearing: supplies.hearing,
      stop: commands.stop,
      resume: commands.resume,
      endSession: commands.endSession,
      command: commands.command,
      commandView: commands.commandView,
      listen: notices.listen,
      unpublished: notices.unpublished,
      published: notices.published,
      ...readings,
      ...createChargingTickets({
        session: readings.session,
        point: readings.point,
        business: parts.business,
        timezone: node.timezone,
      }),
      ...createChargingSettings(parts),
      ...createNoticeFeed(() => replica.reader, noticeView),
      watchSessions: (listener) => void watchers.push(listener),
    },
    start() {
      if (node.site === null) return;
      keeper.start();
      telling.begin({
        space: siteSpace(node.site),
        supplies: () => toldSupplies(use),
        heard: (supply) => tellHeard(use, supply),
      });
    },
    stop() {
      keeper.stop();
      telling.stop();
      use.reports.stop();
      for (const link of use.links.all()) rest(link);
    },
    flush: () => supplies.sample({ all: true }),
  };
}

/** The node's own site, or all that it reads. */
function sitesOf(replica: Replica, own: SiteCode | null): readonly SiteCode[] {
  if (own !== null) return [own];
  return replica.register.spaces().map((space: SpaceId) => siteOfSpace(space))
    .filter((site) => site !== undefined);
}

/** What this node heard of running supplies in the last seconds. */
function* toldSupplies(use: ChargingContext) {
  const { live, clock } = use;
  const now = clock.monotonic();
  for (const { session, figures, heardAt } of live.all()) {
    const ageMs = Math.round(now - heardAt);
    if (ageMs < LIVE_MS || isUnheard(use, session)) {
      yield { session, ...figures, ageMs };
    }
  }
}

/** A driver is told how far his supply is, also where another node hears of it. */
function tellHeard(
  { node, replica, tell, live }: ChargingContext,
  { session: id, energy, amount, ageMs }: HeardSupply,
): void {
  if (live.get(id) !== undefined || ageMs >= LIVE_MS) return;
  const own = node.site ?? undefined;
  const session = chargingSession(replica.reader, id, own);
  if (session?.status !== "charging") return;
  if (session.driver === null || isNobody(session.driver)) return;
  const { point, driver } = session;
  tell({
    id,
    at: replica.at,
    ...{ point, driver },
    body: { type: "CONSUMO_UPDATE", energy: energy as never, amount },
    durable: false,
  });
}

/** What follows from changed rows. */
interface Followers {
  readonly keeper: ChargingKeeper;
  readonly session: (session: ChargingSession) => void;
  readonly notice: (change: RowChange) => void;
  readonly commands: () => void;
  readonly requests: () => void;
}

/** Lets what is in memory follow the views. */
function follow(use: ChargingContext, followers: Followers): void {
  const { replica, waits } = use;
  const { keeper } = followers;
  const one = (change: RowChange) => {
    const { table, key } = change;
    switch (table) {
      case CHARGE_SESSIONS: {
        const id = idText(key[0] as Uint8Array);
        const session = keeper.noteSession(id, key[1] as SiteCode);
        waits.look(id);
        if (session === undefined) return;
        followers.session(session);
        const request = session.authorized?.request;
        if (request !== undefined) waits.look(request);
        return;
      }
      case CHARGE_REFUSED:
        return waits.look(idText(key[0] as Uint8Array));
      case CHARGING_COMMANDS: {
        const id = idText(key[0] as Uint8Array);
        waits.look(id);
        const session = chargingCommand(replica.reader, id)?.session ?? null;
        if (session !== null) waits.look(session);
        return;
      }
      case CHARGING_POINTS:
      case POINT_STANDING:
        return notePoint(use, keeper, key);
      case CHARGE_NOTICES:
        return followers.notice(change);
    }
  };
  replica.listen({
    written: () => {},
    taken: () => {},
    incident: () => {},
    changed(changes) {
      const tables = new Set(changes.map(({ table }) => table));
      if (![...tables].some(({ name }) => CHARGING_SHOWN.has(name))) return;
      if (changes.length >= NOTED_CHANGES_MAX) {
        keeper.noteAll();
        waits.lookAll();
      }
      for (const change of unique(changes)) one(change);
      if (tables.has(CHARGING_COMMANDS)) {
        followers.commands();
        keeper.wake();
      }
      if (tables.has(CHARGE_REQUESTS)) {
        followers.requests();
        keeper.wake();
      }
    },
  });
}

/** Rows that changed, each once: a session's row changes several times in a commit. */
function unique(changes: readonly RowChange[]): Iterable<RowChange> {
  const found = new Map<string, RowChange>();
  for (const change of changes) {
    if (!CHARGING_SHOWN.has(change.table.name)) continue;
    const key = change.key.map((cell) =>
      cell instanceof Uint8Array ? cell.toHex() : String(cell)
    );
    found.set(`${change.table.name} ${key.join("#")}`, change);
  }
  return found.values();
}

function notePoint(
  use: ChargingContext,
  keeper: ChargingKeeper,
  key: RowChange["key"],
): void {
  const site = key[0] as SiteCode;
  const id = key[1] as PointId;
  keeper.notePoint(site, id);
  const link = use.links.get(site, id);
  if (link === undefined) return;
  const point = chargingPoint(use.replica.reader, { site, point: id });
  if (point !== undefined && point.link !== link.fact) replaceLink(use, link);
}
