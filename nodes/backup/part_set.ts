/**
 * Writes frames into parts of a bounded length, and lets others work in between.
 *
 * @module
 */
import type { BackupPart } from "./backup_manifest.ts";
import type { BackupFolder, Pace, PartWriter } from "./backup_ports.ts";
import { encodeFrame, type OpenFrame } from "./backup_rows.ts";

/** A part that is this long is closed; the next frame begins another one. In bytes. */
export const PART_BYTES: number = 64 * 1024 * 1024;

/** Which parts are written. */
export interface PartSetOptions {
  /** The number of the backup in its folder. */
  readonly run: number;
  /** What they hold. */
  readonly kind: "logs" | "state";
  /** Asked before each frame. */
  readonly pace: Pace;
}

/** The parts of one kind that a backup writes. */
export class PartSet {
  readonly #folder: BackupFolder;
  readonly #options: PartSetOptions;
  readonly #parts: BackupPart[] = [];
  #open: PartWriter | undefined;
  #bytes = 0;

  /**
   * Makes an empty set; nothing is written before the first frame.
   *
   * @param folder Where parts are made.
   * @param options Their names and pace.
   */
  constructor(folder: BackupFolder, options: PartSetOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  /** Adds a frame; one without rows is left out. */
  async add(frame: OpenFrame): Promise<void> {
    if (frame.cells.length === 0) return;
    const bytes = encodeFrame(frame);
    await this.#options.pace(bytes.length);
    this.#open ??= await this.#folder.createPart(this.#nextName());
    await this.#open.write(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes >= PART_BYTES) await this.#close();
  }

  /** Makes all parts durable and gives them. */
  async finish(): Promise<readonly BackupPart[]> {
    await this.#close();
    return this.#parts;
  }

  /** Gives the open part up. */
  abandon(): void {
    this.#open?.abandon();
    this.#open = undefined;
  }

  async #close(): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    this.#parts.push(await open.finish());
    this.#open = undefined;
    this.#bytes = 0;
  }

  #nextName(): string {
    const { run, kind } = this.#options;
    const number = String(this.#parts.length + 1).padStart(4, "0");
    return `${String(run).padStart(6, "0")}-${kind}-${number}.part`;
  }
}
