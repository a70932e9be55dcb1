/**
 * How long verifying a data folder of many commits takes.
 *
 * @module
 */
import { ED25519 } from "../../crdt/mod.ts";
import { createSystemRandom } from "../../nodes/adapters/system_random.ts";
import { openFolderStore } from "../../nodes/adapters/rebuild_folder.ts";
import { auditStore } from "../../nodes/audit_folder.ts";
import { BenchMesh } from "./bench_mesh.ts";
import {
  below,
  type BenchOptions,
  type BenchReport,
  type BenchRun,
} from "./bench_report.ts";
import { writeHistory } from "./history.ts";
import { median } from "./statistics.ts";

const DAYS = 10;

/** Runs the bench. */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const { folder, quick, progress } = options;
  const runs = options.runs ?? 3;
  const sales = quick ? 10_000 : 100_000;
  const mesh = new BenchMesh(folder);
  const branch = await mesh.add("branch", "CUS");
  progress(`writing ${sales} sales`);
  const salesPerDay = sales / DAYS;
  const history = { products: 50, sales, perCommit: 1, salesPerDay };
  await writeHistory(mesh, branch, history);
  const done: BenchRun[] = [];
  for (let i = 1; i <= runs; i++) {
    const open = await openFolderStore(branch.path, createSystemRandom());
    const root = open.identity.place?.root ?? new Uint8Array();
    const from = performance.now();
    const report = auditStore(open.store, { root, signatures: ED25519 });
    const seconds = (performance.now() - from) / 1000;
    await open.close();
    if (report.faults.length > 0) throw new Error("the folder is wrong");
    progress(`run ${i} of ${runs}: ${seconds.toFixed(1)} s`);
    const { commits, heads, documents } = report;
    done.push({
      name: `run ${i}`,
      values: { seconds, commits, heads, documents },
    });
  }
  const seconds = median(done.map(({ values }) => Number(values["seconds"])));
  return {
    bench: "audit",
    about: `verifying a data folder of ${sales} single-sale commits`,
    parameters: { sales, days: DAYS, products: 50, runs },
    runs: done,
    results: [
      below(`verifying ${sales} commits`, seconds, {
        most: 10,
        unit: "s",
      }),
    ],
    notes: ["Ed25519; SQLite; the file is in the disk's cache."],
  };
}
