/**
 * The surface `fleet-company`: the one port at which original regional offices and administrators find the company, and
 * the dial to offices that have no link to it.
 *
 * @module
 */
import { type Clock, createFactIds, type Random } from "../../crdt/mod.ts";
import {
  FLEET_HANDSHAKE_MS,
  FLEET_HANDSHAKE_PAUSE_MS,
  type FrameLink,
  type FrameLinkReader,
  listenFrames,
  parseFleetHandshake,
  parseU32Text,
  type TcpListener,
} from "../../net/mod.ts";
import { type AdminFleet, createAdminDesk } from "../fleet/admin_desk.ts";
import type { CompanyId, FleetUseCases } from "../fleet/fleet_use_cases.ts";
import {
  OUTBOX_TIMINGS,
  type OutboxTimings,
  VerdictOutbox,
} from "../fleet/verdict_outbox.ts";
import { createDropCounts } from "../forecourt/drop_counts.ts";
import type { Logger } from "../ports.ts";
import type { ListenAddress } from "../surfaces.ts";
import { createAdminReader } from "./fleet_company_admins.ts";
import { RegionalDialer } from "./fleet_company_dial.ts";
import { createRegionalLinks, verdictKey } from "./fleet_company_regionals.ts";

/** Most connections at the port. */
export const COMPANY_CONNECTIONS_MAX = 512;
/** Most bytes that wait to be written to one of them. */
export const COMPANY_QUEUE_BYTES_MAX = 2 * 1024 * 1024;
/** How long somebody may take to read what is written, in milliseconds. */
export const COMPANY_DRAIN_MS = 30_000;
/** Times of the port, in milliseconds. */
export interface CompanyTimings extends OutboxTimings {
  /** How long a handshake may take. */
  readonly handshakeMs: number;
  /** The pause behind our own handshake. */
  readonly pauseMs: number;
  /** How often offices without a link are dialed. */
  readonly dialMs: number;
}

/** The times of the protocol page. */
export const COMPANY_TIMINGS: CompanyTimings = {
  ...OUTBOX_TIMINGS,
  handshakeMs: FLEET_HANDSHAKE_MS,
  pauseMs: FLEET_HANDSHAKE_PAUSE_MS,
  dialMs: 5_000,
};

/** The use-cases that the port reaches. */
export type CompanyFleet =
  & AdminFleet
  & Pick<FleetUseCases, "charge" | "expense" | "unconfirmed" | "confirm">;

/** What the port works with. */
export interface CompanyPortParts {
  /** The node's use-cases. */
  readonly fleet: CompanyFleet;
  /** Time. */
  readonly clock: Clock;
  /** For ids of purchases. */
  readonly random: Random;
  /** Log lines. */
  readonly logger: Logger;
  /** Whether this node answers for a company's administrators. */
  readonly serves: (company: CompanyId) => boolean;
  /** Ports of regional offices by province, on this machine; none are dialed if it is empty. */
  readonly regionals: readonly number[];
  /** Times. */
  readonly timings?: CompanyTimings;
}

/** The company's port. */
export interface CompanyPort {
  /**
   * Listens, and dials offices from then on: whoever cannot have the port must not capture them (C-30).
   *
   * @throws {PanalError} `config_invalid` if the port cannot be bound.
   */
  listen(at: ListenAddress): TcpListener;
  /** Dials and sends nothing any more; stop its listeners first. */
  stop(): Promise<void>;
}

/**
 * Makes the company's port.
 *
 * @param parts What it works with.
 * @returns The port; nothing runs before it listens.
 */
export function createCompanyPort(parts: CompanyPortParts): CompanyPort {
  const { fleet, clock, logger, regionals } = parts;
  const timings = parts.timings ?? COMPANY_TIMINGS;
  const newId = createFactIds(parts.random);
  const drops = createDropCounts(
    "What came on the company's port was dropped",
    logger,
    () => clock.monotonic(),
  );
  const failed = (error: unknown) =>
    logger.log("error", "The company's port could not do its work", {
      error: String(error),
    });
  const outbox = new VerdictOutbox({
    ...{ clock, fleet, failed, timings },
    keyOf: verdictKey,
  });
  const links = createRegionalLinks({
    ...{ fleet, outbox, drops, failed },
    newId: () => newId(clock.now()),
  });
  const desk = createAdminDesk({ ...parts, clock });
  const dialer = new RegionalDialer({
    ...{ clock, logger, links, outbox, timings },
    ports: regionals,
    everyTime: () => drops.tick(),
  });

  function greet(link: FrameLink): void {
    let reader: Omit<FrameLinkReader, "handshake"> | undefined;
    link.start({
      handshake(line) {
        reader = readerFor(line, link);
        if (reader === undefined) {
          drops.add("bad_handshake");
          link.close();
        }
      },
      frame: (frame) => reader?.frame(frame),
      closed(why) {
        if (reader === undefined && why !== "ended" && why !== "closed") {
          drops.add(why === "late" ? "no_handshake" : why);
        }
        reader?.closed(why);
      },
    });
  }

  function readerFor(line: string, link: FrameLink) {
    const handshake = parseFleetHandshake(line);
    if (handshake?.kind === "regional") {
      return links.take(link, handshake.id, 0);
    }
    // Here, unlike at an office's port, COMPANY is an administrator (C-11).
    const company = handshake?.kind === "company"
      ? parseU32Text(handshake.name)
      : undefined;
    return company === undefined ? undefined : createAdminReader(link, {
      ...{ desk, drops, failed },
      company: String(company) as CompanyId,
    });
  }

  return {
    listen({ hostname, port }) {
      const listener = listenFrames({
        hostname,
        port,
        connectionsMax: COMPANY_CONNECTIONS_MAX,
        queueBytesMax: COMPANY_QUEUE_BYTES_MAX,
        drainMs: COMPANY_DRAIN_MS,
        handshakeMs: timings.handshakeMs,
        refused: () => drops.add("too_many_connections"),
        accept: greet,
      });
      outbox.start();
      dialer.start(listener.port);
      return listener;
    },
    async stop() {
      await dialer.stop();
      await links.settled();
      await outbox.stop();
      drops.tell();
    },
  };
}
