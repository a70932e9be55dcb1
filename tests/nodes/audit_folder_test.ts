import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  countersign,
  type LogId,
  makeStamp,
  MESH_SPACE,
  type Reader,
  type Row,
  SIMULATED_SIGNATURES,
  type SpaceId,
  type TableSchema,
} from "../../crdt/mod.ts";
import { auditStore } from "../../nodes/audit_folder.ts";
import { putCountersignature } from "../../nodes/countersigning.ts";
import {
  BLOCKS,
  BRANCHES,
  COMMITS,
  COUNTERSIGNATURES,
  HEADS,
  LANDMARKS,
  LOGS,
  SAVED_BRANCHES,
  TIPS,
} from "../../nodes/tables.ts";
import {
  type Alter,
  alterReader,
  flipByte,
} from "../support/altered_reader.ts";
import { openBareReplica, takeLog } from "../support/bare_replica.ts";
import {
  createForger,
  FORGED_SIGNATURES,
  ForgedLog,
} from "../support/forged_log.ts";
import { forgeSales } from "../support/forged_sales.ts";
import { makeMixed, mixedScripts } from "../support/mixed_commits.ts";
import {
  drawFrom,
  drawnNumbers,
  fillReplica,
} from "../support/mixed_delivery.ts";
import {
  createSimulatedMesh,
  running,
  sellSeen,
  startPeer,
} from "../support/simulated_mesh.ts";

const CUS = "site:CUS" as SpaceId;
const forger = createForger("a");
const verify = {
  root: forger.root.publicKey,
  signatures: FORGED_SIGNATURES,
};

/** A log of some commits, taken in by two runs, so that a head is kept in the middle. */
async function makeStore(commits = 5) {
  const log = forgeSales(forger, commits, { renewsAt: 3 });
  const bare = openBareReplica(forger);
  await takeLog(bare, log, 1, 3);
  await takeLog(bare, log, 4);
  return { log, reader: bare.replica.reader, replica: bare.replica };
}

function faultsOf(reader: Reader) {
  return auditStore(reader, verify).faults;
}

/** Alters the rows of one table. */
function inTable(
  table: TableSchema,
  change: (row: Row) => Row | undefined,
): Alter {
  return (other, row) => other.name === table.name ? change(row) : row;
}

Deno.test("auditStore() finds an honest store right", async () => {
  const { reader } = await makeStore();
  const { faults, logs, commits, heads } = auditStore(reader, verify);
  deepStrictEqual({ faults, logs, commits, heads }, {
    faults: [],
    logs: 1,
    commits: 5,
    heads: 2,
  });
});

Deno.test("auditStore() names the commit whose byte was changed, whichever byte it is", async () => {
  const { reader, log } = await makeStore();
  for (const { commit: { seq }, bytes } of log.commits) {
    for (let at = 0; at < bytes.length; at++) {
      const mask = 1 + at % 255;
      const altered = alterReader(
        reader,
        inTable(
          COMMITS,
          (row) =>
            row["seq"] === seq
              ? { ...row, body: flipByte(bytes, at, mask) }
              : row,
        ),
      );
      const [fault] = faultsOf(altered);
      strictEqual(fault?.seq, seq, `byte ${at} of ${seq}: ${fault?.reason}`);
      strictEqual(fault?.log, log.name);
    }
  }
});

Deno.test("auditStore() finds every changed byte of a log's signed end, heads and name", async () => {
  const { reader, log } = await makeStore();
  const cases: [TableSchema, string, number | undefined][] = [
    [TIPS, "hash", undefined],
    [HEADS, "hash", 3],
    [HEADS, "signature", 3],
    [LOGS, "public_key", undefined],
    [LOGS, "certificate", undefined],
    [BRANCHES, "head", undefined],
  ];
  for (const [table, column, seq] of cases) {
    const [row] = reader.scan(table);
    const bytes = row?.[column] as Uint8Array;
    for (let at = 0; at < bytes.length; at++) {
      const altered = alterReader(
        reader,
        inTable(
          table,
          (other) =>
            seq === undefined || other["seq"] === seq
              ? { ...other, [column]: flipByte(bytes, at, 0x10) }
              : other,
        ),
      );
      const [fault] = faultsOf(altered);
      strictEqual(fault?.log, log.name, `${table.name}.${column} ${at}`);
      if (seq !== undefined) strictEqual(fault?.seq, seq);
    }
  }
});

