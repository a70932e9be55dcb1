/**
 * What the figures depend on: the machine, the versions, and how fast its disk confirms a write.
 *
 * @module
 */
import { open, readFile, unlink } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Latencies, latenciesOf } from "./statistics.ts";

const LIBRARIES = [
  "@automerge/automerge",
  "libp2p",
  "@chainsafe/libp2p-noise",
  "@chainsafe/libp2p-yamux",
  "@libp2p/tcp",
  "hono",
  "zod",
];
const WRITE_BYTES = 8192;
const WARM_UP_WRITES = 50;

/** The machine and the versions. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Describes this machine. */
export async function describeMachine(): Promise<Machine> {
  const settings: unknown = JSON.parse(
    await readFile(new URL("../../deno.json", import.meta.url), "utf8"),
  );
  const { imports } = settings as { imports: Record<string, string> };
  using database = new DatabaseSync(":memory:");
  const row = database.prepare("SELECT sqlite_version() AS version").get();
  const libraries = LIBRARIES.map((name) => [
    name,
    imports[name]?.replace(/^npm:.+@/, "") ?? "",
  ]);
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: totalmem() / 1e9,
    system: `${Deno.build.os} ${Deno.osRelease()}`,
    versions: {
      deno: Deno.version.deno,
      v8: Deno.version.v8,
      sqlite: String(row?.["version"]),
      ...Object.fromEntries(libraries),
    },
  };
}

/**
 * Measures how long the disk takes to confirm 8 KB (write and fdatasync).
 *
 * @param folder A folder on it.
 * @param writes How many writes.
 * @returns Milliseconds.
 */
export async function measureDisk(
  folder: string,
  writes: number,
): Promise<Latencies> {
  const path = join(folder, "fsync_probe");
  const file = await open(path, "w");
  const bytes = crypto.getRandomValues(new Uint8Array(WRITE_BYTES));
  const values: number[] = [];
  try {
    for (let i = -WARM_UP_WRITES; i < writes; i++) {
      const from = performance.now();
      await file.write(bytes);
      await file.datasync();
      if (i >= 0) values.push(performance.now() - from);
    }
  } finally {
    await file.close();
    await unlink(path);
  }
  return latenciesOf(values);
}
