/**
 * Exports a list of the node as a CSV file, page by page.
 *
 * @module
 */
import { formatNumber } from "../base/format.ts";
import { csvOf, saveFile } from "../base/csv.ts";
import { read, type WirePage, withQuery } from "../base/http.ts";
import type { Column } from "./column.ts";
import { tellDone, tellProblem } from "./notices.tsx";
import type { ListQuery } from "./paged_rows.ts";
import { text } from "./texts.ts";

/** The most rows of one file: a spreadsheet holds little more than a million, and a phone less. */
export const EXPORT_ROWS_MAX = 200_000;
const PAGE_ROWS = 1_000;

/**
 * Reads a list to its end and hands it to the person as a file.
 *
 * @param name The file's name without its ending.
 * @param path The route.
 * @param query What is asked of it.
 * @param columns Those with `csv` are exported.
 * @param told Is told how many rows were read.
 */
export async function exportRows<T>(
  name: string,
  path: string,
  query: ListQuery,
  columns: readonly Column<T>[],
  told: (count: number) => void,
): Promise<void> {
  const exported = columns.flatMap(({ key, csv }) =>
    csv === undefined ? [] : [{ key, csv }]
  );
  const rows: string[][] = [];
  let cursor: string | null | undefined;
  while (cursor !== null && rows.length < EXPORT_ROWS_MAX) {
    const answer = await read<WirePage<T>>(
      withQuery(path, { ...query, limit: PAGE_ROWS, cursor }),
    );
    if (!answer.ok) return tellProblem(answer.problem);
    for (const row of answer.value.items) {
      rows.push(exported.map(({ csv }) => csv(row)));
    }
    cursor = answer.value.next;
    told(rows.length);
  }
  saveFile(`${name}.csv`, csvOf([exported.map(({ key }) => key), ...rows]));
  if (cursor !== null) {
    tellDone(text("exportCut", { count: formatNumber(rows.length) }));
  }
}
