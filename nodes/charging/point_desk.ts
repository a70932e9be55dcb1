/**
 * Connections of points: who takes one decides the point's sessions from then on. What the equipment says on it becomes
 * facts.
 *
 * @module
 */
import {
  chargingPoint,
  ok,
  type Result,
  type SiteCode,
  stopsInForce,
} from "../../crdt/mod.ts";
import type { Refusal } from "../use_cases.ts";
import { refuse } from "../use_cases/context.ts";
import { type ChargingContext, guarded } from "./charging_context.ts";
import type {
  ChargingUseCases,
  PointChannel,
  PointLink,
  PointRegistration,
} from "./charging_use_cases.ts";
import { PointHealth } from "./point_health.ts";
import type { LiveLink } from "./point_links.ts";
import { recordConnected, recordReport } from "./point_records.ts";

/** What connections need of commands. */
export interface StopPort {
  /** A stop is in force: the point is told again. */
  tellStop(link: LiveLink): Promise<void>;
  /** The equipment said by itself that it is out of service, or back. */
  settle(link: LiveLink, service: "stopped" | "running"): Promise<void>;
  /** A point is connected: what waits for it is told. */
  connected(link: LiveLink): void;
}

/**
 * Makes the use-case that takes connections.
 *
 * @param use The node.
 * @param stops What it needs of commands.
 */
export function createPointDesk(
  use: ChargingContext,
  stops: StopPort,
): Pick<ChargingUseCases, "connectPoint"> {
  const { node, replica, links } = use;
  return {
    async connectPoint(input, channel) {
      const { site } = node;
      if (site === null) {
        return refuse("forbidden", "This node has no site of its own");
      }
      if (!links.admits(site, input.point)) {
        return refuse(
          "overloaded",
          "More charging points are connected than the node may hold",
        );
      }
      let known = false;
      const made = await replica.decide((decision) => {
        const before = chargingPoint(decision.rows, {
          site,
          point: input.point,
        });
        known = before !== undefined && before.log !== null;
        const fact = recordConnected(decision, site, connectedOf(input));
        return fact === undefined
          ? refuse("overloaded", "The site has as many points as it may have")
          : ok(fact);
      });
      if (!made.ok) return made;
      const link = takeLink(use, stops, {
        site,
        input,
        channel,
        fact: made.value,
      });
      return ok(new Link(use, stops, { link, known }));
    },
  };
}

function connectedOf(input: PointRegistration) {
  const { point, dialect, location, price, connectors, hardware } = input;
  return {
    point,
    dialect,
    connectors,
    ...(location === null ? {} : { location }),
    ...(price === null ? {} : { price }),
    ...(hardware === undefined ? {} : { hardware }),
  };
}

interface Taken {
  readonly site: SiteCode;
  readonly input: PointRegistration;
  readonly channel: PointChannel;
  readonly fact: LiveLink["fact"];
}

function takeLink(
  use: ChargingContext,
  stops: StopPort,
  { site, input: { point, dialect }, channel, fact }: Taken,
): LiveLink {
  const { clock, timers, links, replica } = use;
  const link: LiveLink = {
    ...{ site, point, fact, dialect, channel },
    since: clock.monotonic(),
    replaced: false,
    ended: false,
    restop: undefined,
    health: undefined,
  };
  const before = links.set(link);
  // On one connection a point says only more of itself.
  const isOther = before !== undefined && before.channel !== channel;
  if (isOther && !before.ended) use.reports.registeredTwice(link);
  const facts = chargingPoint(replica.reader, link);
  if (facts !== undefined && stopsInForce(facts).length > 0) {
    link.restop = clock.timer(
      timers.restopMs,
      () => guarded(use, "tell a point its stop", stops.tellStop(link)),
    );
  }
  stops.connected(link);
  return link;
}

/**
 * Notes that a newer connection, at another node, has taken a point.
 *
 * @param use The node.
 * @param link The connection here.
 */
export function replaceLink(use: ChargingContext, link: LiveLink): void {
  link.replaced = true;
  use.links.remove(link);
  if (!link.ended) use.reports.registeredTwice(link);
}

class Link implements PointLink {
  readonly known: boolean;
  readonly #use: ChargingContext;
  readonly #stops: StopPort;
  readonly #link: LiveLink;
  readonly #health: PointHealth;

  constructor(
    use: ChargingContext,
    stops: StopPort,
    { link, known }: { readonly link: LiveLink; readonly known: boolean },
  ) {
    this.#use = use;
    this.#stops = stops;
    this.#link = link;
    this.#health = link.health = new PointHealth(use, link);
    this.known = known;
  }

  get replaced(): boolean {
    return this.#link.replaced;
  }

  fault(
    { connector = 0, code }: {
      readonly connector?: number;
      readonly code?: string;
    } = {},
  ): Promise<void> {
    return this.#health.say({ kind: "fault", connector, code });
  }

  recover(
    { connector = 0 }: { readonly connector?: number } = {},
  ): Promise<void> {
    return this.#health.say({ kind: "recover", connector });
  }

  async confirmed(what: "stop" | "resume"): Promise<void> {
    if (!this.#counts) return;
    const service = what === "stop" ? "stopped" : "running";
    await this.#stops.settle(this.#link, service);
  }

  async ended(): Promise<void> {
    const link = this.#link;
    if (link.ended) return;
    const counted = this.#counts;
    link.ended = true;
    this.#use.links.remove(link);
    if (counted) await recordClosed(this.#use, [link]);
  }

  get #counts(): boolean {
    return !this.#link.replaced && !this.#link.ended;
  }
}

function warn({ logger }: ChargingContext, { code }: Refusal): void {
  logger.log("warn", "What a charging point said was not stored", { code });
}

/**
 * Writes that connections are over, as far as they are still the newest of their points.
 *
 * @param use The node.
 * @param links The connections, at most some hundreds.
 */
export async function recordClosed(
  use: ChargingContext,
  links: readonly Pick<LiveLink, "site" | "point" | "fact">[],
): Promise<void> {
  const done: Result<null, Refusal> = await use.replica.decide((decision) => {
    for (const { fact, ...place } of links) {
      const facts = chargingPoint(decision.rows, place);
      if (facts?.link !== fact || !facts.connected) continue;
      recordReport(decision, facts, {
        connector: 0,
        aspect: "connection",
        value: "closed",
        link: fact,
      });
    }
    return ok(null);
  });
  if (!done.ok && done.error.code !== "node_stopping") warn(use, done.error);
}