Deno.test("auditStore() names what is missing, cut, or not listed", async () => {
  const { reader, log } = await makeStore();
  const missing = inTable(COMMITS, (row) => row["seq"] === 2 ? undefined : row);
  deepStrictEqual(faultsOf(alterReader(reader, missing)), [
    { log: log.name, seq: 2, reason: "it is missing" },
  ]);

  const kept = reader.get(HEADS, [1, 3]);
  const cut = inTable(TIPS, (row) => ({
    ...row,
    seq: 3,
    hash: kept?.["hash"] ?? null,
    stamp: makeStamp(3, 0),
    signature: kept?.["signature"] ?? null,
  }));
  deepStrictEqual(faultsOf(alterReader(reader, cut)), [
    { log: log.name, seq: 3, reason: "the log was cut: more of it is here" },
  ]);

  const unlisted = inTable(LOGS, () => undefined);
  deepStrictEqual(faultsOf(alterReader(reader, unlisted)), [{
    log: log.name,
    seq: 1,
    reason: "it is of a log that is not listed",
  }]);
});

Deno.test("auditStore() refuses commits of another mesh, and a certificate about another key", async () => {
  const { reader, log } = await makeStore();
  const other = createForger("b").signer.publicKey;
  const [fault] = auditStore(reader, { ...verify, root: other }).faults;
  deepStrictEqual(fault, {
    log: log.name,
    seq: 1,
    reason: "the certificate is of another mesh",
  });
});

Deno.test("auditStore() names a signature that is not the writer's", async () => {
  const { reader, log } = await makeStore();
  const forged = inTable(TIPS, (row) => ({
    ...row,
    signature: new Uint8Array(64),
  }));
  // The newest head is also kept, so the stored end alone does not matter there.
  const unkept = alterReader(reader, (table, row) => {
    if (table.name === HEADS.name && row["seq"] === 5) return undefined;
    return forged(table, row);
  });
  deepStrictEqual(faultsOf(unkept), [
    { log: log.name, seq: 5, reason: "the head's signature is wrong" },
  ]);
});

Deno.test("auditStore() finds whatever hostile and forked logs a replica took in right", async () => {
  await fc.assert(
    fc.asyncProperty(
      mixedScripts(24),
      drawnNumbers,
      async (script, numbers) => {
        const mixed = makeMixed(script);
        const { replica } = await fillReplica(mixed, drawFrom(numbers));
        const report = auditStore(replica.reader, {
          root: mixed.forger.root.publicKey,
          signatures: FORGED_SIGNATURES,
        });
        deepStrictEqual(report.faults, []);
        const seqs = [...replica.register.all()].map((entry) =>
          entry.seq - (replica.register.byNumber(entry.parent ?? 0)?.seq ?? 0)
        );
        strictEqual(report.commits, seqs.reduce((sum, seq) => sum + seq, 0));
      },
    ),
    { numRuns: 60 },
  );
});

/** A branch with checkpoints, packed pages and bodies that retention dropped, and an office that joined it cold. */
async function makeMesh(retentionDays: number) {
  const mesh = createSimulatedMesh({
    seed: 5,
    checkpointCommits: 100,
    retentionDays,
  });
  const branch = await startPeer(mesh, "branch", "CUS");
  for (let i = 0; i < 4; i++) {
    await sellSeen(mesh, branch, 300);
    await mesh.run(10_000);
  }
  await mesh.run(3 * 86_400_000);
  await sellSeen(mesh, branch, 5);
  await mesh.run(30_000);
  const office = await startPeer(mesh, "office", null, [branch]);
  await mesh.run(60_000);
  return {
    mesh,
    branch: running(branch).replica,
    office: running(office).replica,
  };
}

