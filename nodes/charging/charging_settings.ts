/**
 * What people set for a charging site: what energy costs, and which drivers may not charge. It stands in the site's
 * directory, so that every node of the site has it.
 *
 * @module
 */
import {
  directoryEntry,
  type DirectoryValue,
  type DriverId,
  ok,
  type PointId,
  type Result,
  type SiteCode,
  siteSpace,
  type Tariff,
} from "../../crdt/mod.ts";
import type { Refusal } from "../answers.ts";
import { setFields } from "../forecourt/forecourt_context.ts";
import type { Replica } from "../replica.ts";
import type { NodeInfo } from "../use_cases.ts";
import { decideExactly, refuse } from "../use_cases/context.ts";
import { chargingSubject } from "./charging_names.ts";
import type { ChargingSettings } from "./charging_use_cases.ts";

const DEFAULT = "tariff/default";

/** What settings are made of. */
export interface ChargingSettingsParts {
  /** The node. */
  readonly node: NodeInfo;
  /** Its replica. */
  readonly replica: Replica;
}

function subjectOf(point: PointId | null): string {
  return point === null ? DEFAULT : chargingSubject("tariff", point);
}

/**
 * Makes the use-cases about what people set.
 *
 * @param parts What they work with.
 * @returns The use-cases.
 */
export function createChargingSettings(
  { node, replica }: ChargingSettingsParts,
): ChargingSettings {
  const set = (
    subject: string,
    fields: Readonly<Record<string, DirectoryValue>>,
  ): Promise<Result<null, Refusal>> => {
    if (node.site === null) return Promise.resolve(noSite());
    const space = siteSpace(node.site);
    return decideExactly(replica, (context) => {
      const before = directoryEntry(context.rows, space, subject);
      setFields(context, { space, subject, before }, fields);
      return ok(null);
    });
  };
  const read = (site: SiteCode | null, subject: string) =>
    site === null
      ? undefined
      : directoryEntry(replica.reader, siteSpace(site), subject)?.fields;
  return {
    tariff(point) {
      const fields = read(node.site, subjectOf(point));
      if (fields === undefined) return undefined;
      const part = (field: string) => Math.max(0, Number(fields[field] ?? 0));
      return {
        energy: part("energy"),
        session: part("session"),
        minute: part("minute"),
      };
    },
    async setTariff({ point, tariff }) {
      const { energy, session, minute }: Tariff = tariff;
      const done = await set(subjectOf(point), { energy, session, minute });
      return done.ok ? ok(tariff) : done;
    },
    isBlocked: (driver) =>
      read(node.site, chargingSubject("driver", driver))?.["blocked"] === true,
    blockDriver: ({ driver, blocked }: {
      readonly driver: DriverId;
      readonly blocked: boolean;
    }) => set(chargingSubject("driver", driver), { blocked }),
  };
}

function noSite() {
  return refuse(
    "forbidden",
    "Tariffs and drivers are set at a node of a charging site",
  );
}
