/**
 * A fuel station for tests: a real node, and its listeners for pumps, datagrams and prices on free ports of loopback. Time
 * is the node's virtual clock, so that a test decides when ten or ninety seconds are over.
 *
 * @module
 */
import {
  createSeededRandom,
  parseSiteCode,
  type ProductId,
  type SiteCode,
} from "../../crdt/mod.ts";
import {
  type ControlPort,
  createControlPort,
} from "../../nodes/adapters/forecourt_prices.ts";
import { listenForPumps } from "../../nodes/adapters/forecourt_pumps.ts";
import { listenForDatagrams } from "../../nodes/adapters/forecourt_udp.ts";
import { createAlertBoard } from "../../nodes/forecourt/alert_board.ts";
import { createDeliveredRows } from "../../nodes/forecourt/delivered_rows.ts";
import type { ForecourtUseCases } from "../../nodes/forecourt/forecourt_use_cases.ts";
import { DELIVERY_DEFAULTS } from "../../nodes/forecourt/price_delivery.ts";
import { LINK_DEFAULTS } from "../../nodes/forecourt/pump_links.ts";
import {
  PumpStation,
  type StationSettings,
} from "../../nodes/forecourt/pump_station.ts";
import type { IncidentView } from "../../nodes/use_cases.ts";
import { LineClient } from "./line_client.ts";
import { createTestNode, type TestNode } from "./test_node.ts";

/** How a test's station is set up. */
export interface TestStationOptions {
  /** A node to run on; a new one if left out. It is stopped with the station. */
  readonly node?: TestNode;
  /** Settings other than the default ones. */
  readonly settings?: Partial<StationSettings>;
}

/** A station of a test. */
export class TestStation implements AsyncDisposable {
  /** Its node. */
  readonly node: TestNode;
  /** Its site. */
  readonly site: SiteCode;
  /** Where pumps dial. */
  readonly pumpsPort: number;
  /** Where datagrams go. */
  readonly udpPort: number;
  /** Where prices are pushed. */
  readonly pricesPort: number;
  /** Log lines above debug. */
  readonly logged: string[];
  readonly #stop: () => Promise<void>;
  readonly #clients = new Set<LineClient>();
  #stopped = false;

  private constructor(
    parts:
      & Pick<
        TestStation,
        "node" | "site" | "pumpsPort" | "udpPort" | "pricesPort" | "logged"
      >
      & { readonly stop: () => Promise<void> },
  ) {
    this.node = parts.node;
    this.site = parts.site;
    this.pumpsPort = parts.pumpsPort;
    this.udpPort = parts.udpPort;
    this.pricesPort = parts.pricesPort;
    this.logged = parts.logged;
    this.#stop = parts.stop;
  }

  /** Makes and starts a station. */
  static async start(options: TestStationOptions = {}): Promise<TestStation> {
    const node = options.node ??
      await createTestNode({
        site: "E01",
        roles: ["station"],
        currency: "CLP",
        timezone: "America/Santiago",
      });
    const site = parseSiteCode("E01") as SiteCode;
    const { clock, useCases: { forecourt }, node: peer } = node;
    const logged: string[] = [];
    const logger = {
      log(level: string, message: string, fields?: unknown) {
        if (level === "debug") return;
        logged.push(`${message} ${JSON.stringify(fields)}`);
      },
    };
    const alerts = createAlertBoard({
      incidents: peer.incidents,
      logger,
      clock,
    });
    const common = {
      site,
      timezone: "America/Santiago",
      forecourt,
      clock,
      logger,
      alerts,
    };
    const station = new PumpStation({
      ...common,
      store: createDeliveredRows(peer.replica, site),
      random: createSeededRandom(5),
      settings: {
        autoRegister: true,
        delivery: DELIVERY_DEFAULTS,
        links: LINK_DEFAULTS,
        checkUdpAddress: false,
        tickMs: 250,
        ...options.settings,
      },
    });
    station.start();
    const control: ControlPort = createControlPort(common);
    const at = { hostname: "127.0.0.1", port: 0, logger };
    const pumps = listenForPumps(station, at);
    const udp = await listenForDatagrams(station, at);
    const prices = control.listen(at);
    return new TestStation({
      node,
      site,
      pumpsPort: pumps.port,
      udpPort: udp.port,
      pricesPort: prices.port,
      logged,
      async stop() {
        await Promise.all([pumps.stop(), udp.stop(), prices.stop()]);
        control.stop();
        await station.stop();
        alerts.stop();
      },
    });
  }

  /** The use-cases about the station. */
  get forecourt(): ForecourtUseCases {
    return this.node.useCases.forecourt;
  }

  /** What people should look at, of some kind. */
  incidents(kind: string): IncidentView[] {
    return this.node.node.incidents.list().filter((it) => it.kind === kind);
  }

  /** Connects a client to the port for pumps. */
  async pump(): Promise<LineClient> {
    return this.#keep(await LineClient.connect(this.pumpsPort));
  }

  /** Connects a pump and registers it. */
  async registered(pump: number): Promise<LineClient> {
    const client = await this.pump();
    await client.send({ "tipo": "registro", "id_surtidor": pump });
    await client.line();
    return client;
  }

  /** Connects a client to the control port. */
  async control(): Promise<LineClient> {
    return this.#keep(await LineClient.connect(this.pricesPort));
  }

  /** Sets prices as an office does. */
  async setPrices(prices: Readonly<Record<string, number>>): Promise<void> {
    const set = await this.forecourt.setPrices({
      scope: `site:${this.site}`,
      prices: Object.entries(prices).map(([fuel, price]) => ({
        fuel: fuel as ProductId,
        price,
      })),
    });
    if (!set.ok) throw new Error(set.error.message);
  }

  /** What a pump is doing, as the station sees it. */
  live(pump: number): ReturnType<ForecourtUseCases["live"]["get"]> {
    return this.forecourt.live.get(this.site, pump);
  }

  /** Stops the listeners and lets the node go on. */
  async leave(): Promise<TestNode> {
    this.#stopped = true;
    for (const client of this.#clients) client[Symbol.dispose]();
    await this.#stop();
    return this.node;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stopped) return;
    await this.leave();
    await this.node.stop();
  }

  #keep(client: LineClient): LineClient {
    this.#clients.add(client);
    return client;
  }
}

/** Full price maps as they travel. */
export function priceMapOf(
  prices: Readonly<Record<string, number>>,
): Record<string, number> {
  const full = {
    "93": 1290,
    "95": 1350,
    "97": 1400,
    "diesel": 1120,
    ...prices,
  };
  return Object.fromEntries(
    Object.entries(full).map(([fuel, price]) => [`precio_${fuel}`, price]),
  );
}
