/**
 * Tills of one site that sell honey strictly, for tests of rights.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import {
  type FactId,
  money,
  type ProductId,
  type SiteCode,
  siteSpace,
} from "../../crdt/mod.ts";
import type { UseCases } from "../../nodes/use_cases.ts";
import { createSiteMesh, type TestMesh } from "./test_mesh.ts";

/** The site. */
export const SITE = "CUS" as SiteCode;
/** Its space. */
export const SPACE = siteSpace(SITE);
/** What is sold. */
export const HONEY = "honey" as ProductId;

/** Honey as a strict product of the site, with so many units of it. */
export function strictHoney(
  stock: number,
): Parameters<UseCases["createProduct"]>[0] {
  return {
    scope: `site:${SITE}`,
    product: HONEY,
    name: "honey",
    price: money(1000, "PEN"),
    stock,
    policy: "strict",
  };
}

/**
 * Makes tills that know each other.
 *
 * @param seed The seed of their mesh.
 * @param names Their names.
 * @returns The mesh.
 */
export function createTills(
  seed: number,
  names: readonly string[],
): Promise<TestMesh> {
  return createSiteMesh(names, { seed, site: SITE });
}

/**
 * Makes two tills that know each other.
 *
 * @param seed The seed of their mesh.
 * @returns The mesh and what its nodes `a` and `b` offer.
 */
export async function createTwoTills(
  seed: number,
): Promise<{ mesh: TestMesh; a: UseCases; b: UseCases }> {
  const mesh = await createTills(seed, ["a", "b"]);
  return { mesh, a: mesh.node("a").useCases, b: mesh.node("b").useCases };
}

/** Makes honey at a till, and waits until all know of it. */
export async function createHoney(
  mesh: TestMesh,
  till: UseCases,
  stock: number,
): Promise<void> {
  ok((await mesh.settle(till.createProduct(strictHoney(stock)))).ok);
  await mesh.run(3000);
}

/**
 * Sells honey.
 *
 * @param mesh The mesh.
 * @param till Where.
 * @param quantity How many units; below 0 they come back.
 * @param fields What else is said of the sale.
 * @returns `sold`, or the code of the refusal.
 */
export async function sellHoney(
  mesh: TestMesh,
  till: UseCases,
  quantity = 1,
  fields: { readonly id?: FactId; readonly observation?: boolean } = {},
): Promise<string> {
  const sold = await mesh.settle(till.recordSale({
    lines: [{ product: HONEY, quantity }],
    ...fields,
  }));
  return sold.ok ? "sold" : sold.error.code;
}
