/**
 * The surfaces of fleet cards, put together.
 *
 * @module
 */
import type { CompanyId } from "../fleet/fleet_use_cases.ts";
import type { FleetConfig } from "../fleet_config.ts";
import type { NodeWithParts } from "../node.ts";
import type { Logger } from "../ports.ts";
import { type ListenAddress, parseListenAddress } from "../surfaces.ts";
import { createCompanyPort } from "./fleet_company.ts";
import {
  createRegionService,
  type RegionService,
} from "./fleet_region_service.ts";
import type { SocketSurfaces } from "./forecourt_surfaces.ts";
import { createSystemClock } from "./system_clock.ts";
import { createSystemRandom } from "./system_random.ts";

/** The settings that the surfaces of fleet cards need. */
export interface FleetSurfaceConfig {
  /** Ports and prices. */
  readonly fleet: FleetConfig;
  /** Numbers of the node's companies, or `all`. */
  readonly companies: readonly string[];
  /** Original programs that are dialed, by the surface that they have. */
  readonly dial: Readonly<Record<string, readonly string[]>>;
}

/**
 * Makes the surfaces of fleet cards of a node.
 *
 * @param node The node.
 * @param config Its settings.
 * @param logger Log lines.
 * @returns The surfaces; nothing runs before the first listener is started.
 */
export function createFleetSurfaces(
  node: Pick<NodeWithParts, "useCases" | "incidents" | "replica">,
  { fleet: { offices }, companies, dial }: FleetSurfaceConfig,
  logger: Logger,
): SocketSurfaces {
  const { fleet } = node.useCases;
  const ends: (() => Promise<void>)[] = [];
  const common = {
    fleet,
    logger,
    clock: createSystemClock(),
    random: createSystemRandom(),
  };
  let company: ReturnType<typeof createCompanyPort> | undefined;
  const companyPort = () => {
    if (company !== undefined) return company;
    const made = createCompanyPort({
      ...common,
      regionals: offices,
      serves: (id: CompanyId) =>
        companies.includes("all") || companies.includes(id),
    });
    ends.push(() => made.stop());
    return company = made;
  };
  let region: Promise<RegionService> | undefined;
  const startRegion = async () => {
    const made = createRegionService({
      ...common,
      node,
      company: addressOf(dial["fleet-company"]),
    });
    ends.push(() => made.stop());
    await made.start();
    return made;
  };
  return {
    find(name) {
      switch (name) {
        case "fleet-company":
          // deno-lint-ignore require-await -- a port that is taken is to reject
          return async (at) => companyPort().listen(at);
        case "fleet-region":
          return async (at) => (await (region ??= startRegion())).listen(at);
        default:
          return undefined;
      }
    },
    async stop() {
      await Promise.all(ends.map((end) => end()));
    },
  };
}

/** Where an original program is dialed; null if none is. */
function addressOf(addresses: readonly string[] = []): ListenAddress | null {
  const [address] = addresses;
  return address === undefined ? null : parseListenAddress("--dial", address);
}

/**
 * Surfaces of several kinds as one.
 *
 * @param all The surfaces.
 * @returns What finds and stops each.
 */
export function joinSurfaces(
  ...all: readonly SocketSurfaces[]
): SocketSurfaces {
  return {
    find: (name) =>
      all.map((it) => it.find(name)).find((it) => it !== undefined),
    stop: async () => void await Promise.all(all.map((it) => it.stop())),
  };
}
