import { deepStrictEqual, ok } from "node:assert/strict";
import {
  decodeCommit,
  SIMULATED_SIGNATURES,
  type SpaceId,
  stampMs,
} from "../../crdt/mod.ts";
import {
  auditBundle,
  encodeBundle,
  readBundle,
} from "../../nodes/audit_bundle.ts";
import { bundledLogs } from "../../nodes/audit_export.ts";
import { joinBytes } from "../support/bytes.ts";
import {
  createSimulatedMesh,
  running,
  sellSeen,
  startPeer,
} from "../support/simulated_mesh.ts";
import { testCertificate } from "../support/test_node.ts";

const CUS = "site:CUS" as SpaceId;
const START_MS = Date.UTC(2026, 10, 2, 15);
const ROUND_MS = 10_000;

/** A branch that sold in rounds, with a checkpoint after each. */
async function makeBranch(rounds: number, retentionDays: number) {
  const mesh = createSimulatedMesh({
    seed: 9,
    startMs: START_MS,
    checkpointCommits: 70,
    retentionDays,
  });
  const branch = await startPeer(mesh, "branch", "CUS");
  const starts: number[] = [];
  for (let round = 0; round < rounds; round++) {
    starts.push(mesh.clock.now());
    await sellSeen(mesh, branch, 80);
    await mesh.run(ROUND_MS);
  }
  return { mesh, reader: running(branch).replica.reader, starts };
}

Deno.test("bundledLogs() gives the time asked for, from a checkpoint before it to a signed head behind", async () => {
  for (const retentionDays of [90, 0]) {
    const { mesh, reader, starts } = await makeBranch(16, retentionDays);
    const fromMs = starts[14] ?? 0;
    const period = { fromMs, toMs: starts[15] ?? 0 };
    const logs = [...bundledLogs(reader, CUS, period)];
    const scope = { root: mesh.root.publicKey, space: CUS, ...period };
    const signer = SIMULATED_SIGNATURES.signer(new Uint8Array(32));
    const chain = testCertificate(mesh.root, signer.publicKey, null, []);
    const file = joinBytes(encodeBundle(scope, logs, { signer, chain }));
    const bundle = readBundle(file);
    if (!bundle.ok) throw new Error(bundle.error);
    const report = auditBundle(bundle.value, SIMULATED_SIGNATURES);
    deepStrictEqual(report.faults, []);
    ok(report.maker !== undefined);

    const [log] = bundle.value.logs;
    if (log === undefined) throw new Error("there is no log");
    const inPeriod: number[] = [];
    for (let seq = log.firstBody; seq <= log.seq; seq++) {
      const body = log.body(seq);
      const stamp = body && decodeCommit(body)?.commit.stamp;
      const ms = stamp === undefined ? 0 : stampMs(stamp);
      if (ms >= fromMs && ms < period.toMs) inPeriod.push(seq);
    }
    // 80 sales and the checkpoint.
    ok(inPeriod.length >= 81, `${inPeriod.length}`);
    ok(report.commits < 500, `${report.commits} commits`);
    await mesh.stop();
  }
});

Deno.test("bundledLogs() gives nothing for a time without commits", async () => {
  const { mesh, reader } = await makeBranch(1, 90);
  const period = { fromMs: START_MS - 2, toMs: START_MS - 1 };
  deepStrictEqual([...bundledLogs(reader, CUS, period)], []);
  await mesh.stop();
});
