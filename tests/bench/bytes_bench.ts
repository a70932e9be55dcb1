/**
 * Bytes on the disk per one-line sale: replicated data, before and after retention, and views, table by table.
 *
 * @module
 */
import { copyFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { VIEW_TABLES } from "../../crdt/mod.ts";
import {
  BLOCKS,
  BRANCH_CHANGES,
  BRANCHES,
  CHANGED_BRANCHES,
  COMMITS,
  HEADS,
  LANDMARKS,
  SAVED_BRANCHES,
} from "../../nodes/tables.ts";
import { BenchMesh, type Member } from "./bench_mesh.ts";
import {
  below,
  type BenchOptions,
  type BenchReport,
  type BenchResult,
  type BenchRun,
  informs,
} from "./bench_report.ts";
import { maintain, SetClock, writeHistory } from "./history.ts";

const REPLICATED = new Set([
  COMMITS,
  BLOCKS,
  HEADS,
  LANDMARKS,
  SAVED_BRANCHES,
  BRANCHES,
  BRANCH_CHANGES,
  CHANGED_BRANCHES,
].map(({ name }) => name));
const VIEWS = new Set(VIEW_TABLES.map(({ name }) => name));
const RETENTION_MS = 92 * 86_400_000;

/** A way to sell. */
interface Variant {
  readonly name: string;
  readonly perCommit: number;
  readonly salesPerDay: number;
  /** How many sales, as a share of those of the others. */
  readonly share: number;
  /** Most bytes per sale before retention; none for one that only informs. */
  readonly most: number | null;
}

const VARIANTS: readonly Variant[] = [
  {
    name: "groups of 16",
    perCommit: 16,
    salesPerDay: 10_000,
    share: 1,
    most: 250,
  },
  {
    name: "single-sale commits",
    perCommit: 1,
    salesPerDay: 10_000,
    share: 1,
    most: 450,
  },
  {
    name: "single-sale commits, 1,000 a day",
    perCommit: 1,
    salesPerDay: 1_000,
    share: 0.2,
    most: null,
  },
];

/** Bytes of a database file, by table with its indexes. */
interface Sizes {
  readonly tables: ReadonlyMap<string, number>;
  readonly file: number;
}

/** Pages of each table and its indexes, as SQLite's `dbstat` counts them. */
async function measure(path: string): Promise<Sizes> {
  using database = new DatabaseSync(path);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const rows = database.prepare(
    "SELECT coalesce(s.tbl_name, d.name) AS name, sum(d.pgsize) AS bytes FROM dbstat d " +
      "LEFT JOIN sqlite_schema s ON s.name = d.name GROUP BY 1",
  ).all();
  const tables = rows.map((row): [string, number] => [
    String(row["name"]),
    Number(row["bytes"]),
  ]);
  return { tables: new Map(tables), file: (await stat(path)).size };
}

/** Opens the node three months later and lets retention work. */
async function retain(mesh: BenchMesh, member: Member): Promise<void> {
  const clock = new SetClock();
  clock.wall += RETENTION_MS;
  const node = mesh.open(member, { clock });
  await node.start();
  node.maintenance.stop();
  await maintain(node);
  await node.stop();
}

/** What the sales added to each table of a folder that had only products, by sale; a table that shrank counts as 0. */
function perSale(
  sizes: Sizes,
  empty: Sizes,
  sales: number,
):
  & { replicated: number; views: number; file: number }
  & Record<string, number> {
  const tables = [...sizes.tables].map(([name, bytes]): [string, number] => [
    name,
    Math.max(0, bytes - (empty.tables.get(name) ?? 0)) / sales,
  ]);
  const sum = (names: ReadonlySet<string>) =>
    tables.reduce(
      (total, [name, bytes]) => total + (names.has(name) ? bytes : 0),
      0,
    );
  return {
    replicated: sum(REPLICATED),
    views: sum(VIEWS),
    file: (sizes.file - empty.file) / sales,
    ...Object.fromEntries(
      tables.filter(([, bytes]) => bytes >= 0.5).sort(([, a], [, b]) => b - a),
    ),
  };
}

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const most = quick ? 10_000 : 100_000;
  const runs: BenchRun[] = [];
  const results: BenchResult[] = [];
  for (const [i, variant] of VARIANTS.entries()) {
    const { name, perCommit, salesPerDay } = variant;
    const sales = most * variant.share;
    progress(`${name}: writing ${sales} sales`);
    const mesh = new BenchMesh(join(folder, String(i)));
    const branch = await mesh.add("branch", "CUS");
    const products = { products: 500, sales: 0 };
    const size = { perCommit, salesPerDay };
    await writeHistory(mesh, branch, { ...products, ...size });
    const empty = await measure(branch.databasePath);
    await writeHistory(mesh, branch, { products: 500, sales, ...size });
    const before = perSale(await measure(branch.databasePath), empty, sales);
    await retain(mesh, branch);
    const after = perSale(await measure(branch.databasePath), empty, sales);
    const packed = `${branch.databasePath}.packed`;
    await copyFile(branch.databasePath, packed);
    vacuum(packed);
    const vacuumed = ((await stat(packed)).size - empty.file) / sales;
    runs.push(
      { name: `${name}, before retention`, values: before },
      { name: `${name}, after retention`, values: after },
    );
    const bounded = (measure: string, value: number, bound: number) =>
      variant.most === null
        ? informs(`${measure}, ${name}`, value, "B")
        : below(`${measure}, ${name}`, value, { most: bound, unit: "B" });
    results.push(
      bounded("replicated", before.replicated, variant.most ?? 0),
      bounded("replicated after retention", after.replicated, 80),
      bounded("views", before.views, 200),
      informs(
        `file, ${name}`,
        before.file,
        `B (after retention ${after.file.toFixed(0)} B, vacuumed ${
          vacuumed.toFixed(0)
        } B)`,
      ),
    );
  }
  return {
    bench: "bytes",
    about: "bytes on the disk per one-line sale",
    parameters: {
      sales: most,
      products: 500,
      "sales a day": "10,000 or as named (a fifth of the sales)",
    },
    runs,
    results,
    notes: [
      "Whole pages of tables and their indexes (dbstat), less those of a folder that has only the products.",
      `Replicated: ${[...REPLICATED].join(", ")}.`,
      "After retention: three months later, when only the commits after the last checkpoint and landmarks are left.",
    ],
  };
}

function vacuum(path: string): void {
  using database = new DatabaseSync(path);
  database.exec("VACUUM");
}
