/**
 * Writes a branch's past straight through its use-cases: products, then sales over days, with the work of the
 * background done day by day, as it would have been.
 *
 * @module
 */
import { copyFile, mkdtemp, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers";
import { type Clock, money, type ProductId } from "../../crdt/mod.ts";
import type { NodeWithParts } from "../../nodes/node.ts";
import type { BenchMesh, Member } from "./bench_mesh.ts";

/** What happened at a branch. */
export interface History {
  /** Products with a price and more than enough stock; made if there are none yet. */
  readonly products: number;
  /** One-line sales, product by chance. */
  readonly sales: number;
  /** How many sales share a commit. */
  readonly perCommit: number;
  /** How many sales a day has. */
  readonly salesPerDay: number;
  /** Days between the last sale and now; 1 if left out. Retention works through all of them. */
  readonly daysAgo?: number;
  /** Is told how many sales there are. */
  readonly progress?: (sales: number) => void;
}

const DAY_MS = 86_400_000;
/** Products without sales are this old, so that a past can follow. */
const LONG_AGO_MS = 500 * DAY_MS;
const OPENING_MS = 13 * 3_600_000;
const OPEN_MS = 10 * 3_600_000;
const MAINTENANCE_COMMITS = 2048;
const MAINTENANCE_STEPS_MAX = 10_000;
const STOCK = 1_000_000_000;
const FAST_FOLDER = "/dev/shm";
const FAST_BYTES = 6e9;

/** The products' ids. */
export function productNames(count: number): ProductId[] {
  return Array.from(
    { length: count },
    (_, i) => `product-${String(i).padStart(3, "0")}` as ProductId,
  );
}

/** A clock whose wall time is set; everything else is the machine's. */
export class SetClock implements Clock {
  wall = Date.now();
  readonly now = () => Math.floor(this.wall);
  readonly monotonic = () => performance.now();
  readonly defer = (callback: () => void) => void setImmediate(callback);

  timer(delayMs: number, callback: () => void) {
    const id = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(id) };
  }
}

/**
 * Writes a member's past into its data folder. The file is made in memory, where there is room, and then copied.
 *
 * @param mesh The mesh.
 * @param member A branch that does not run.
 * @param history What happened.
 */
export async function writeHistory(
  mesh: BenchMesh,
  member: Member,
  history: History,
): Promise<void> {
  const fast = await makeFastFolder();
  const databasePath = fast === undefined
    ? member.databasePath
    : join(fast, "node.db");
  try {
    if (fast !== undefined) {
      await copyFile(member.databasePath, databasePath).catch(() => {});
    }
    const clock = new SetClock();
    clock.wall = history.sales === 0
      ? clock.wall - LONG_AGO_MS
      : Math.min(clock.wall, firstDay(history) - DAY_MS);
    const node = mesh.open(member, {
      clock,
      databasePath,
      sealsApart: true,
    });
    await node.start();
    node.maintenance.stop();
    await addProducts(node, history.products);
    if (history.sales > 0) await addDays(node, clock, history);
    await node.stop();
    if (fast !== undefined) await copyFile(databasePath, member.databasePath);
  } finally {
    await removeFastFolders();
  }
}

/** Does all work that waits in the background. */
export async function maintain(node: NodeWithParts): Promise<void> {
  for (let steps = 0; await node.maintenance.step(); steps++) {
    if (steps > MAINTENANCE_STEPS_MAX) {
      throw new Error("the work in the background does not end");
    }
  }
}

/** Records one-line sales as one commit. */
export async function sellTogether(
  node: NodeWithParts,
  products: readonly ProductId[],
  count: number,
): Promise<void> {
  const sales = Array.from({ length: count }, () =>
    node.useCases.recordSale({
      lines: [{
        product: products[Math.floor(Math.random() * products.length)] ??
          "" as ProductId,
        quantity: 1,
      }],
    }));
  for (const sale of await Promise.all(sales)) {
    if (!sale.ok) throw new Error(`a sale was refused: ${sale.error.message}`);
  }
}

/** Makes a site's products, unless there are some. */
export async function addProducts(
  node: NodeWithParts,
  count: number,
): Promise<void> {
  const scope = `site:${node.useCases.node.site}` as const;
  if (node.useCases.products({ scope, limit: 1 }).items.length > 0) return;
  const made = await Promise.all(
    productNames(count).map((product, i) =>
      node.useCases.createProduct({
        scope: scope as Parameters<typeof node.useCases.product>[0],
        product,
        name: `Product ${i}`,
        price: money(150 + i, "PEN"),
        stock: STOCK,
      })
    ),
  );
  const refused = made.find((one) => !one.ok);
  if (refused !== undefined) throw new Error("a product was refused");
}

function firstDay({ sales, salesPerDay, daysAgo = 1 }: History): number {
  const days = Math.ceil(sales / salesPerDay);
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  return today - (days - 1 + daysAgo) * DAY_MS + OPENING_MS;
}

async function addDays(
  node: NodeWithParts,
  clock: SetClock,
  history: History,
): Promise<void> {
  const { sales, perCommit, salesPerDay, progress } = history;
  const products = productNames(history.products);
  const first = firstDay(history);
  let commits = 0;
  let background = Promise.resolve();
  for (let done = 0; done < sales; done += perCommit) {
    const day = Math.floor(done / salesPerDay);
    const share = (done % salesPerDay) / salesPerDay;
    const isNewDay = done > 0 &&
      day > Math.floor((done - perCommit) / salesPerDay);
    if (isNewDay || commits++ % MAINTENANCE_COMMITS === 0) {
      // The work of one day goes on beside the next one's sales.
      await background;
      background = maintain(node);
    }
    clock.wall = Math.max(clock.wall, first + day * DAY_MS + share * OPEN_MS);
    await sellTogether(node, products, Math.min(perCommit, sales - done));
    progress?.(done);
  }
  await background;
  await maintain(node);
  // The checkpoint of the last day, and what retention does until now.
  for (const wall of [clock.wall + DAY_MS, Date.now()]) {
    clock.wall = Math.max(clock.wall, Math.min(wall, Date.now()));
    await maintain(node);
  }
}

const fastFolders = new Set<string>();

/** Removes what an interrupted `writeHistory` leaves in memory. */
export async function removeFastFolders(): Promise<void> {
  for (const folder of fastFolders) {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeFastFolder(): Promise<string | undefined> {
  try {
    const { bavail, bsize } = await statfs(FAST_FOLDER);
    if (bavail * bsize < FAST_BYTES) return undefined;
    const folder = await mkdtemp(join(FAST_FOLDER, "panal_bench_"));
    fastFolders.add(folder);
    return folder;
  } catch {
    return undefined;
  }
}
