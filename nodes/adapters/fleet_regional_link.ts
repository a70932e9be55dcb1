/**
 * A station's link to original regional offices, put together: its own province's first, then the ring (section 11.3 of
 * the protocol page).
 *
 * @module
 */
import type { Clock, Random } from "../../crdt/mod.ts";
import {
  cardOf,
  companyOf,
  type FleetStation,
  pumpPort,
} from "../fleet/fleet_places.ts";
import type { FleetUseCases } from "../fleet/fleet_use_cases.ts";
import { createForwardBook } from "../fleet/forward_book.ts";
import {
  RegionalAuthority,
  type RegionalTimes,
} from "../fleet/regional_authority.ts";
import { createAlertBoard } from "../forecourt/alert_board.ts";
import { createDropCounts } from "../forecourt/drop_counts.ts";
import type { NodeWithParts } from "../node.ts";
import type { Logger } from "../ports.ts";
import { createFleetDial } from "./fleet_dial.ts";

/** What it is made of. */
export interface RegionalLinkParts {
  /** The node. */
  readonly node: Pick<NodeWithParts, "incidents" | "replica">;
  /** Keeps verdicts that come late for their cards. */
  readonly results: Pick<FleetUseCases, "keepResult">;
  /** The host of the regional offices. */
  readonly hostname: string;
  /** Their ports by province. */
  readonly ports: readonly number[];
  /** Which station this is. */
  readonly station: FleetStation;
  /** Time. */
  readonly clock: Clock;
  /** Randomness. */
  readonly random: Random;
  /** Log lines. */
  readonly logger: Logger;
  /** How long things take; as documented if left out. */
  readonly times?: RegionalTimes;
}

/** A link that can be ended. */
export interface RegionalLink {
  /** Decides purchases. */
  readonly authority: RegionalAuthority;
  /** Takes up what waits, and dials. */
  start(): Promise<void>;
  /** Ends it. */
  stop(): Promise<void>;
}

/**
 * Makes the link of a station.
 *
 * @param parts What it is made of.
 * @returns It, not started.
 */
export function createRegionalLink(parts: RegionalLinkParts): RegionalLink {
  const { node, hostname, ports, station, clock, random, logger } = parts;
  const { results, times } = parts;
  const alerts = createAlertBoard({
    incidents: node.incidents,
    logger,
    clock,
  });
  const drops = createDropCounts(
    "Frames of a regional office were dropped",
    logger,
    () => clock.monotonic(),
  );
  const authority = new RegionalAuthority({
    book: createForwardBook(node.replica, "regional"),
    ring: [
      ...ports.slice(station.province),
      ...ports.slice(0, station.province),
    ]
      .map((port) => createFleetDial({ hostname, port })),
    address: `127.0.0.1:${pumpPort({ ...station, pump: 0 })}`,
    station: ownStationText(station.station),
    late: async (forward, accepted) => {
      // A card that was told that nothing was charged knows a refusal already.
      if (!accepted) return;
      const { company, card } = forward.expense;
      await results.keepResult({
        purchase: forward.purchase,
        company: companyOf(company),
        card: cardOf(card),
        success: accepted,
      });
    },
    ...{ clock, random, alerts, logger, drops },
    ...(times === undefined ? {} : { times }),
  });
  return {
    authority,
    start: () => authority.start(),
    async stop() {
      await authority.stop();
      drops.tell();
      alerts.stop();
    },
  };
}

/**
 * The text under which a station of Panal announces itself: an original station of the same number keeps its own (C-47).
 *
 * @param station The station's number.
 * @returns The text.
 *
 * @example Usage
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(ownStationText(5), "5-panal");
 * ```
 */
export function ownStationText(station: number): string {
  return `${station}-panal`;
}
