/**
 * What became of each row of each file.
 *
 * @module
 */

/** What became of a file's rows. */
export interface FileReport {
  /** The file's name. */
  readonly file: string;
  /** Rows that it has, the header left out. */
  rows: number;
  /** Rows that are new at the node, or changed something there. */
  taken: number;
  /** Rows that were there already as they are. */
  there: number;
  /** Rows that were not taken, or only beside something else, and why. */
  readonly refused: { readonly line: number; readonly reason: string }[];
  /** What became of the file as a whole, where its rows are not counted one by one. */
  note?: string;
}

/**
 * Makes the report of a file.
 *
 * @param file The file's name.
 * @returns A report without rows.
 */
export function createFileReport(file: string): FileReport {
  return { file, rows: 0, taken: 0, there: 0, refused: [] };
}

/**
 * Whether everything was taken.
 *
 * @param reports The reports of all files.
 */
export function isComplete(reports: readonly FileReport[]): boolean {
  return reports.every(({ refused }) => refused.length === 0);
}

/**
 * Writes a summary for people: a line a file, then each row that was not taken.
 *
 * @param reports The reports of all files.
 * @param dryRun True if nothing was sent.
 * @returns Lines.
 */
export function reportText(
  reports: readonly FileReport[],
  dryRun: boolean,
): string {
  const files = reports.map(({ file, rows, taken, there, refused, note }) => {
    const counts = dryRun
      ? `${rows} rows, ${rows - refused.length} can be taken`
      : note ?? `${rows} rows, ${taken} taken, ${there} there already`;
    const missing = refused.length === 0 ? "" : `, ${refused.length} not taken`;
    return `${file}: ${counts}${missing}\n`;
  });
  const rows = reports.flatMap(({ file, refused }) =>
    refused.toSorted((a, b) => a.line - b.line)
      .map(({ line, reason }) => `${file} line ${line}: ${reason}\n`)
  );
  return [...files, ...rows].join("");
}
