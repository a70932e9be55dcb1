/**
 * Reads a node's HTTP interface for benches.
 *
 * @module
 */

/** Reads JSON. */
export async function getJson(
  url: string,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return await response.json();
}

/** Waits until a node's health names so many commits. */
export async function untilCommits(
  http: string,
  commits: number,
  wait: { readonly everyMs: number; readonly mostMs: number },
): Promise<void> {
  await until(
    async () => Number((await getJson(`${http}/v1/health`))["commits"]),
    commits,
    wait,
  );
}

/** Waits until a node's totals over all sites count so many sales. */
export async function untilSales(
  http: string,
  sales: number,
  wait: { readonly everyMs: number; readonly mostMs: number },
): Promise<void> {
  await until(
    async () => Number((await getJson(`${http}/v1/totals`))["count"]),
    sales,
    wait,
  );
}

async function until(
  read: () => Promise<number>,
  wanted: number,
  { everyMs, mostMs }: { everyMs: number; mostMs: number },
): Promise<void> {
  const end = performance.now() + mostMs;
  for (;;) {
    const value = await read();
    if (value >= wanted) return;
    if (performance.now() > end) {
      throw new Error(`${value} of ${wanted} after ${mostMs / 1000} s`);
    }
    await sleep(everyMs);
  }
}

/** Lets time pass. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
