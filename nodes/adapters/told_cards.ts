/**
 * A file that names the purchases whose cards were told, so that a node that was killed knows of which it did not tell.
 * A line is with the system before the card is told: that survives the process, not a loss of power, after which the
 * file says so.
 *
 * @module
 */
import { type FactId, parseFactId } from "../../crdt/mod.ts";
import type { ToldBefore } from "../fleet/untold_cards.ts";

/** Most lines before the older half is dropped. */
export const TOLD_LINES_MAX = 60_000;
const CLEAN = "clean";
/** How far two readings of one start of the machine may be apart, in milliseconds. */
const BOOT_MS_MAX = 5_000;

const encoder = new TextEncoder();

/** The file. */
export class ToldCards {
  readonly #path: string;
  readonly #linesMax: number;
  #file: Deno.FsFile | undefined;
  #lines: string[] = [];

  /**
   * @param path The file; it may be missing.
   * @param linesMax Most lines before the older half is dropped.
   */
  constructor(path: string, linesMax: number = TOLD_LINES_MAX) {
    this.#path = path;
    this.#linesMax = linesMax;
  }

  /**
   * What is known of the last run.
   *
   * @returns Undefined if it ended by itself, or there was none.
   */
  earlier(): ToldBefore | undefined {
    const [boot, ...lines] = readText(this.#path).split("\n");
    if (boot === undefined || boot === "" || lines.includes(CLEAN)) {
      return undefined;
    }
    const told = lines.map(parseFactId).filter((id) => id !== undefined);
    return { told: new Set(told), whole: isSameBoot(boot) };
  }

  /** Begins anew: what `earlier` told is seen to. */
  begin(): void {
    this.#lines = [`${bootMs()}`];
    this.#write();
  }

  /**
   * A card is about to be told that it was charged.
   *
   * @param purchase The purchase.
   */
  note(purchase: FactId): void {
    if (this.#file === undefined) return;
    this.#lines.push(purchase);
    try {
      if (this.#lines.length <= this.#linesMax) {
        return writeAll(this.#file, `${purchase}\n`);
      }
      this.#lines.splice(1, this.#linesMax / 2);
      this.#write();
    } catch {
      this.#giveUp();
    }
  }

  /** The run ends by itself: every card was told, or its verdict is kept. */
  end(): void {
    if (this.#file === undefined) return;
    try {
      writeAll(this.#file, `${CLEAN}\n`);
      this.#file.close();
      this.#file = undefined;
    } catch {
      this.#giveUp();
    }
  }

  /** The disk refuses: a file that lacks lines would say that cards were not told that were. */
  #giveUp(): void {
    this.#file = undefined;
    this.#lines = [];
    try {
      Deno.removeSync(this.#path);
    } catch {
      // Whatever refuses that refuses to read it as well.
    }
  }

  #write(): void {
    this.#file?.close();
    const beside = `${this.#path}.new`;
    const file = Deno.openSync(beside, {
      ...{ write: true, create: true, truncate: true },
    });
    writeAll(file, `${this.#lines.join("\n")}\n`);
    Deno.renameSync(beside, this.#path);
    this.#file = file;
  }
}

function writeAll(file: Deno.FsFile, text: string): void {
  let rest = encoder.encode(text);
  while (rest.length > 0) rest = rest.subarray(file.writeSync(rest));
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

/** When the machine started; not a number where the system does not tell. */
function bootMs(): number {
  try {
    return Date.now() - 1_000 * Deno.osUptime();
  } catch {
    return NaN;
  }
}

function isSameBoot(text: string): boolean {
  return Math.abs(Number(text) - bootMs()) <= BOOT_MS_MAX;
}
