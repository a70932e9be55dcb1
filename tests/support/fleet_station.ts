/**
 * A station that keeps its companies' accounts itself: a whole node with pumps on free ports of loopback.
 *
 * @module
 */
import type { CardId, CompanyId } from "../../crdt/mod.ts";
import { CardClient } from "../../nodes/adapters/fleet_card_client.ts";
import { createStationSurfaces } from "../../nodes/adapters/fleet_station_surfaces.ts";
import type { FleetAuthority } from "../../nodes/fleet/fleet_use_cases.ts";
import { FLEET_DEFAULTS } from "../../nodes/fleet_config.ts";
import type { UseCases } from "../../nodes/use_cases.ts";
import type { SimulatedDisk } from "./simulated_disk.ts";
import { createTestNode, type TestNode } from "./test_node.ts";

/** How a station is set up. */
export interface FleetStationOptions {
  /** Pumps; one. */
  readonly pumps?: number;
  /** The disk of one that ended. */
  readonly disk?: SimulatedDisk;
  /** Which station; 5 of province 3. */
  readonly station?: { readonly province: number; readonly station: number };
  /** Its site; `E05`. */
  readonly site?: string;
  /** Where original regional offices listen, by province from this port on. */
  readonly regional?: number;
  /** Where it notes which cards were told. */
  readonly dataDir?: string;
  /** Who decides purchases; the mesh. */
  readonly authority?: (fleet: UseCases["fleet"]) => FleetAuthority;
}

/** A station. */
export interface TestFleetStation extends AsyncDisposable {
  /** The node. */
  readonly node: TestNode;
  /** Its use-cases about cards. */
  readonly fleet: UseCases["fleet"];
  /** The pumps' ports. */
  readonly ports: readonly number[];
  /** A card of the installed kind that knows these pumps. */
  readonly card: CardClient;
  /** Puts money on a company's account and makes cards. */
  fund(
    company: string,
    balance: number,
    cards?: Readonly<Record<string, number>>,
  ): Promise<void>;
  /** The node ends without a word to its cards: what is on the disk stays. */
  kill(): Promise<SimulatedDisk>;
}

/** Starts a station. */
export async function startFleetStation(
  options: FleetStationOptions = {},
): Promise<TestFleetStation> {
  const { pumps = 1, site = "E05" } = options;
  const node = await createTestNode({
    site,
    roles: ["station", "company"],
    ...(options.disk === undefined ? {} : { disk: options.disk }),
  });
  const { fleet } = node.useCases;
  const surfaces = createStationSurfaces({
    node: node.node,
    fleet: {
      ...{ ...FLEET_DEFAULTS, pumps },
      station: options.station ?? { province: 3, station: 5 },
    },
    dial: options.regional === undefined
      ? {}
      : { "fleet-region": [`127.0.0.1:${options.regional}`] },
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
    logger: { log: () => {} },
    ...(options.authority === undefined
      ? {}
      : { authority: options.authority(fleet) }),
  });
  const listen = surfaces.find("fleet-card");
  const listeners = await Promise.all(
    Array.from(
      { length: pumps },
      () => listen?.({ hostname: "127.0.0.1", port: 0 }),
    ),
  );
  const ports = listeners.map((it) => Number(it?.url.split(":").at(-1)));
  const stop = async () => {
    await Promise.all(listeners.map((it) => it?.stop()));
    await surfaces.stop();
    await node.stop();
  };
  return {
    ...{ node, fleet, ports },
    card: new CardClient({ host: "127.0.0.1", ports }),
    async fund(company, balance, cards = {}) {
      const of = { company: company as CompanyId };
      await done(fleet.deposit({ ...of, amount: balance }));
      for (const [card, limit] of Object.entries(cards)) {
        await done(
          fleet.registerCard({ ...of, card: card as CardId, limit }),
        );
      }
    },
    async kill() {
      const disk = node.disk.copy();
      await stop();
      return disk;
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function done(
  change: Promise<
    { readonly ok: boolean; readonly error?: { readonly message: string } }
  >,
): Promise<void> {
  const result = await change;
  if (!result.ok) throw new TypeError(result.error?.message);
}
