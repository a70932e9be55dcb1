/**
 * The parts of a node that belong to fuel stations and reach outside: the native pump of the role pump, with its link to
 * an original station, and a head office's links to the original stations of its list.
 *
 * @module
 */
import {
  type Clock,
  createFactIds,
  type Random,
  type SiteCode,
} from "../../crdt/mod.ts";
import type { NodeConfig } from "../config.ts";
import type { PumpControl } from "../forecourt/pump_control.ts";
import { createPumpPeer } from "../forecourt/pump_peer.ts";
import { createPumpStore } from "../forecourt/pump_store.ts";
import {
  createStationClient,
  type StationClient,
  type StationClientTimes,
} from "../forecourt/station_client.ts";
import type { StationLinkTimes } from "../forecourt/station_link.ts";
import { createStationLinks } from "../forecourt/station_links.ts";
import type { StationPusher } from "../forecourt/station_pusher.ts";
import type { NodeWithParts } from "../node.ts";
import type { Logger } from "../ports.ts";
import { createLineDial } from "./line_dial.ts";
import { createStationPort } from "./station_port.ts";

/** How long a pump waits for the list of its peers before it lists itself, in milliseconds. */
const LIST_AFTER_MS = 5_000;

/** What they are made of. */
export interface ForecourtPeerParts {
  /** The node. */
  readonly node: NodeWithParts;
  /** Time. */
  readonly clock: Clock;
  /** Randomness. */
  readonly random: Random;
  /** Log lines. */
  readonly logger: Logger;
  /** Whether there are peers that may have listed the pump already. */
  readonly knowsPeers: boolean;
  /** Whether the folder was found to be a copy: another program may have told what waits here. */
  readonly isCopy: boolean;
  /** How long things take towards original programs; as documented unless set. */
  readonly times?: {
    readonly pump?: Partial<StationClientTimes>;
    readonly office?: Partial<StationLinkTimes>;
  };
}

/** What of fuel stations a node has beside its use-cases. */
export interface ForecourtPeers {
  /** The native pump, with the role pump. */
  readonly pump?: PumpControl;
  /** The links to original stations, with the role office. */
  readonly stations?: StationPusher;
  /** Begins to work. Start it after the node. */
  start(): Promise<void>;
  /** Ends it. Stop it before the node. */
  stop(): Promise<void>;
}

/**
 * Makes what the settings ask for.
 *
 * @param config The settings.
 * @param parts What it is made of.
 * @returns It, not started.
 */
export function createForecourtPeers(
  config: Pick<
    NodeConfig,
    "roles" | "site" | "pump" | "pumpSettings" | "timezone"
  >,
  parts: ForecourtPeerParts,
): ForecourtPeers {
  const pump = createPump(config, parts);
  const stations = config.roles.includes("office")
    ? createStations(config, parts)
    : undefined;
  return {
    ...(pump === undefined ? {} : { pump: pump.control }),
    ...(stations === undefined ? {} : { stations }),
    async start() {
      await pump?.start();
      stations?.start();
    },
    async stop() {
      await Promise.all([pump?.stop(), stations?.stop()]);
    },
  };
}

function createStations(
  { timezone }: Pick<NodeConfig, "timezone">,
  { node, clock, logger, times }: ForecourtPeerParts,
) {
  const { useCases } = node;
  return createStationLinks({
    forecourt: useCases.forecourt,
    memberSites: () =>
      new Set(
        useCases.peers().map(({ site }) => site)
          .filter((site): site is SiteCode => site !== null),
      ),
    dialTo: ({ host, port }) => createLineDial({ hostname: host, port }),
    timezone,
    clock,
    logger,
    ...(times?.office === undefined ? {} : { times: times.office }),
  });
}

function createPump(
  config: Pick<NodeConfig, "site" | "pump" | "pumpSettings" | "timezone">,
  parts: ForecourtPeerParts,
) {
  const { node, clock, random, logger, knowsPeers, isCopy, times } = parts;
  const { site, pump: number, pumpSettings: settings, timezone } = config;
  if (settings === null || site === null || number === null) return undefined;
  const { forecourt } = node.useCases;
  const store = createPumpStore(node.replica, number);
  const nextId = createFactIds(random);
  const report = (
    kind: string,
    message: string,
    details: Readonly<Record<string, unknown>>,
  ) => {
    logger.log("warn", message, details);
    try {
      node.incidents.report(kind, message, details);
    } catch {
      // A disk that is full must not keep a pump from working.
    }
  };
  let client: StationClient | undefined;
  const pump = createPumpPeer({
    ...settings,
    forecourt,
    store,
    clock,
    newId: () => nextId(clock.now()),
    logger,
    report,
    site,
    pump: number,
    listAfterMs: knowsPeers ? LIST_AFTER_MS : 0,
    connected: () =>
      node.pumps.isStationLinked(site) || client?.isRegistered() === true,
    tellsStation: settings.station !== null,
    fastReports: (settings.station?.udpPort ?? null) !== null,
  });
  const port = settings.station === null
    ? undefined
    : createStationPort(settings.station, { number, timezone });
  if (port !== undefined) {
    client = createStationClient({
      pump,
      store,
      forecourt,
      port,
      site,
      timezone,
      clock,
      random,
      logger,
      report,
      ...(times?.pump === undefined ? {} : { times: times.pump }),
    });
  }
  const { control } = pump;
  return {
    control,
    async start() {
      if (isCopy) await store.doubtAll();
      await pump.open();
      node.pumps.begin(site, () => {
        const { number, ...state } = control.state();
        return { ...state, pump: number };
      });
      pump.watch((news) => {
        if (news !== "sale") node.pumps.changed();
      });
      client?.start();
    },
    async stop() {
      await client?.stop();
      await pump.stop();
      port?.close();
    },
  };
}
