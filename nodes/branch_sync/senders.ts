/**
 * Who may send messages of the branch software, and for which branches.
 *
 * @module
 */
import { timingSafeEqual } from "node:crypto";
import { ok, type Result, sha256, type SiteCode } from "../../crdt/mod.ts";
import { isInNetwork, type Network, parseNetwork } from "../../net/mod.ts";
import type { Refusal } from "../answers.ts";
import { refuse } from "../use_cases/context.ts";
import type { SenderSetting } from "./branch_sync_settings.ts";

/** Loopback and private networks: who may send while no sender is listed. */
const LOCAL_NETWORKS: readonly string[] = [
  "127.0.0.0/8",
  "::1",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "100.64.0.0/10",
  "fe80::/10",
  "fc00::/7",
];

/** Who sends. */
export interface Sender {
  /** The code that it names. */
  readonly site: SiteCode;
  /** Its address; null for this node itself. */
  readonly address: string | null;
  /** The key that it shows, if any. */
  readonly key?: string | undefined;
}

/** The branches that a sender may speak for. */
export type AllowedSites = (site: SiteCode) => boolean;

interface Entry {
  readonly site: SiteCode | "*";
  readonly network: Network;
  readonly key: Uint8Array | undefined;
}

/**
 * Makes the list of senders.
 *
 * @param senders The settings; an empty list is loopback and private networks, each sender for the branch it names.
 * @returns For which branches a sender may speak. Refusals: `sender_unknown`.
 */
export function createSenders(
  senders: readonly SenderSetting[],
): (sender: Sender) => Result<AllowedSites, Refusal> {
  const local = LOCAL_NETWORKS.map(networkOf);
  const entries = senders.map(({ site, address, key }): Entry => ({
    site,
    network: networkOf(address),
    key: key === undefined ? undefined : digestOf(key),
  }));
  return ({ site, address, key }) => {
    const itself: AllowedSites = (other) => other === site;
    if (address === null) return ok(itself);
    if (entries.length === 0) {
      return local.some((network) => isInNetwork(network, address))
        ? ok(itself)
        : unknownSender(site, address);
    }
    const shown = digestOf(key ?? "");
    const allowed = new Set(
      entries.filter((entry) =>
        isInNetwork(entry.network, address) &&
        (entry.key === undefined || timingSafeEqual(entry.key, shown))
      ).map((entry) => entry.site),
    );
    const isAllowed: AllowedSites = (other) =>
      allowed.has(other) || allowed.has("*");
    return isAllowed(site) ? ok(isAllowed) : unknownSender(site, address);
  };
}

function unknownSender(site: SiteCode, address: string) {
  return refuse(
    "sender_unknown",
    `No setting lets ${address.slice(0, 64)} send for ${site}`,
    { site, address: address.slice(0, 64) },
  );
}

function digestOf(key: string): Uint8Array {
  return sha256(new TextEncoder().encode(key));
}

function networkOf(text: string): Network {
  // Settings were checked when they were read.
  return parseNetwork(text) ?? { bytes: [], bits: 0 };
}
