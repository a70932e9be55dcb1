/**
 * Checks a node's totals against a file's, waiting until they are equal or the time is up.
 *
 * @module
 */
import { type Clock, err, ok, type Result } from "../../crdt/mod.ts";
import { compareTotals, type Difference } from "./compare.ts";
import { equalSums, NO_SUMS, type PlaceTotals, type Sums } from "./totals.ts";
import { wait } from "./waiting.ts";
import { type NodeSums, readTotals, readTotalsPage } from "./wire.ts";

/** What a check needs. */
export interface VerifyOptions {
  /** The node's URL. */
  readonly url: string;
  /** What the file says, by site. */
  readonly sites: ReadonlyMap<string, PlaceTotals>;
  /** The currency that all money must have; any one currency if undefined. */
  readonly currency: string | undefined;
  /** How long the node gets. */
  readonly patienceMs: number;
  /** Time and timers. */
  readonly clock: Clock;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Gets JSON; undefined without an answer. */
  get(url: string, signal: AbortSignal): Promise<unknown>;
}

/** What a check found. */
export interface Verdict {
  /** What differs; empty if all is equal. */
  readonly differences: readonly Difference[];
  /** What the node says, by site. */
  readonly node: ReadonlyMap<string, PlaceTotals>;
  /** Currencies of the node's money that should not be there. */
  readonly strangeCurrencies: readonly string[];
  /** How long it took until the totals were equal, or until the time was up. */
  readonly waitedMs: number;
}

const PAUSE_MS = 250;
const PAGE_ROWS = 1000;

/**
 * Waits until a node's sums of every site are the file's, then compares product by product.
 *
 * @param options What it needs.
 * @returns The verdict, or a sentence if the node does not answer as a node does.
 */
export async function verifyTotals(
  options: VerifyOptions,
): Promise<Result<Verdict, string>> {
  const { clock, signal } = options;
  const startMs = clock.monotonic();
  for (;;) {
    const waitedMs = clock.monotonic() - startMs;
    const last = signal.aborted || waitedMs >= options.patienceMs;
    if (last || await sitesAreEqual(options)) {
      const node = await readSites(options);
      if (node === undefined) {
        return err(`${options.url} does not answer with totals`);
      }
      const differences = compareTotals(options.sites, node.sites);
      const strangeCurrencies = strange(node.currencies, options.currency);
      if (last || differences.length === 0) {
        return ok({
          differences,
          node: node.sites,
          strangeCurrencies,
          waitedMs,
        });
      }
    }
    await wait(PAUSE_MS, { clock, signal });
  }
}

async function sitesAreEqual(options: VerifyOptions): Promise<boolean> {
  for (const [site, totals] of options.sites) {
    const sums = await readSite(options, site);
    if (sums === undefined || !equalSums(sums, totals)) return false;
  }
  return true;
}

async function readSite(
  { url, get, signal }: VerifyOptions,
  site: string,
): Promise<NodeSums | undefined> {
  const query = new URLSearchParams({ site });
  return readTotals(await get(`${url}/v1/totals?${query}`, signal));
}

async function readSites(options: VerifyOptions): Promise<
  | {
    readonly sites: ReadonlyMap<string, PlaceTotals>;
    readonly currencies: ReadonlySet<string>;
  }
  | undefined
> {
  const sites = new Map<string, PlaceTotals>();
  const currencies = new Set<string>();
  for (const site of options.sites.keys()) {
    const sums = await readSite(options, site);
    const products = await readProducts(options, site);
    if (sums === undefined || products === undefined) return undefined;
    for (const currency of sums.currencies) currencies.add(currency);
    const { count, units, nanos } = sums;
    sites.set(site, { count, units, nanos, products });
  }
  return { sites, currencies };
}

async function readProducts(
  { url, get, signal }: VerifyOptions,
  site: string,
): Promise<ReadonlyMap<string, Sums> | undefined> {
  const products = new Map<string, Sums>();
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({
      site,
      perProduct: "true",
      limit: String(PAGE_ROWS),
      ...(cursor === null ? {} : { cursor }),
    });
    const page = readTotalsPage(
      await get(`${url}/v1/totals/list?${query}`, signal),
    );
    if (page === undefined) return undefined;
    for (const { product, count, units, nanos } of page.rows) {
      if (product === null) continue;
      const row = { count, units, nanos };
      // A product that was sold and voided as a whole is the same as one that was never sold.
      if (!equalSums(row, NO_SUMS)) products.set(product, row);
    }
    cursor = page.next;
  } while (cursor !== null);
  return products;
}

function strange(
  currencies: ReadonlySet<string>,
  wanted: string | undefined,
): readonly string[] {
  const [first] = currencies;
  return [...currencies].filter((it) => it !== (wanted ?? first));
}
