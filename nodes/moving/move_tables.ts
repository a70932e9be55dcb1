/**
 * Moves tables into a node: checks every row, then sends what can be taken.
 *
 * @module
 */
import { parseBranchSyncMessage } from "../../net/mod.ts";
import type { TablesImport } from "./import_options.ts";
import type { ImportIo } from "./import_ports.ts";
import { knownProducts, moveDetails } from "./move_products.ts";
import { type FileReport, isComplete, reportText } from "./move_report.ts";
import { moveSales } from "./move_sales.ts";
import { moveUsers, signInAs } from "./move_users.ts";
import { findNode, type NodeClient } from "./node_client.ts";
import { type FileRow, type OldTables, readTables } from "./read_tables.ts";
import { type MovedSale, prefixOf, salesOf } from "./sale_messages.ts";

const EXIT_OK = 0;
const EXIT_INCOMPLETE = 1;

/**
 * Runs `deno task import --tables`.
 *
 * @param request What is asked for.
 * @param io Where it reads and writes.
 * @returns The exit code: 0 if every row was taken, 1 if not.
 * @throws {PanalError} `config_invalid` if it cannot work at all.
 */
export async function importTables(
  request: TablesImport,
  io: ImportIo,
): Promise<number> {
  const { folder, to, dryRun } = request;
  const tables = await readTables(folder, io);
  const sales = usableSales(salesOf(tables));
  if (!dryRun && to !== undefined) {
    const node = await findNode(io, to);
    const { user } = request;
    await signInAs(
      node,
      tables.rows.users,
      user === undefined ? undefined : { name: user, password: io.password() },
    );
    await moveAll(node, { tables, sales: ofNode(sales, node) }, io);
  }
  const { reports } = tables;
  io.stdout(
    request.json ? jsonOf(reports, dryRun) : reportText(reports, dryRun),
  );
  return isComplete(reports) ? EXIT_OK : EXIT_INCOMPLETE;
}

async function moveAll(
  node: NodeClient,
  { tables, sales }: {
    readonly tables: OldTables;
    readonly sales: readonly MovedSale[];
  },
  io: ImportIo,
): Promise<void> {
  const { users, branches } = tables.rows;
  const products = productsOf(tables.rows.products, node);
  const before = await knownProducts(node, products);
  await moveSales(node, {
    tables: { ...tables, rows: { ...tables.rows, products } },
    sales,
    progress: io.stderr,
  });
  await moveDetails(node, products, before);
  await moveUsers(node, users);
  for (const { report } of branches) {
    report.note = "they go with the sales and products of each branch";
  }
}

/** Leaves out sales that no node could use, with the reason. */
function usableSales(sales: readonly MovedSale[]): MovedSale[] {
  return sales.filter(({ site, body, sale: { row, report } }) => {
    const read = parseBranchSyncMessage(
      { sucursal: site, ventas: [body] },
      () => ({ timezone: "UTC", isUtc: false }),
    );
    const [one] = read?.sales ?? [];
    if (one?.kind === "sale") return true;
    report.refused.push({
      line: row.line,
      reason: one?.reason ??
        `neither VentaID nor CodigoSucursal says which branch it is of`,
    });
    return false;
  });
}

/** A branch takes its own rows; an office those of every branch. */
function isForeign(site: string | undefined, node: NodeClient): boolean {
  return !node.isOffice && site?.toUpperCase() !== node.site;
}

function foreignReason(site: string | undefined, node: NodeClient): string {
  return `it is of branch ${site ?? "?"}, and the node is of ${
    node.site ?? "none"
  }: move it into that branch, or into an office`;
}

function ofNode(sales: readonly MovedSale[], node: NodeClient): MovedSale[] {
  return sales.filter(({ site, sale: { row, report } }) => {
    if (!isForeign(site, node)) return true;
    report.refused.push({ line: row.line, reason: foreignReason(site, node) });
    return false;
  });
}

function productsOf(
  products: readonly FileRow<"products">[],
  node: NodeClient,
): FileRow<"products">[] {
  return products.filter(({ row, report }) => {
    const site = prefixOf(row.id) ?? row.site;
    if (!isForeign(site, node)) return true;
    report.refused.push({ line: row.line, reason: foreignReason(site, node) });
    return false;
  });
}

function jsonOf(reports: readonly FileReport[], dryRun: boolean): string {
  return `${JSON.stringify({ dryRun, files: reports })}\n`;
}
