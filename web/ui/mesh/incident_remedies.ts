/**
 * What is done about an incident, and on which page.
 *
 * @module
 */
import type { Incident } from "../wire_types.ts";
import type { es } from "./messages_es.ts";

/** What is done about an incident. */
export interface Remedy {
  /** The text that says it. */
  readonly key: keyof typeof es & `remedy_${string}`;
  /** The page where it is done; none if there is nothing to press. */
  readonly href?: string;
}

const BY_KIND: Readonly<Record<string, Remedy>> = {
  oversell: { key: "remedy_oversell", href: "/oversells" },
  "over_returned": { key: "remedy_till", href: "/sales" },
  "fuel_mismatch": { key: "remedy_fuel", href: "/tanks" },
  "wet_stock_loss": { key: "remedy_tank", href: "/tanks" },
  "delivery_double": { key: "remedy_delivery", href: "/deliveries" },
  "branch_push_stopped": { key: "remedy_link", href: "/links" },
  "kafka_status_cut": { key: "remedy_link", href: "/links" },
  fork: { key: "remedy_fork", href: "/mesh?tab=members" },
  "countersigned_fork": { key: "remedy_fork", href: "/mesh?tab=members" },
  revoked: { key: "remedy_revoked", href: "/mesh?tab=members" },
  "revoked_member": { key: "remedy_revoked", href: "/mesh?tab=members" },
  "not_admitted": { key: "remedy_stranger", href: "/mesh?tab=members" },
  "clock_far_off": { key: "remedy_clock" },
  "folder_moved": { key: "remedy_copy" },
  "data_folder_changed": { key: "remedy_copy" },
};

/**
 * What is done about an incident.
 *
 * @param incident The incident.
 * @returns A text and a page.
 */
export function remedyOf({ kind, details }: Incident): Remedy {
  const { id } = details;
  if (kind === "set_aside") {
    return typeof id === "string" && id !== ""
      ? {
        key: "remedy_aside",
        href: `/journal?fact=${encodeURIComponent(id)}`,
      }
      : { key: "remedy_aside" };
  }
  if (kind.startsWith("charging_")) {
    return { key: "remedy_charging", href: "/charging" };
  }
  if (kind.startsWith("bad_")) {
    return { key: "remedy_peer", href: "/mesh?tab=cuts" };
  }
  return BY_KIND[kind] ?? { key: "remedy_other" };
}
