import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { encodeCbor, type SpaceId } from "../../crdt/mod.ts";
import {
  auditBundle,
  type Bundle,
  encodeBundle,
  readBundle,
} from "../../nodes/audit_bundle.ts";
import { bundledLogs } from "../../nodes/audit_export.ts";
import { BUNDLE_RECORD_BYTES_MAX } from "../../nodes/limits.ts";
import { flipByte } from "../support/altered_reader.ts";
import { openBareReplica, takeLog } from "../support/bare_replica.ts";
import { joinBytes } from "../support/bytes.ts";
import { createForger, FORGED_SIGNATURES } from "../support/forged_log.ts";
import { forgeSales } from "../support/forged_sales.ts";
import { makeMixed, mixedScripts } from "../support/mixed_commits.ts";
import {
  drawFrom,
  drawnNumbers,
  fillReplica,
} from "../support/mixed_delivery.ts";

const CUS = "site:CUS" as SpaceId;
const ALL = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
const forger = createForger("a");
const maker = { signer: forger.signer, chain: forger.chain };
const scope = { root: forger.root.publicKey, space: CUS, ...ALL };

async function makeFile(commits = 4) {
  const log = forgeSales(forger, commits);
  const bare = openBareReplica(forger);
  await takeLog(bare, log, 1, 2);
  await takeLog(bare, log, 3);
  const { replica } = bare;
  const logs = bundledLogs(replica.reader, CUS, ALL);
  return { log, replica, file: joinBytes(encodeBundle(scope, logs, maker)) };
}

function read(file: Uint8Array): Bundle {
  const bundle = readBundle(file);
  if (!bundle.ok) throw new Error(bundle.error);
  return bundle.value;
}

function audit(file: Uint8Array) {
  return auditBundle(read(file), FORGED_SIGNATURES);
}

Deno.test("auditBundle() finds a bundle right that encodeBundle() made, and says who made it", async () => {
  const { file } = await makeFile();
  const report = audit(file);
  deepStrictEqual(report.faults, []);
  deepStrictEqual(
    { logs: report.logs, commits: report.commits, heads: report.heads },
    { logs: 1, commits: 4, heads: 2 },
  );
  deepStrictEqual(report.maker?.publicKey, forger.signer.publicKey);
});

Deno.test("readBundle() refuses a bundle with any byte changed, cut anywhere, or with more behind it", async () => {
  const { file } = await makeFile(3);
  for (let at = 0; at < file.length; at++) {
    const changed = readBundle(flipByte(file, at, 1 + at % 255));
    const refused = !changed.ok ||
      auditBundle(changed.value, FORGED_SIGNATURES).maker === undefined;
    ok(refused, `byte ${at}`);
    strictEqual(readBundle(file.subarray(0, at)).ok, false, `cut at ${at}`);
  }
  const longer = Uint8Array.from([...file, 0]);
  strictEqual(readBundle(longer).ok, false);
});

Deno.test("readBundle() never throws on arbitrary bytes", () => {
  const magic = new TextEncoder().encode("panal/bundle/1\n");
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    for (const file of [bytes, Uint8Array.from([...magic, ...bytes])]) {
      strictEqual(readBundle(file).ok, false);
    }
  }));
  fc.assert(fc.property(fc.anything(), (value) => {
    const text = JSON.parse(JSON.stringify(value ?? null)) ?? null;
    let body: Uint8Array;
    try {
      body = encodeCbor([1, text]);
    } catch {
      return;
    }
    const length = [0, 0, body.length >> 8, body.length & 255];
    const file = Uint8Array.from([...magic, ...length, ...body]);
    strictEqual(readBundle(file).ok, false);
  }));
});

Deno.test("readBundle() refuses a record that claims to be too long before it reads it", () => {
  const magic = new TextEncoder().encode("panal/bundle/1\n");
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, BUNDLE_RECORD_BYTES_MAX + 1);
  const file = Uint8Array.from([...magic, ...length]);
  deepStrictEqual(readBundle(file), {
    ok: false,
    error: "a record is too long",
  });
});

Deno.test("auditBundle() names the first wrong commit of a bundle that its maker changed", async () => {
  const { file, log } = await makeFile();
  const bundle = read(file);
  for (const { commit: { seq }, bytes } of log.commits) {
    const logs = bundle.logs.map((one) => ({
      ...one,
      body: (at: number) =>
        at === seq ? flipByte(bytes, bytes.length - 1, 1) : one.body(at),
    }));
    const changed = joinBytes(encodeBundle(scope, logs, maker));
    const { faults, maker: by } = audit(changed);
    deepStrictEqual(faults.map((fault) => fault.seq), [seq]);
    ok(by !== undefined);
  }
});

Deno.test("auditBundle() finds a log whose end was left out", async () => {
  const { file, log } = await makeFile();
  const bundle = read(file);
  const logs = bundle.logs.map((one) => ({
    ...one,
    seq: 3,
    hash: log.commits[2]?.hash ?? one.hash,
  }));
  const { faults } = audit(joinBytes(encodeBundle(scope, logs, maker)));
  deepStrictEqual(faults, [{
    log: log.name,
    seq: 3,
    reason: "no signed head vouches for it",
  }]);
});

Deno.test("auditBundle() does not know a maker from another mesh", async () => {
  const { replica } = await makeFile();
  const stranger = createForger("b");
  const logs = [...bundledLogs(replica.reader, CUS, ALL)];
  const unsigned = joinBytes(
    encodeBundle(scope, logs, {
      signer: stranger.signer,
      chain: forger.chain,
    }),
  );
  strictEqual(audit(unsigned).maker, undefined);
});

Deno.test("a bundle of whatever a replica took in verifies, forks too", async () => {
  await fc.assert(
    fc.asyncProperty(
      mixedScripts(20),
      drawnNumbers,
      async (script, numbers) => {
        const mixed = makeMixed(script);
        const { replica } = await fillReplica(mixed, drawFrom(numbers));
        for (const space of replica.register.spaces()) {
          const logs = [...bundledLogs(replica.reader, space, ALL)];
          const root = mixed.forger.root.publicKey;
          const { signer, chain } = mixed.forger;
          const file = joinBytes(
            encodeBundle({ root, space, ...ALL }, logs, { signer, chain }),
          );
          const { faults, commits } = audit(file);
          deepStrictEqual(faults, []);
          const wanted = replica.register.ofSpace(space).reduce(
            (sum, { seq, parent }) =>
              sum + seq - (replica.register.byNumber(parent ?? 0)?.seq ?? 0),
            0,
          );
          strictEqual(commits, wanted);
        }
      },
    ),
    { numRuns: 40 },
  );
});
