/**
 * A company, a region that reads the company's space, and stations that spend there without reading it, for tests.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import {
  type BoundName,
  type CardId,
  type CompanyId,
  type FactId,
  fixedFactId,
  RIGHTS,
  type RightsSums,
  rightsTotal,
  type SpaceId,
} from "../../crdt/mod.ts";
import { createTestMesh, type TestMesh } from "./test_mesh.ts";

/** The company's space. */
export const COMPANY = "company:42" as SpaceId;
/** The company's balance. */
export const ACCOUNT = "account:42" as BoundName;
/** The limit of its card. */
export const CARD = "card:42/7" as BoundName;

/**
 * Makes a company `c`, a region `r` that is linked with it, and stations that are linked with the region alone.
 *
 * @param seed The seed of the mesh.
 * @param stations Their names.
 * @returns The mesh, linked.
 */
export async function createCompanyMesh(
  seed: number,
  stations: readonly string[] = ["s"],
): Promise<TestMesh> {
  const mesh = createTestMesh({ seed });
  await mesh.add("c", { role: "company", company: "42" });
  await mesh.add("r", { role: "region", dials: ["c"] });
  for (const [i, name] of stations.entries()) {
    await mesh.add(name, { role: "station", site: `S${i}`, dials: ["r"] });
  }
  await mesh.run(3000);
  // Contacts lead stations to the company itself: what has to go over the region must not find the short way.
  separate(mesh, stations);
  await mesh.run(60_000);
  return mesh;
}

/** Keeps stations from the company and from each other; call it again after healing. */
export function separate(mesh: TestMesh, stations: readonly string[]): void {
  const peer = (name: string) => {
    const found = mesh.peers.get(name)?.peer;
    ok(found !== undefined);
    return found;
  };
  mesh.network.partition([peer("c")], stations.map(peer));
  for (const [i, name] of stations.entries()) {
    mesh.network.partition([peer(name)], stations.slice(i + 1).map(peer));
  }
}

/** What lies between two nodes. */
export function linkOf(mesh: TestMesh, from: string, to: string): {
  /** Lets nothing through; with `oneWay` only nothing towards `to`. */
  partition(options?: { readonly oneWay?: boolean }): void;
  /** Lets everything through again. */
  heal(): void;
} {
  const peer = (name: string) => {
    const found = mesh.peers.get(name)?.peer;
    ok(found !== undefined);
    return [found];
  };
  return {
    partition: (options) =>
      mesh.network.partition(peer(from), peer(to), options),
    heal: () => mesh.network.heal(peer(from), peer(to)),
  };
}

/** What is granted and not taken over, by the company's books. */
export function inTransitOf(mesh: TestMesh): number {
  return mesh.node("c").useCases.rights({ limit: 500 }).items
    .reduce((sum, row) => sum + row.inTransit, 0);
}

/** The company makes rights of a bound. */
export async function issue(
  mesh: TestMesh,
  bound: BoundName,
  amount: number,
): Promise<void> {
  const { useCases } = mesh.node("c");
  const made = await mesh.settle(useCases.issueRights({ bound, amount }));
  ok(made.ok, made.ok ? "" : made.error.message);
  await mesh.run(1000);
}

/** The company registers the card. */
export async function register(mesh: TestMesh, limit: number): Promise<void> {
  const { fleet } = mesh.node("c").useCases;
  const card = { company: "42" as CompanyId, card: "7" as CardId, limit };
  const made = await mesh.settle(fleet.registerCard(card));
  ok(made.ok, made.ok ? "" : made.error.message);
  await mesh.run(1000);
}

/** The id of a purchase with a name. */
export function purchaseOf(name: string): FactId {
  return fixedFactId(["purchase", name]);
}

/**
 * A card buys at a node.
 *
 * @param mesh The mesh.
 * @param name The node.
 * @param amount For how much.
 * @param id The purchase's id, if it may be repeated.
 * @returns `bought`, or the code of the refusal.
 */
export async function buy(
  mesh: TestMesh,
  name: string,
  amount: number,
  id?: FactId,
): Promise<string> {
  const { useCases } = mesh.node(name);
  const held = await mesh.settle(useCases.authorizeSpend({
    bounds: [ACCOUNT, CARD],
    amount,
    expiresInMs: 60_000,
    ...(id === undefined ? {} : { id }),
  }));
  if (!held.ok) return held.error.code;
  const captured = await mesh.settle(
    useCases.captureSpend({ id: held.value.spend.id, amount }),
  );
  return captured.ok ? "bought" : captured.error.code;
}

/** What a node's own log has free of a bound, by its own view. */
export function freeAt(
  mesh: TestMesh,
  name: string,
  bound: BoundName = ACCOUNT,
): number {
  return mesh.node(name).useCases.rights({ limit: 500 }).items
    .find((row) => row.own && row.bound === bound)?.free ?? 0;
}

/**
 * What the company's books say of a bound.
 *
 * @param mesh The mesh.
 * @param bound The bound.
 * @returns What is there altogether and what was spent; their sum is what was made.
 */
export function booksOf(
  mesh: TestMesh,
  bound: BoundName,
): { readonly left: number; readonly spent: number } {
  const { reader } = mesh.node("c").replica;
  const spent = reader.scan(RIGHTS, { prefix: [bound] })
    .reduce((sum, row) => sum + (row as unknown as RightsSums).spent, 0);
  return { left: rightsTotal(reader, bound), spent };
}
