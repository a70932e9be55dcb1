import {
  deepStrictEqual,
  match,
  rejects,
  strictEqual,
} from "node:assert/strict";
import { join } from "node:path";
import {
  makeStamp,
  PanalError,
  SALES,
  type SpaceId,
} from "../../../crdt/mod.ts";
import { openBackupFolder } from "../../../nodes/adapters/backup_folder.ts";
import {
  encodeManifest,
  MANIFEST_FILE,
} from "../../../nodes/backup/backup_manifest.ts";
import { takeBackup } from "../../../nodes/backup/take_backup.ts";
import {
  backUp,
  type BackupRig,
  restoreDisk,
  sourceOf,
  withFolder,
} from "../../support/backup_rig.ts";
import { openBareReplica, takeLog } from "../../support/bare_replica.ts";
import { makeSale } from "../../support/facts.ts";
import {
  createForger,
  FORGED_SIGNATURES,
  ForgedLog,
} from "../../support/forged_log.ts";
import { openNodeStore } from "../../support/node_store.ts";

const forger = createForger("a");

/** A replica whose log has so many sales. */
async function openWith(sales: number) {
  const log = new ForgedLog(forger, "site:CUS" as SpaceId);
  const bare = openBareReplica(forger);
  const sell = async (more: number) => {
    const from = log.commits.length + 1;
    for (let i = 0; i < more; i++) {
      const at = from + i;
      log.add({ stamp: makeStamp(at, 0), facts: [makeSale(`sale ${at}`)] });
    }
    await takeLog(bare, log, from);
  };
  await sell(sales);
  const rig: BackupRig = {
    replica: bare.replica,
    signer: forger.signer,
    signatures: FORGED_SIGNATURES,
    root: forger.root.publicKey,
  };
  return { rig, sell };
}

async function salesIn(rig: BackupRig, path: string): Promise<number> {
  const { disk } = await restoreDisk(rig, path);
  const store = openNodeStore(disk);
  const count = store.count(SALES);
  store.close();
  return count;
}

async function filesOf(path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(path)) names.push(name);
  return names.filter((name) => name !== "lock").sort();
}

Deno.test("a backup of which any byte was changed, or that ends anywhere, is refused", async () => {
  const { rig, sell } = await openWith(20);
  await withFolder(async (path) => {
    await backUp(rig, path);
    await sell(3);
    await backUp(rig, path);
    strictEqual(await salesIn(rig, path), 23);
    let seed = 7;
    for (const name of await filesOf(path)) {
      const file = join(path, name);
      const whole = await Deno.readFile(file);
      for (let i = 0; i < 8; i++) {
        seed = (seed * 48_271) % 0x7fffffff;
        const at = seed % whole.length;
        const changed = whole.slice();
        changed[at] = (changed[at] ?? 0) ^ (1 << (i % 8));
        for (const bytes of [changed, whole.subarray(0, at)]) {
          await Deno.writeFile(file, bytes);
          await rejects(
            restoreDisk(rig, path),
            { code: "backup_damaged" },
            `${name}, byte ${at}`,
          );
        }
      }
      await Deno.writeFile(file, whole);
    }
    const [part = ""] = await filesOf(path);
    await Deno.remove(join(path, part));
    await rejects(restoreDisk(rig, path), { message: /is missing/ });
  });
});

Deno.test("a backup that fails or is cut off at any step leaves the one before, and the next one goes on", async () => {
  const { rig, sell } = await openWith(12);
  await withFolder(async (path) => {
    await backUp(rig, path);
    await sell(5);
    const full = new PanalError("store_full", "the disk is full");
    for (let step = 0; step < 4; step++) {
      const folder = await openBackupFolder(path, { make: true });
      let left = step;
      const fails = () => {
        if (left-- === 0) throw full;
      };
      const source = sourceOf(rig);
      await rejects(
        takeBackup(
          source,
          Object.create(folder, {
            createPart: {
              value: (file: string) => (fails(), folder.createPart(file)),
            },
            writeManifest: {
              value: () => Promise.reject(full),
            },
          }),
          {
            now: 2,
            program: "test",
            signatures: FORGED_SIGNATURES,
            pace: () => Promise.resolve(fails()),
            progress: () => {},
          },
        ),
        { code: "store_full" },
      );
      folder.close();
      strictEqual(await salesIn(rig, path), 12);
    }
    const { commits } = await backUp(rig, path);
    strictEqual(commits, 5);
    strictEqual(await salesIn(rig, path), 17);
    deepStrictEqual(await filesOf(path), [
      "000001-logs-0001.part",
      "000002-logs-0001.part",
      "000002-state-0001.part",
      MANIFEST_FILE,
    ]);
  });
});

