/**
 * What backing up and restoring need from their surroundings: a folder of parts, and a way to let others work.
 *
 * @module
 */
import type { PeerId } from "../../crdt/mod.ts";
import type { BackupManifest, BackupPart } from "./backup_manifest.ts";

/** Whose backup it is. */
export interface BackupOwner {
  /** The node's peer id. */
  readonly peer: PeerId;
  /** Its public key. */
  readonly publicKey: Uint8Array;
  /** The mesh's root key, 64 hexadecimal digits. */
  readonly root: string;
  /** The node's roles. */
  readonly roles: readonly string[];
  /** Its site, if it has one. */
  readonly site: string | null;
}

/** A part that is being written. */
export interface PartWriter {
  /** Adds bytes. */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes the part durable. */
  finish(): Promise<BackupPart>;
  /** Gives the part up; nothing happens after `finish`. */
  abandon(): void;
}

/** A folder of parts that nobody else uses. */
export interface BackupFolder {
  /** Where it is. */
  readonly path: string;
  /** The manifest; undefined for a folder without one. */
  readManifest(): Promise<BackupManifest | undefined>;
  /** Begins a part, in the place of one that was left half made. */
  createPart(file: string): Promise<PartWriter>;
  /**
   * The frames of a part from the disk, one after the other. After the last one the part's length and digest are
   * compared: only who comes to the end knows that what was given is right.
   *
   * @throws {PanalError} `backup_damaged`, `backup_failed`.
   */
  frames(part: BackupPart): Iterable<Uint8Array>;
  /** Puts a manifest in the place of the one before, durably and at once. */
  writeManifest(manifest: BackupManifest): Promise<void>;
  /** Where a moved node's backup was restored to; undefined if it was not. */
  readRestored(): Promise<string | undefined>;
  /** Notes that, durably, or takes the note back. */
  writeRestored(where: string | undefined): Promise<void>;
  /** Removes parts that are not named. */
  removeOthers(named: ReadonlySet<string>): Promise<void>;
  /** Lets go of the folder. */
  close(): void;
}

/** Lets others work: resolves when so many bytes more may be read. */
export type Pace = (bytes: number) => Promise<void>;
