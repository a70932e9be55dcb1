/**
 * The branches that a node knows, and when it heard of original ones last.
 *
 * @module
 */
import {
  directoryEntries,
  directoryEntry,
  directoryOver,
  type DirectoryValue,
  MESH_SPACE,
  ok,
  parseSiteCode,
  type SiteCode,
  siteOfSpace,
  siteSpace,
} from "../../crdt/mod.ts";
import { setFields } from "../forecourt/forecourt_context.ts";
import { recordAct } from "../people/people_context.ts";
import type { DecisionContext, Replica } from "../replica.ts";
import { SYNC_BRANCHES } from "../tables.ts";
import { refuse } from "../use_cases/context.ts";
import type { BranchSyncSettings } from "./branch_sync_settings.ts";
import type {
  BranchSyncUseCases,
  BranchView,
} from "./branch_sync_use_cases.ts";

/** The kind of a branch in a directory. */
const KIND = "branch";

/**
 * Lists a branch in the directory of its site, if nothing is said of it there.
 *
 * @param context The decision.
 * @param branch Its code and name, where this node may write, and the settings.
 */
export function registerBranch(
  context: DecisionContext,
  { site, name, settings }: {
    readonly site: SiteCode;
    readonly name: string | undefined;
    readonly settings: BranchSyncSettings;
  },
): void {
  const space = siteSpace(site);
  const subject = `${KIND}/${site}`;
  const known = context.catalog.subject(context.rows, space, subject);
  if (known !== undefined) return;
  const set = (field: string, value: DirectoryValue) =>
    context.record(space, {
      type: "DirectoryChanged",
      id: context.newId(),
      at: context.at,
      space,
      subject,
      field,
      value,
      over: directoryOver(context.rows, { space, subject, field }),
    });
  const { city, name: listedName } = settings.branches[site] ?? {};
  set("state", isListed(settings, site) ? "active" : "pending");
  const shown = listedName ?? name;
  if (shown !== undefined) set("name", shown);
  if (city !== undefined) set("city", city);
}

/**
 * Whether a person has named a code in the settings.
 *
 * @param settings The settings.
 * @param site The code.
 * @returns True if it is a branch's, or a sender's.
 */
export function isListed(
  settings: BranchSyncSettings,
  site: SiteCode,
): boolean {
  return settings.branches[site] !== undefined ||
    settings.senders.some((sender) => sender.site === site);
}

/**
 * The branches that a node knows: sites of its mesh, and codes that settings name.
 *
 * @param replica The node's replica.
 * @param settings The settings.
 * @returns Branches by code.
 */
export function branchViews(
  replica: Replica,
  settings: BranchSyncSettings,
): BranchView[] {
  const { reader } = replica;
  const sites = new Set<SiteCode>();
  for (const { space } of replica.register.all()) {
    const site = siteOfSpace(space);
    if (site !== undefined) sites.add(site);
  }
  const listed = [
    ...Object.keys(settings.branches),
    ...settings.senders.map(({ site }) => site),
    ...directoryEntries(reader, MESH_SPACE, KIND)
      .map(({ subject }) => subject.slice(KIND.length + 1)),
  ];
  for (const code of listed) {
    const site = parseSiteCode(code);
    if (site !== undefined) sites.add(site);
  }
  return [...sites].toSorted().map((site) => viewOf(replica, settings, site));
}

/**
 * Accepts a branch that waits for a person: it is named in the directory of the mesh.
 *
 * @param replica The node's replica.
 * @param settings The settings.
 * @param input Its code, and who accepts it.
 * @returns The branch as it is then. Refusals: `not_found`, `forbidden`.
 */
export async function acceptBranch(
  replica: Replica,
  settings: BranchSyncSettings,
  { site, by }: Parameters<BranchSyncUseCases["acceptBranch"]>[0],
): ReturnType<BranchSyncUseCases["acceptBranch"]> {
  const before = viewOf(replica, settings, site);
  if (before.state !== "pending") {
    return refuse("not_found", `No branch ${site} waits to be accepted`);
  }
  const subject = `site/${site}`;
  const accepted = await replica.decide((decision) => {
    const known = directoryEntry(decision.rows, MESH_SPACE, subject);
    const place = { space: MESH_SPACE, subject, before: known };
    setFields(decision, place, { name: before.name });
    recordAct(decision, MESH_SPACE, { act: "branch_accepted", subject, by });
    return ok(undefined);
  });
  return accepted.ok ? ok(viewOf(replica, settings, site)) : accepted;
}

function viewOf(
  { reader }: Replica,
  settings: BranchSyncSettings,
  site: SiteCode,
): BranchView {
  const own = directoryEntry(reader, siteSpace(site), `${KIND}/${site}`);
  const wide = directoryEntry(reader, MESH_SPACE, `${KIND}/${site}`);
  const named = directoryEntry(reader, MESH_SPACE, `site/${site}`);
  const fields = { ...wide?.fields, ...own?.fields };
  const setting = settings.branches[site];
  const heard = reader.get(SYNC_BRANCHES, [site]);
  // A site that people have named in the mesh is accepted.
  const isPending = fields["state"] === "pending" && named === undefined &&
    !isListed(settings, site);
  return {
    site,
    name: setting?.name ??
      String(fields["name"] ?? named?.fields["name"] ?? site),
    city: setting?.city ?? textOrNull(fields["city"]),
    lastSync: heard === undefined ? null : Number(heard["at"]),
    state: isPending ? "pending" : "active",
  };
}

function textOrNull(value: DirectoryValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}
