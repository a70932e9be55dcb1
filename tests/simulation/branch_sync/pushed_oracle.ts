/**
 * What an installed central has of the mesh's sales: every sale that a node takes for confirmed, once and as it was sold,
 * and in the end every sale that can be told.
 *
 * @module
 */
import { idText, type Row, SALES, type SiteCode } from "../../../crdt/mod.ts";
import {
  PUSH_CHECKING,
  PUSH_CONFIRMED,
  PUSH_HELD,
  PUSH_PENDING,
  PUSH_WITHDRAWN,
  pushedSale,
  pushesOf,
} from "../../../nodes/branch_sync/push_queue.ts";
import type { CentralSale } from "../../support/original_central_model.ts";
import type { ScenarioContext } from "../scenario_context.ts";
import type { SimulatedPeer } from "../scenario_peers.ts";
import { CENTRAL_URL, type CentralLink } from "./central_link.ts";

/** More than a scenario has. */
const MANY = 100_000;
/** Longest wait until everything is told once nothing goes wrong any more, in milliseconds. */
const TOLD_MS_MAX = 600_000;
const STEP_MS = 5_000;

/** What a sale is at both ends: number, total and lines. */
function textOfRow(row: Row): string {
  const lines = (JSON.parse(String(row["lines"])) as unknown[][])
    .map(([product, , quantity, amount]) => `${product} ${quantity} ${amount}`);
  return [row["receipt"], row["total"], ...lines.toSorted()].join("/");
}

function textOfCentral({ id, total, lines }: CentralSale): string {
  const texts = lines.map(({ product, quantity, subtotal }) =>
    `${product} ${quantity} ${subtotal}`
  );
  return [id, total, ...texts.toSorted()].join("/");
}

function rowsOf(peer: SimulatedPeer, state: number): Row[] {
  const { node } = peer;
  return node === undefined
    ? []
    : pushesOf(node.replica.reader, CENTRAL_URL, { state, limit: MANY });
}

/** Waits until all that can be told is told. */
export async function tellAll(
  context: ScenarioContext,
  link: CentralLink,
): Promise<string[]> {
  const { mesh, note } = context;
  link.settle();
  const start = mesh.clock.monotonic();
  const waiting = () =>
    mesh.peers.filter((peer) =>
      rowsOf(peer, PUSH_PENDING).length + rowsOf(peer, PUSH_CHECKING).length > 0
    );
  const ask = () => {
    for (const peer of mesh.peers) {
      void link.pushers.get(peer)?.push().catch(() => {});
    }
  };
  ask();
  await mesh.clock.run(STEP_MS);
  while (waiting().length > 0) {
    if (mesh.clock.monotonic() - start > TOLD_MS_MAX) {
      return waiting().map(({ name }) => `${name} does not tell the central`);
    }
    ask();
    await mesh.clock.run(STEP_MS);
  }
  note(
    `told after ${
      mesh.clock.monotonic() - start
    } ms: ${link.model.sales.size} sales in ${link.requests} requests`,
  );
  return [];
}

/** How nodes and the central differ. */
export function findUntold(
  context: ScenarioContext,
  link: CentralLink,
  office: SimulatedPeer,
): string[] {
  const { model } = link;
  const found: string[] = [];
  if (model.lostConnections > 0) {
    found.push("the central was sent what its storage refuses");
  }
  if (model.refusedBodies > 0) {
    found.push("the central was sent more than it takes");
  }
  const reported = new Set(link.conflicts.map(({ receipt }) => receipt));
  for (const peer of context.mesh.peers) {
    const { node, site } = peer;
    if (node === undefined || site === null) continue;
    for (const state of [PUSH_CHECKING, PUSH_CONFIRMED]) {
      for (const row of rowsOf(peer, state)) {
        const receipt = String(row["receipt"]);
        const there = model.sales.get(receipt);
        const here = pushedSale(node.replica.reader, site, row);
        if (there === undefined) {
          found.push(`${peer.name} takes ${receipt} for told, which is not`);
        } else if (
          here !== undefined && !reported.has(receipt) &&
          receipt === here["receipt"] &&
          textOfRow(here) !== textOfCentral(there)
        ) {
          found.push(
            `${peer.name} takes ${
              textOfRow(here)
            } for told, and the central has ${textOfCentral(there)}`,
          );
        }
      }
    }
  }
  return [...found, ...findUnsent(context, link, office)];
}

/** Sales that count and are not at the central, and what is there of which nobody knows. */
function findUnsent(
  context: ScenarioContext,
  { model, conflicts }: CentralLink,
  office: SimulatedPeer,
): string[] {
  const { node } = office;
  if (node === undefined) return [`${office.name} is down`];
  const { suspects, mesh } = context;
  const reported = new Set(conflicts.map(({ receipt }) => receipt));
  const sites = new Set(
    mesh.peers.map(({ site }) => site).filter((site) => site !== null),
  );
  const found: string[] = [];
  const numbers = new Set<string>();
  const ids = new Set<string>();
  for (const site of sites) {
    const rows = node.replica.reader.scan(SALES, { prefix: [site] });
    const held = heldSales(context, site);
    for (const row of rows) {
      const receipt = String(row["receipt"]);
      numbers.add(receipt);
      ids.add(idText(row["id"] as Uint8Array));
      const id = idText(row["id"] as Uint8Array);
      if (row["voided"] === 1 || held.has(receipt) || held.has(id)) continue;
      if (reported.has(receipt)) continue;
      const there = model.sales.get(receipt);
      if (there !== undefined && textOfCentral(there) === textOfRow(row)) {
        continue;
      }
      // The copy that was told went out under the number of its own till.
      if (isToldAsOther(context, id, model)) continue;
      found.push(`${textOfRow(row)} never reached the central`);
    }
  }
  if (suspects.copied.size + suspects.revoked.size > 0) return found;
  // Two tills that were told of one sale may both have told the central before they heard of each other.
  for (const row of mesh.peers.flatMap(toldRows)) {
    if (ids.has(idText(row["sale"] as Uint8Array))) {
      numbers.add(String(row["receipt"]));
    }
  }
  for (const [receipt, { site }] of model.sales) {
    if (sites.has(site as SiteCode) && !numbers.has(receipt)) {
      found.push(`the central has ${receipt}, which nobody sold`);
    }
  }
  return found;
}

/** Numbers and ids of sales that wait for a person at some till of a site: a fork may have renumbered them since. */
function heldSales(
  { mesh }: ScenarioContext,
  site: SiteCode,
): ReadonlySet<string> {
  return new Set(
    mesh.peers.filter((peer) => peer.site === site)
      .flatMap((peer) => rowsOf(peer, PUSH_HELD))
      .flatMap((row) => [
        String(row["receipt"]),
        idText(row["sale"] as Uint8Array),
      ]),
  );
}

/** What a till has told, or withdrew after it may have. */
function toldRows(peer: SimulatedPeer): Row[] {
  return [PUSH_CHECKING, PUSH_CONFIRMED, PUSH_WITHDRAWN].flatMap((state) =>
    rowsOf(peer, state)
  );
}

/** Whether some till has told the central of a copy of a sale under another number. */
function isToldAsOther(
  { mesh }: ScenarioContext,
  id: string,
  model: CentralLink["model"],
): boolean {
  return mesh.peers.some((peer) =>
    rowsOf(peer, PUSH_CONFIRMED).some((row) =>
      idText(row["sale"] as Uint8Array) === id &&
      model.sales.has(String(row["receipt"]))
    )
  );
}