Deno.test("a backup to a disk that does not keep what it is given fails, and the one before stands", async () => {
  const { rig, sell } = await openWith(4);
  await withFolder(async (path) => {
    await backUp(rig, path);
    await sell(3);
    const folder = await openBackupFolder(path, { make: true });
    const createPart = async (file: string) => {
      const part = await folder.createPart(file);
      const finish = async () => {
        const done = await part.finish();
        const bytes = await Deno.readFile(join(path, file));
        bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 1;
        await Deno.writeFile(join(path, file), bytes);
        return done;
      };
      return Object.create(part, {
        write: { value: (bytes: Uint8Array) => part.write(bytes) },
        finish: { value: finish },
      });
    };
    await rejects(
      takeBackup(
        sourceOf(rig),
        Object.create(folder, { createPart: { value: createPart } }),
        {
          now: 2,
          program: "test",
          signatures: FORGED_SIGNATURES,
          pace: () => Promise.resolve(),
          progress: () => {},
        },
      ),
      { code: "backup_damaged" },
    );
    folder.close();
    strictEqual(await salesIn(rig, path), 4);
  });
});

Deno.test("a backup whose folder is taken away says so", async () => {
  const { rig } = await openWith(3);
  await withFolder(async (outer) => {
    const path = join(outer, "usb");
    const folder = await openBackupFolder(path, { make: true });
    await rejects(
      takeBackup(sourceOf(rig), folder, {
        now: 1,
        program: "test",
        signatures: FORGED_SIGNATURES,
        pace: () => Deno.remove(path, { recursive: true }).catch(() => {}),
        progress: () => {},
      }),
      (error: PanalError) => {
        strictEqual(error.code, "backup_failed");
        match(error.message, /was it pulled out\?/);
        return true;
      },
    );
    folder.close();
  });
});

Deno.test("openBackupFolder() takes an empty folder or a backup, one program at a time", async () => {
  await withFolder(async (outer) => {
    const path = join(outer, "new");
    await rejects(openBackupFolder(path, { make: false }), {
      code: "backup_failed",
      message: /There is no backup/,
    });
    const folder = await openBackupFolder(path, { make: true });
    strictEqual(await folder.readManifest(), undefined);
    await rejects(openBackupFolder(path, { make: true }), {
      code: "backup_failed",
      message: /another program is using it/,
    });
    folder.close();
    await Deno.writeTextFile(join(outer, "letter"), "dear");
    await rejects(openBackupFolder(outer, { make: true }), {
      code: "backup_failed",
      message: /not empty/,
    });
    await rejects(
      openBackupFolder(join(outer, "letter", "x"), { make: true }),
      { code: "backup_failed", message: /a file stands/ },
    );
  });
});

Deno.test("a backup of a newer form is refused as such, not as damaged", async () => {
  const { rig } = await openWith(2);
  await withFolder(async (path) => {
    const { manifest } = await backUp(rig, path);
    const newer = { ...manifest, format: 2, colors: ["blue"] };
    await Deno.writeFile(join(path, MANIFEST_FILE), encodeManifest(newer));
    await rejects(restoreDisk(rig, path), { code: "backup_newer" });
    await rejects(backUp(rig, path), { code: "backup_newer" });
  });
});

Deno.test("a backup with the manifest's consent to a wrong commit is refused all the same", async () => {
  const { rig } = await openWith(9);
  await withFolder(async (path) => {
    const { manifest } = await backUp(rig, path);
    const shorter = manifest.logs.map((log) => ({ ...log, first: 3 }));
    const state = manifest.state.map((part) => part);
    await Deno.writeFile(
      join(path, MANIFEST_FILE),
      encodeManifest({ ...manifest, logs: shorter, state, parts: [] }),
    );
    await rejects(restoreDisk(rig, path), { code: "backup_damaged" });
  });
});
