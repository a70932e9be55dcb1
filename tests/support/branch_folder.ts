/**
 * Data folders of a branch that has sold and does not run, made in this process with a real store and real keys.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { money, type ProductId } from "../../crdt/mod.ts";
import { openDataFolder } from "../../nodes/adapters/data_folder.ts";
import { initMesh } from "../../nodes/adapters/mesh_folder.ts";
import { startOfflineNode } from "../../nodes/adapters/offline_node.ts";
import { createSystemClock } from "../../nodes/adapters/system_clock.ts";
import { createSystemRandom } from "../../nodes/adapters/system_random.ts";

/** The product of the branch. */
export const FOLDER_PRODUCT = "honey" as ProductId;

/** What a branch has done. */
export interface BranchPast {
  /** Units of the product that it got. */
  readonly stock: number;
  /** Sales of one unit each. */
  readonly sales: number;
  /** True if no more may be sold than is there. */
  readonly strict?: boolean;
}

/** Makes a branch's data folder. */
export async function makeBranchFolder(
  path: string,
  { stock, sales, strict = false }: BranchPast,
): Promise<void> {
  const random = createSystemRandom();
  const folder = await openDataFolder(path, { random });
  await initMesh(folder, {
    roles: ["branch"],
    site: "CUS" as never,
    clock: createSystemClock(),
    random,
  });
  folder.close();
  const { node, stop } = await startOfflineNode(path, { log: () => {} });
  const made = await node.useCases.createProduct({
    scope: "site:CUS" as never,
    product: FOLDER_PRODUCT,
    name: "honey",
    price: money(1000, "PEN"),
    stock,
    ...(strict ? { policy: "strict" as const } : {}),
  });
  strictEqual(made.ok, true);
  for (let i = 0; i < sales; i++) {
    const lines = [{ product: FOLDER_PRODUCT, quantity: 1 }];
    strictEqual((await node.useCases.recordSale({ lines })).ok, true);
  }
  await stop();
}
