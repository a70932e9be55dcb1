/**
 * Sends sales and products of tables through the gate at which a node takes what branches send.
 *
 * @module
 */
import type { ImportAnswer } from "./import_ports.ts";
import { type NodeClient, objectOf, problemOf } from "./node_client.ts";
import type { FileRow, OldTables } from "./read_tables.ts";
import {
  batchesOf,
  MOVED_PRODUCTS_MAX,
  type MovedSale,
  prefixOf,
  productBody,
} from "./sale_messages.ts";

/** What an answer of the gate says. */
interface Reception {
  readonly received: number;
  readonly conflicts: ReadonlySet<string>;
  readonly quarantined: number;
}

function readReception({ status, body }: ImportAnswer): Reception | string {
  const answer = objectOf(body);
  if (status !== 200 || answer["success"] !== true) {
    return `the message was refused: ${problemOf(body, status)}`;
  }
  const count = (name: string) => Number(answer[name] ?? 0);
  const { conflictos } = answer;
  return {
    received: count("ventasRecibidas"),
    conflicts: new Set(Array.isArray(conflictos) ? conflictos.map(String) : []),
    quarantined: count("ventasEnCuarentena"),
  };
}

/** What is told of a message's progress. */
export interface MoveProgress {
  /** Is told how far it is. */
  progress(text: string): void;
}

/** Sends a message of one branch. */
type SendMessage = (
  sales: readonly MovedSale[],
  products?: readonly FileRow<"products">[],
) => Promise<Reception | string>;

function createSender(
  node: NodeClient,
  head: Readonly<Record<string, unknown>>,
): SendMessage {
  return async (sales, products = []) =>
    readReception(
      await node.receive({
        ...head,
        ventas: sales.map((sale) => sale.body),
        ...(products.length === 0
          ? {}
          : { productos: products.map(({ row }) => productBody(row)) }),
      }),
    );
}

/** Notes what became of a message's sales. */
function noteSales(
  sales: readonly MovedSale[],
  reception: Reception | string,
): void {
  if (typeof reception === "string") {
    for (const one of sales) refuse(one, reception);
    return;
  }
  const { conflicts, quarantined } = reception;
  for (const one of sales) {
    if (conflicts.has(one.sale.row.id)) {
      refuse(
        one,
        `sale ${one.sale.row.id} stands there with other content: both are kept, void the wrong one`,
      );
    }
  }
  const rest = sales.filter(({ sale }) => !conflicts.has(sale.row.id));
  if (quarantined > 0) return noteQuarantine(rest, quarantined);
  // What is new and what was there is only known in sum.
  let left = reception.received;
  for (const { sale: { report } } of rest) {
    if (left-- > 0) report.taken++;
    else report.there++;
  }
}

function refuse({ sale }: MovedSale, reason: string): void {
  sale.report.refused.push({ line: sale.row.line, reason });
}

function noteQuarantine(sales: readonly MovedSale[], quarantined: number) {
  const [first] = sales;
  if (first === undefined) return;
  refuse(
    first,
    `of this and the ${
      sales.length - 1
    } sales after it ${quarantined} cannot be used: the node keeps them, see /api/sincronizacion/conflictos`,
  );
}

/**
 * Sends sales and products, branch by branch.
 *
 * @param node The node.
 * @param moved The tables, their sales, and what is told of progress.
 */
export async function moveSales(
  node: NodeClient,
  { tables, sales, progress }: MoveProgress & {
    readonly tables: OldTables;
    readonly sales: readonly MovedSale[];
  },
): Promise<void> {
  const names = new Map(
    tables.rows.branches.map(({ row }) => [row.code.toUpperCase(), row.name]),
  );
  const ofSite = Map.groupBy(sales, ({ site }) => site);
  const products = Map.groupBy(
    tables.rows.products,
    ({ row }) => (row.site ?? prefixOf(row.id) ?? "").toUpperCase(),
  );
  const sites = [...new Set([...ofSite.keys(), ...products.keys()])].sort();
  for (const site of sites) {
    const send = createSender(node, {
      sucursal: site,
      nombreSucursal: names.get(site) ?? site,
    });
    await moveSite(send, {
      site,
      sales: ofSite.get(site) ?? [],
      products: products.get(site) ?? [],
      progress,
    });
  }
}

async function moveSite(
  send: SendMessage,
  { site, sales, products, progress }: MoveProgress & {
    readonly site: string;
    readonly sales: readonly MovedSale[];
    readonly products: readonly FileRow<"products">[];
  },
): Promise<void> {
  let sent = 0;
  for (const batch of batchesOf(sales)) {
    noteSales(batch, await send(batch));
    sent += batch.length;
    progress(`${site}: ${sent} of ${sales.length} sales\n`);
  }
  // The newest sale goes along: what a branch says of its products is as new as that.
  const newest = sales.slice(-1);
  for (let from = 0; from < products.length; from += MOVED_PRODUCTS_MAX) {
    const some = products.slice(from, from + MOVED_PRODUCTS_MAX);
    const reception = await send(newest, some);
    if (typeof reception === "string") {
      for (const { row, report } of some) {
        report.refused.push({ line: row.line, reason: reception });
      }
    }
    progress(`${site}: ${from + some.length} of ${products.length} products\n`);
  }
}