Deno.test("auditStore() follows checkpoints back where bodies are gone, and names what is wrong there", async () => {
  const { mesh, branch, office } = await makeMesh(2);
  const audit = (reader: Reader) =>
    auditStore(reader, {
      root: mesh.root.publicKey,
      signatures: SIMULATED_SIGNATURES,
    });
  for (const { reader, register } of [branch, office]) {
    const log = register.ofSpace(CUS)[0];
    ok((log?.firstBody ?? 0) > 1, "bodies were dropped");
    const { faults, documents } = audit(reader);
    deepStrictEqual(faults, []);
    ok(documents > 0);
    const name = log?.name as LogId;
    const number = log?.number ?? 0;

    const landmarks = reader.scan(LANDMARKS, { prefix: [number] })
      .map((row) => Number(row["seq"]))
      .filter((seq) => seq < (log?.firstBody ?? 0));
    ok(landmarks.length >= 2);
    for (const seq of new Set(landmarks)) {
      const body = branch.archive.body(
        branch.register.byName(name)?.number ?? 0,
        seq,
      ) ?? new Uint8Array();
      const altered = alterReader(
        reader,
        inTable(
          COMMITS,
          (row) =>
            row["log"] === number && row["seq"] === seq
              ? { ...row, body: flipByte(body, body.length - 1, 1) }
              : row,
        ),
      );
      deepStrictEqual(
        audit(altered).faults.map((fault) => fault.seq),
        [seq],
        `landmark ${seq}`,
      );
    }
    const [saved] = reader.scan(SAVED_BRANCHES, { prefix: [number] });
    const page = String(saved?.["doc"]);
    const bytes = saved?.["bytes"] as Uint8Array;
    for (const at of [40, Math.floor(bytes.length / 2), bytes.length - 2]) {
      const altered = alterReader(
        reader,
        inTable(
          SAVED_BRANCHES,
          (row) =>
            row["log"] === number && row["doc"] === page
              ? { ...row, bytes: flipByte(bytes, at, 4) }
              : row,
        ),
      );
      const [fault] = audit(altered).faults;
      strictEqual(fault?.log, name);
      ok(fault?.reason.includes(page), fault?.reason);
    }
  }
  await mesh.stop();
});

Deno.test("auditStore() finds changed bytes of packed commits", async () => {
  const { mesh, branch } = await makeMesh(90);
  const audit = (reader: Reader) =>
    auditStore(reader, {
      root: mesh.root.publicKey,
      signatures: SIMULATED_SIGNATURES,
    });
  deepStrictEqual(audit(branch.reader).faults, []);
  const [block] = branch.reader.scan(BLOCKS);
  const bytes = block?.["bodies"] as Uint8Array;
  for (let at = 0; at < bytes.length; at += 397) {
    const altered = alterReader(
      branch.reader,
      inTable(
        BLOCKS,
        (row) =>
          row["first"] === block?.["first"]
            ? { ...row, bodies: flipByte(bytes, at, 8) }
            : row,
      ),
    );
    const [fault] = audit(altered).faults;
    const first = Number(block?.["first"]);
    const seq = fault?.seq ?? 0;
    ok(seq >= first && seq < first + 64, `byte ${at}: ${fault?.seq}`);
  }
  await mesh.stop();
});

/** A store and, in its `mesh`, the log of another member who countersigned a head. */
async function makeWitnessed(seq: number) {
  const witness = createForger("witness");
  const log = forgeSales(forger, 6);
  const listed = new ForgedLog(witness, MESH_SPACE);
  listed.add({ stamp: makeStamp(1, 0), facts: [] });
  const bare = openBareReplica(forger);
  await takeLog(bare, log, 1, 5);
  await takeLog(bare, listed);
  const { replica } = bare;
  const number = replica.register.byName(log.name)?.number ?? 0;
  const one = countersign(log.head(seq), witness.signer);
  replica.transact((writer) => putCountersignature(writer, number, one));
  return { reader: replica.reader, log };
}

Deno.test("auditStore() finds by another member's countersignature that a log was cut, however whole it looks", async () => {
  const whole = await makeWitnessed(5);
  const { faults, witnesses } = auditStore(whole.reader, verify);
  deepStrictEqual({ faults, witnesses }, { faults: [], witnesses: 1 });

  const cut = await makeWitnessed(6);
  deepStrictEqual(faultsOf(cut.reader), [{
    log: cut.log.name,
    seq: 5,
    reason: "the log was cut: a member has countersigned its commit 6",
  }]);
});

Deno.test("auditStore() finds a countersignature of another commit, and every changed byte of one", async () => {
  const { reader, log } = await makeWitnessed(3);
  const [row] = reader.scan(COUNTERSIGNATURES);
  for (const column of ["hash", "head", "signature"]) {
    const bytes = row?.[column] as Uint8Array;
    for (let at = 0; at < bytes.length; at++) {
      const altered = alterReader(
        reader,
        inTable(COUNTERSIGNATURES, (other) => ({
          ...other,
          [column]: flipByte(bytes, at, 1),
        })),
      );
      const [fault] = faultsOf(altered);
      deepStrictEqual([fault?.log, fault?.seq], [log.name, 3], column);
    }
  }
});
