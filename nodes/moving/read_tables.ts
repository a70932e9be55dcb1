/**
 * Reads a folder of exported tables.
 *
 * @module
 */
import { configError, quote } from "../option_parser.ts";
import type { ImportIo } from "./import_ports.ts";
import { createFileReport, type FileReport } from "./move_report.ts";
import {
  createRowReader,
  type OldRow,
  TABLE_NAMES,
  type TableKind,
  tableOfFile,
} from "./old_tables.ts";
import {
  decodeTable,
  type LineRecord,
  TABLE_BYTES_MAX,
  tableRecords,
} from "./table_text.ts";

/** A row and the report of its file. */
export interface FileRow<K extends TableKind> {
  /** The row. */
  readonly row: OldRow<K>;
  /** What became of its file. */
  readonly report: FileReport;
}

/** All tables of a folder. */
export interface OldTables {
  /** Rows by what they are, in the order of files and lines. */
  readonly rows: { readonly [K in TableKind]: readonly FileRow<K>[] };
  /** One report a file. */
  readonly reports: readonly FileReport[];
}

/**
 * Reads the tables of a folder.
 *
 * @param folder The folder.
 * @param io How it is read.
 * @returns Its rows; what cannot be read is in the reports.
 * @throws {PanalError} `config_invalid` if there is no folder, or no table in it.
 */
export async function readTables(
  folder: string,
  io: Pick<ImportIo, "listFolder" | "readFile" | "stderr">,
): Promise<OldTables> {
  const rows: { [K in TableKind]: FileRow<K>[] } = {
    branches: [],
    users: [],
    products: [],
    sales: [],
    lines: [],
    log: [],
  };
  const reports: FileReport[] = [];
  for (const file of await io.listFolder(folder)) {
    const kind = tableOfFile(file);
    if (kind === undefined) {
      io.stderr(`${file}: its name is none of a table, passed over\n`);
      continue;
    }
    const report = createFileReport(file);
    reports.push(report);
    const bytes = await io.readFile(`${folder}/${file}`, TABLE_BYTES_MAX);
    // Each file's rows are of its own kind.
    const into = rows[kind] as FileRow<TableKind>[];
    readFile(kind, tableRecords(decodeTable(bytes)), { report, into });
    io.stderr(`${file}: ${report.rows} rows\n`);
  }
  if (reports.length === 0) {
    throw configError(
      `There is no table in ${quote(folder)}: name the files ${
        TABLE_NAMES.slice(0, 5).map((name) => `${name}.csv`).join(", ")
      }`,
    );
  }
  return { rows, reports };
}

function readFile<K extends TableKind>(
  kind: K,
  records: Iterator<LineRecord> & Iterable<LineRecord>,
  { report, into }: { report: FileReport; into: FileRow<TableKind>[] },
): void {
  const header = records.next().value as LineRecord | undefined;
  const reader = createRowReader(kind, header?.fields ?? []);
  if (typeof reader === "string") {
    report.refused.push({ line: header?.line ?? 1, reason: reader });
    return;
  }
  if (kind === "log") {
    report.note = "the log of the old installation stays where it is";
  } else if (kind === "lines") {
    report.note = "they go with their sales";
  }
  for (const record of records) {
    const row = reader(record);
    if (row === undefined) continue;
    report.rows++;
    if ("reason" in row) report.refused.push(row);
    else into.push({ row, report });
  }
}
