/**
 * The links of a running node to original programs of the branch software: centrals that it tells, branches that it reads.
 *
 * @module
 */
import { meshName, parseSiteCode } from "../../crdt/mod.ts";
import {
  createPuller,
  type Puller,
  type PullerParts,
} from "../branch_sync/pull.ts";
import {
  createPusher,
  type Pusher,
  type PusherParts,
} from "../branch_sync/push.ts";
import { addIssues, sentIssue } from "../branch_sync/sync_issues.ts";
import type { NodeConfig } from "../config.ts";
import { type NodeWithParts, VERSION } from "../node.ts";
import { createBranchPuller } from "./branch_puller.ts";
import { createCentralPusher } from "./central_pusher.ts";
import { nextNightly } from "./nightly.ts";

/**
 * What sends the site's sales to original centrals of the branch software.
 *
 * @param config The node's settings.
 * @param parts The node, time, chance, log lines and metrics.
 * @returns It, not started; undefined if none is set.
 */
export function createPushing(
  { roles, dial, site, timezone, branchSync: settings }: NodeConfig,
  { node, ...parts }:
    & Pick<PusherParts, "clock" | "random" | "logger" | "metrics">
    & { readonly node: NodeWithParts },
): Pusher | undefined {
  const urls = [...new Set(dial["branch-sync"])];
  // At an office the addresses are those of branches.
  const tells = site !== null && roles.includes("branch");
  if (urls.length === 0 || !tells) return undefined;
  const { gzip } = settings.targets;
  const mesh = meshName(node.replica.verify.root);
  const centrals = urls.map((url) => ({
    url,
    port: createCentralPusher({ url, version: VERSION, gzip, mesh }),
  }));
  const pusher = createPusher({
    ...parts,
    ...{ replica: node.replica, site, timezone, settings, centrals },
    nextRun: nextNightly,
    report(writer, conflict) {
      const now = parts.clock.now();
      if (addIssues(writer, [sentIssue(conflict)], now)) return;
      const { receipt, reason } = conflict;
      parts.logger.log("error", "The list of conflicts has no room", {
        receipt,
        reason,
      });
    },
    incident: node.incidents.report,
  });
  return {
    ...pusher,
    async stop() {
      await pusher.stop();
      for (const { port } of centrals) port.close();
    },
  };
}

/**
 * What reads original branches for what they never send.
 *
 * @param config The node's settings.
 * @param parts The node, time and log lines.
 * @returns It, not started; undefined if no branch is named.
 */
export function createPulling(
  { roles, dial, timezone, branchSync: settings }: NodeConfig,
  { node, clock, logger }:
    & Pick<PullerParts, "clock" | "logger">
    & { readonly node: NodeWithParts },
): Puller | undefined {
  const named = Object.entries(settings.branches).flatMap(([code, { pull }]) =>
    pull === undefined ? [] : [{ site: parseSiteCode(code) ?? null, url: pull }]
  );
  // At a branch the address is that of a central.
  const dialed = roles.includes("branch") ? [] : dial["branch-sync"] ?? [];
  const others = [...new Set(dialed)].filter((url) =>
    named.every((branch) => branch.url !== url)
  ).map((url) => ({ site: null, url }));
  const branches = [...named, ...others].map(({ site, url }) => ({
    site,
    port: createBranchPuller({ url, version: VERSION }),
  }));
  if (branches.length === 0) return undefined;
  const puller = createPuller({
    ...{ clock, logger, timezone, settings, branches },
    replica: node.replica,
    receive: node.useCases.branchSync.receive,
    nextRun: nextNightly,
  });
  return {
    ...puller,
    async stop() {
      await puller.stop();
      for (const { port } of branches) port.close();
    },
  };
}
