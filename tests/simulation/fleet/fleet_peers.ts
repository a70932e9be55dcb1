/**
 * The peers of the scenario `fleet`, and what the company has from the start.
 *
 * @module
 */
import {
  type CardId,
  type LogId,
  MESH_SPACE,
  ok,
  signStatement,
} from "../../../crdt/mod.ts";
import type { Chance } from "../chance.ts";
import type { ScenarioContext } from "../scenario_context.ts";
import {
  COMPANY,
  COMPANY_SPACE,
  type SimulatedMesh,
} from "../scenario_peers.ts";
import { CARDS } from "./fleet_book.ts";

/** How long the opening takes to get around, in milliseconds. */
const OPENING_MS = 2000;
/** In so long a station has seen to the floor once, in milliseconds. */
const STOCKING_MS = 32_000;
/** More than any card may spend. */
const TOO_MUCH = 1_000_000;

/**
 * Adds a company, its region, and stations; two of them are sometimes nodes of one site.
 *
 * @param mesh The mesh, with its office.
 * @param chance Draws how many.
 */
export function addFleetPeers(mesh: SimulatedMesh, chance: Chance): void {
  mesh.add("company", null, { role: "company" });
  mesh.add("region", null, { role: "region" });
  const sites = ["CUS", chance.pick(["CUS", "LIM"])];
  if (chance.oneIn(3)) sites.push("LIM");
  sites.forEach((site, i) =>
    mesh.add(`station-${i}-${site}`, site, { role: "station" })
  );
  if (chance.oneIn(4)) mesh.add("company-2", null, { role: "company" });
}

/**
 * The company gets a balance, some cards, often a floor, and often a statement of who makes its rights.
 *
 * @param context The scenario; all peers are up.
 * @param chance Draws how much.
 * @returns The balance.
 */
export async function openCompany(
  context: ScenarioContext,
  chance: Chance,
): Promise<number> {
  const { mesh } = context;
  const company = mesh.peers.find(({ role }) => role === "company");
  const fleet = company?.node?.useCases.fleet;
  if (company === undefined || fleet === undefined) return 0;
  const balance = 200 + chance.below(2000);
  await mesh.settle(fleet.deposit({ company: COMPANY, amount: balance }));
  for (const card of CARDS.slice(0, 1 + chance.below(2))) {
    const limit = chance.below(balance);
    await mesh.settle(fleet.registerCard({ company: COMPANY, card, limit }));
  }
  if (chance.oneIn(2)) {
    const amount = chance.below(500);
    await mesh.settle(fleet.setFloor({ company: COMPANY, amount }));
  }
  await mesh.clock.run(chance.pick([50, OPENING_MS]));
  const log = company.node?.replica.register.own(COMPANY_SPACE);
  if (log !== undefined && chance.oneIn(2)) {
    await nameIssuer(context, log.name);
  }
  if (chance.oneIn(2)) await stockFloors(context);
  return balance;
}

/** Each station is asked for more than anybody has, and then has time to get some of the floor. */
async function stockFloors({ mesh }: ScenarioContext): Promise<void> {
  for (const { role, site, node } of mesh.peers) {
    if (role !== "station" || node === undefined) continue;
    await mesh.settle(node.useCases.fleet.charge({
      company: COMPANY,
      card: CARDS[0] as CardId,
      amount: TOO_MUCH,
      date: "2026-11-22",
      place: { site, province: 3, station: 5, pump: 0 },
      source: "card",
    }));
  }
  await mesh.clock.run(STOCKING_MS);
}

async function nameIssuer(
  { mesh, note }: ScenarioContext,
  log: LogId,
): Promise<void> {
  const replica = mesh.peers[0]?.node?.replica;
  if (replica === undefined) return;
  const signers = { root: mesh.root.publicKey, signer: mesh.root };
  const stated = await mesh.settle(replica.decide((decision) => {
    decision.record(
      MESH_SPACE,
      signStatement(signers, {
        id: decision.newId(),
        at: decision.at,
        statement: { kind: "issuer", company: COMPANY, log },
      }),
    );
    return ok(null);
  }));
  note(`the issuer is ${stated.ok ? "" : "not "}named`);
}
