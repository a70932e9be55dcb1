/**
 * Transaction files on the disk, CSV or Parquet, as rows that come in batches from front to back.
 *
 * @module
 */
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import {
  asyncBufferFromFile,
  type ParquetParsers,
  type ParquetScan,
  parquetScan,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { PanalError } from "../../crdt/mod.ts";
import { type Columns, createRowPicker } from "../replay/columns.ts";
import { createCsvReader, type CsvRecord } from "../replay/csv.ts";
import type { Field } from "../replay/field.ts";
import type { SourceRow } from "../replay/lines.ts";

/** An open file. */
export interface TransactionsFile {
  /** Its columns, in order. */
  readonly header: readonly string[];
  /**
   * Its rows, once.
   *
   * @param columns Columns of the header.
   * @returns Batches in the file's order.
   * @throws {PanalError} `bundle_invalid` if the file cannot be read or decoded on.
   */
  rows(columns: Columns): AsyncIterable<readonly SourceRow[]>;
  /** How much of it was read, 0 to 1. */
  readonly share: number;
  /** Closes it; also ends `rows`. */
  close(): Promise<void>;
}

/** How a file is opened. */
export interface TransactionsFileOptions {
  /** One character between the fields of a CSV file. */
  readonly delimiter: string;
}

/**
 * Opens a file; what it is follows from its first bytes.
 *
 * @param path Where it is.
 * @param options How it is read.
 * @returns The open file.
 * @throws {PanalError} `bundle_invalid` if it cannot be read or decoded.
 */
export async function openTransactionsFile(
  path: string,
  options: TransactionsFileOptions,
): Promise<TransactionsFile> {
  let file: TransactionsFile;
  try {
    file = await openByContent(path, options);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  return {
    header: file.header,
    get share() {
      return file.share;
    },
    async *rows(columns) {
      try {
        yield* file.rows(columns);
      } catch (cause) {
        throw unreadable(path, cause);
      }
    },
    close: () => file.close(),
  };
}

function unreadable(path: string, cause: unknown): PanalError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new PanalError("bundle_invalid", `Cannot read ${path}: ${why}`, {
    cause,
  });
}

async function openByContent(
  path: string,
  options: TransactionsFileOptions,
): Promise<TransactionsFile> {
  const start = await firstBytes(path);
  const isParquet = new TextDecoder().decode(start) === "PAR1";
  if (isParquet) return await openParquet(path);
  const gzipped = start[0] === 0x1f && start[1] === 0x8b;
  const csv = new CsvFile(path, { ...options, gzipped });
  await csv.start();
  return csv;
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const bytes = new Uint8Array(4);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

class CsvFile implements TransactionsFile {
  readonly #path: string;
  readonly #options: TransactionsFileOptions & { readonly gzipped: boolean };
  #header: readonly string[] = [];
  #batches: AsyncGenerator<readonly CsvRecord[]> | undefined;
  #first: readonly CsvRecord[] = [];
  #size = 0;
  #bytesRead: () => number = () => 0;

  constructor(
    path: string,
    options: TransactionsFileOptions & { readonly gzipped: boolean },
  ) {
    this.#path = path;
    this.#options = options;
  }

  get header(): readonly string[] {
    return this.#header;
  }

  get share(): number {
    return this.#size === 0 ? 1 : Math.min(1, this.#bytesRead() / this.#size);
  }

  /** Reads the header. */
  async start(): Promise<void> {
    this.#size = (await stat(this.#path)).size;
    this.#batches = this.#records();
    const { value } = await this.#batches.next();
    const first: readonly CsvRecord[] = value ?? [];
    this.#header = (first[0] ?? []).map((it) => it.trim());
    this.#first = first.slice(1);
  }

  async *rows(columns: Columns): AsyncGenerator<readonly SourceRow[]> {
    const pick = createRowPicker(columns, this.#header);
    let row = 0;
    const toRow = (record: CsvRecord) => {
      row++;
      return record === undefined
        ? { ...pick(row, []), broken: true }
        : pick(row, record);
    };
    yield this.#first.map(toRow);
    for await (const batch of this.#batches ?? []) yield batch.map(toRow);
  }

  async close(): Promise<void> {
    await this.#batches?.return(undefined);
  }

  /** Records as they become complete; never an empty batch. */
  async *#records(): AsyncGenerator<readonly CsvRecord[]> {
    const reader = createCsvReader(this.#options.delimiter);
    const decoder = new TextDecoder();
    const bytes = createReadStream(this.#path, { highWaterMark: 1 << 16 });
    this.#bytesRead = () => bytes.bytesRead;
    const stream = this.#options.gzipped ? bytes.pipe(createGunzip()) : bytes;
    bytes.on("error", (error) => stream.destroy(error));
    try {
      for await (const chunk of stream) {
        const records = reader.push(decoder.decode(chunk, { stream: true }));
        if (records.length > 0) yield records;
      }
      const last = [...reader.push(decoder.decode()), ...reader.finish()];
      if (last.length > 0) yield last;
    } finally {
      const closed = bytes.closed
        ? undefined
        : new Promise<void>((resolve) => bytes.once("close", () => resolve()));
      stream.destroy();
      bytes.destroy();
      // A read that is under way still uses the file.
      await closed;
    }
  }
}

/** So many rows of a row group are decoded at a time. */
const ROWS_DECODED = 1 << 17;
/** So many rows are handed on at a time. */
const ROWS_BATCH = 4096;

/** Instants keep their microseconds. */
const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (ms) => ({ micros: Number(ms) * 1000 }),
  timestampFromMicroseconds: (micros) => ({ micros: Number(micros) }),
  timestampFromNanoseconds: (nanos) => ({ micros: Number(nanos / 1000n) }),
  dateFromDays: (days) => ({ micros: days * 86_400_000_000 }),
};

async function openParquet(path: string): Promise<TransactionsFile> {
  const file = await asyncBufferFromFile(path);
  const scan = await parquetScan({ file, compressors, parsers: PARSERS });
  const [root, ...elements] = scan.metadata.schema;
  const header = elements.slice(0, root?.num_children ?? 0)
    .map((element) => element.name);
  const total = Number(scan.metadata.num_rows);
  let done = 0;
  let closed = false;
  return {
    header,
    get share() {
      return total === 0 ? 1 : done / total;
    },
    async *rows(columns) {
      const names = [...new Set(Object.values(columns))];
      const pick = createRowPicker(columns, names);
      for (const { rowStart, rowEnd } of windowsOf(scan)) {
        const data = await readColumns(scan, names, { rowStart, rowEnd });
        for (let at = 0; at < rowEnd - rowStart && !closed; at += ROWS_BATCH) {
          const end = Math.min(at + ROWS_BATCH, rowEnd - rowStart);
          const batch: SourceRow[] = [];
          for (let i = at; i < end; i++) {
            const fields = data.map((column) => column[i]);
            batch.push(pick(rowStart + i + 1, fields));
          }
          yield batch;
          done = rowStart + end;
        }
        if (closed) return;
      }
    },
    close() {
      closed = true;
      return Promise.resolve();
    },
  };
}

interface RowRange {
  readonly rowStart: number;
  readonly rowEnd: number;
}

/** Row groups one after another, large ones in pieces. */
function* windowsOf(scan: ParquetScan): Generator<RowRange> {
  for (const { rowStart, rowEnd } of scan.ranges) {
    for (let at = rowStart; at < rowEnd; at += ROWS_DECODED) {
      yield { rowStart: at, rowEnd: Math.min(at + ROWS_DECODED, rowEnd) };
    }
  }
}

async function readColumns(
  scan: ParquetScan,
  names: readonly string[],
  range: RowRange,
): Promise<readonly ArrayLike<Field>[]> {
  const columns: ArrayLike<Field>[] = [];
  // One after another, so that one column's bytes are in memory at a time.
  for (const column of names) {
    columns.push(await scan.readColumn({ column, ...range }));
  }
  return columns;
}
