/**
 * The named scenarios: which families of faults meet a mesh.
 *
 * @module
 */
import { CERTIFICATE_FAULTS } from "./faults/certificate.ts";
import { CLOCK_FAULTS } from "./faults/clock.ts";
import { COPY_FAULTS } from "./faults/copies.ts";
import { CRASH_FAULTS } from "./faults/crash.ts";
import { DAMAGE_FAULTS, DISK_FAULTS } from "./faults/disk.ts";
import type { FaultFamily } from "./faults/fault.ts";
import { NETWORK_FAULTS } from "./faults/network.ts";
import { PARTITION_FAULTS } from "./faults/partition.ts";
import { POISON_FAULTS } from "./faults/poison.ts";
import { REVOCATION_FAULTS } from "./faults/revocation.ts";

const FAMILIES: readonly FaultFamily[] = [
  NETWORK_FAULTS,
  PARTITION_FAULTS,
  CRASH_FAULTS,
  DISK_FAULTS,
  DAMAGE_FAULTS,
  CLOCK_FAULTS,
  COPY_FAULTS,
  CERTIFICATE_FAULTS,
  POISON_FAULTS,
  REVOCATION_FAULTS,
];

/** The scenario that has all faults. */
export const ALL_FAULTS = "all";

/** The scenario that has all faults, at fuel stations. */
export const FORECOURT = "forecourt";

/** The scenario that has all faults, between a mesh, installed branches and an installed central. */
export const BRANCH_SYNC = "branch-sync";

/** The scenario that has all faults, between a company, its region, and stations where its cards buy. */
export const FLEET = "fleet";

/** The scenario that has faults of machines, disks, clocks and networks, at a site with charging points. */
export const CHARGING = "charging";

const CHARGING_FAMILIES: readonly FaultFamily[] = [
  NETWORK_FAULTS,
  PARTITION_FAULTS,
  CRASH_FAULTS,
  DISK_FAULTS,
  CLOCK_FAULTS,
  COPY_FAULTS,
];

const SCENARIOS: ReadonlyMap<string, readonly FaultFamily[]> = new Map([
  [ALL_FAULTS, FAMILIES],
  ["calm", []],
  [FORECOURT, FAMILIES],
  [BRANCH_SYNC, FAMILIES],
  [FLEET, FAMILIES],
  [CHARGING, CHARGING_FAMILIES],
  ...FAMILIES.map((family) => [family.name, [family]] as const),
]);

/** The names that `--scenario` takes. */
export const SCENARIO_NAMES: readonly string[] = [...SCENARIOS.keys()];

/** The families of a scenario; undefined if there is no such scenario. */
export function familiesOf(name: string): readonly FaultFamily[] | undefined {
  return SCENARIOS.get(name);
}
