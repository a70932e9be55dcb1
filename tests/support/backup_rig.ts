/**
 * Backups of replicas in this process, for tests: real folders, simulated signatures.
 *
 * @module
 */
import {
  peerIdOf,
  type SignatureScheme,
  type Signer,
  toHex,
} from "../../crdt/mod.ts";
import { openBackupFolder } from "../../nodes/adapters/backup_folder.ts";
import type { BackupManifest } from "../../nodes/backup/backup_manifest.ts";
import { fillStore } from "../../nodes/backup/fill_store.ts";
import {
  type BackupReport,
  type BackupSource,
  takeBackup,
} from "../../nodes/backup/take_backup.ts";
import type { Replica } from "../../nodes/replica.ts";
import { openNodeStore } from "./node_store.ts";
import { SimulatedDisk } from "./simulated_disk.ts";

/** Whose backups are taken. */
export interface BackupRig {
  /** The node. */
  readonly replica: Replica;
  /** Its key. */
  readonly signer: Pick<Signer, "publicKey">;
  /** How signatures are made. */
  readonly signatures: SignatureScheme;
  /** The mesh's root key. */
  readonly root: Uint8Array;
}

/** What is backed up of a replica: its rows, and no files. */
export function sourceOf({ replica, signer, root }: BackupRig): BackupSource {
  const { reader } = replica;
  return {
    owner: {
      peer: peerIdOf(signer.publicKey),
      publicKey: signer.publicKey,
      root: toHex(root),
      roles: ["branch"],
      site: "CUS",
    },
    files: [],
    open: () => ({
      get: (table, key) => reader.get(table, key),
      scan: (table, scan) => reader.scan(table, scan),
      count: (table, prefix) => reader.count(table, prefix),
      close: () => {},
    }),
  };
}

/** Backs a replica up into a folder. */
export async function backUp(
  rig: BackupRig,
  path: string,
  source: BackupSource = sourceOf(rig),
): Promise<BackupReport> {
  const folder = await openBackupFolder(path, { make: true });
  try {
    return await takeBackup(source, folder, {
      now: 1,
      program: "test",
      signatures: rig.signatures,
      pace: () => Promise.resolve(),
      progress: () => {},
    });
  } finally {
    folder.close();
  }
}

/** Fills a new disk from a backup. */
export async function restoreDisk(
  { root, signatures }: Pick<BackupRig, "root" | "signatures">,
  path: string,
): Promise<{ disk: SimulatedDisk; manifest: BackupManifest }> {
  const folder = await openBackupFolder(path, { make: false });
  const disk = new SimulatedDisk();
  const store = openNodeStore(disk);
  try {
    const manifest = await folder.readManifest();
    if (manifest === undefined) throw new TypeError("there is no manifest");
    fillStore(store, { folder, manifest }, {
      verify: { root, signatures },
      progress: () => {},
    });
    return { disk, manifest };
  } finally {
    store.close();
    folder.close();
  }
}

/** Runs a test with an empty folder, which is removed afterwards. */
export async function withFolder<T>(
  body: (path: string) => Promise<T>,
): Promise<T> {
  const path = await Deno.makeTempDir({ prefix: "panal-backup-" });
  try {
    return await body(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}
