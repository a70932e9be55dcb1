/**
 * Chooses what the next message to an original central holds: sales that wait, count, are not voided and can be told.
 * What cannot be told waits for a person, and is reported once.
 *
 * @module
 */
import {
  type Reader,
  type Row,
  SALES,
  type SiteCode,
  type Writer,
} from "../../crdt/mod.ts";
import {
  type BranchSyncSale,
  type BranchSyncSender,
  type BranchSyncUnsendable,
  encodeBranchSyncSale,
  fitBranchSyncSales,
} from "../../net/mod.ts";
import { createPushReader, type PushNames, siteThere } from "./push_message.ts";
import {
  holdPush,
  type NotePush,
  PUSH_HELD,
  PUSH_PENDING,
  pushedSale,
  pushesOf,
  type PushSource,
  releasePush,
  samePush,
  settleCopies,
  tryPushes,
  withdrawPush,
} from "./push_queue.ts";

/** Rows of the queue that one transaction looks at. */
const LOOK_ROWS = 100;
/** Other sales with one number that are looked for. */
const SAME_NUMBER_MAX = 8;

/** Why a sale waits for a person, in Spanish. */
const REASONS: Readonly<Record<BranchSyncUnsendable | "clash", string>> = {
  clash:
    "Dos ventas propias tienen este número: no se envía ninguna a un central",
  id: "Un número o código de producto no cabe en el central",
  code: "El central no admite el código de la sucursal o del producto",
  amount: "Un monto no cabe en el central",
  quantity: "Una cantidad no cabe en el central",
  size: "La venta sola supera el tamaño que admite el central",
};

/** A sale that a person must look at. */
export interface PushConflict {
  /** The sale's number. */
  readonly receipt: string;
  /** Whose sale it is. */
  readonly site: SiteCode;
  /** Why, in Spanish. */
  readonly reason: string;
  /** The sale here, as a central is told of it. */
  readonly first: unknown;
  /** What stands against it; null if nothing is known of that. */
  readonly second: unknown;
}

/** Adds a conflict to the list that people see. */
export type ReportConflict = (writer: Writer, conflict: PushConflict) => void;

/** Whose sales are told, and how. */
export interface BatchParts extends PushSource {
  /** How codes and users are called at the central. */
  readonly names: PushNames;
  /** The branch's name. */
  readonly name: string;
  /** Told of what is not sent. */
  readonly note: NotePush;
  /** Told of what a person must look at. */
  readonly report: ReportConflict;
}

/** Sales of one message. */
export interface PushBatch {
  /** Their rows in the queue. */
  readonly rows: readonly Row[];
  /** Their texts. */
  readonly texts: readonly string[];
}

/**
 * Who sends, as the message says it.
 *
 * @param parts Whose sales are told, and how.
 * @returns The branch.
 */
export function senderOf({ names, name }: BatchParts): BranchSyncSender {
  return { site: siteThere(names), name };
}

/**
 * Chooses the sales of the next message, and notes that they are tried.
 *
 * @param parts Whose sales are told, and how.
 * @param writer The transaction.
 * @param at Now, in microseconds since 1970.
 * @returns The sales; none if nothing waits, or if all that was looked at cannot be sent.
 */
export function nextBatch(
  parts: BatchParts,
  writer: Writer,
  at: number,
): PushBatch {
  const { target } = parts;
  const look = { state: PUSH_PENDING, limit: LOOK_ROWS };
  const waiting = pushesOf(writer, target, look);
  const read = createPushReader(writer, parts.names, at);
  const rows: Row[] = [];
  const texts: string[] = [];
  for (const found of waiting) {
    // Settling copies of a sale changes several rows.
    const row = samePush(writer, found);
    const text = row === undefined
      ? undefined
      : textOf(parts, writer, { row, read });
    if (row === undefined || text === undefined) continue;
    rows.push(row);
    texts.push(text);
  }
  const count = fitBranchSyncSales(senderOf(parts), texts);
  const batch = { rows: rows.slice(0, count), texts: texts.slice(0, count) };
  tryPushes(writer, batch.rows);
  return batch;
}

type ReadSale = (row: Row, receipt: string) => BranchSyncSale;

/** The text of a sale that can be sent; what cannot is settled. */
function textOf(
  parts: BatchParts,
  writer: Writer,
  { row, read }: { readonly row: Row; readonly read: ReadSale },
): string | undefined {
  if (settleCopies(parts, writer, row)) return undefined;
  const sale = pushedSale(writer, parts.site, row);
  if (sale === undefined) return undefined;
  if (sale["voided"] === 1) {
    const receipt = String(row["receipt"]);
    withdrawPush(writer, row);
    parts.note(writer, { receipt, kind: "withdrawn" });
    return undefined;
  }
  const told = tell(writer, { row, sale, read });
  if ("text" in told) return told.text;
  if (holdPush(writer, row, told.why)) {
    parts.report(writer, {
      receipt: String(row["receipt"]),
      site: parts.site,
      reason: REASONS[told.why],
      first: shown(read(sale, String(row["receipt"]))),
      second: told.other === undefined
        ? null
        : shown(read(told.other, String(told.other["receipt"]))),
    });
  }
  return undefined;
}

type Told =
  | { readonly text: string }
  | {
    readonly why: BranchSyncUnsendable | "clash";
    readonly other?: Row | undefined;
  };

function tell(
  rows: Reader,
  { row, sale, read }: {
    readonly row: Row;
    readonly sale: Row;
    readonly read: ReadSale;
  },
): Told {
  const other = clashOf(rows, sale);
  if (other !== undefined) return { why: "clash", other };
  const text = encodeBranchSyncSale(read(sale, String(row["receipt"])));
  return text.ok ? { text: text.value } : { why: text.error };
}

/** Another sale of the site with this number, also one that was voided: a number is used once. */
function clashOf(rows: Reader, sale: Row): Row | undefined {
  return rows.scan(SALES, {
    index: "by_receipt",
    prefix: [sale["receipt"] ?? null],
    limit: SAME_NUMBER_MAX,
  }).find((other) =>
    other["site"] === sale["site"] &&
    (other["log"] !== sale["log"] || other["at"] !== sale["at"] ||
      String(other["id"]) !== String(sale["id"]))
  );
}

/** A sale as a person is shown it, also where its message cannot be written. */
function shown(sale: BranchSyncSale): unknown {
  const { receipt, wall, total, site, seller, lines } = sale;
  return {
    "VentaID": receipt,
    "FechaVenta": wall,
    "Total": total / 100,
    "CodigoSucursal": site,
    "NombreVendedor": seller,
    "Detalles": lines.slice(0, LOOK_ROWS).map((line) => ({
      "ProductoID": line.product.product,
      "Cantidad": line.measured ? line.quantity / 1000 : line.quantity,
      "Subtotal": line.subtotal / 100,
    })),
  };
}

/**
 * Looks again at sales that wait for a person: settings may have changed, or what stood against them may be gone.
 *
 * @param parts Whose sales are told, and how.
 * @param writer The transaction.
 * @param page Now, in microseconds since 1970, and the number behind which rows are looked at.
 * @returns The number of the last row that was looked at; undefined if there is none.
 */
export function reviewHeld(
  parts: BatchParts,
  writer: Writer,
  { at, after }: { readonly at: number; readonly after: number },
): number | undefined {
  const held = pushesOf(writer, parts.target, {
    state: PUSH_HELD,
    limit: LOOK_ROWS,
    after,
  });
  const read = createPushReader(writer, parts.names, at);
  for (const row of held) {
    const sale = pushedSale(writer, parts.site, row);
    // What does not count any more is settled where it would be sent.
    const told = sale === undefined ? undefined : tell(writer, {
      row,
      sale,
      read,
    });
    if (told === undefined || "text" in told) releasePush(writer, row);
  }
  return held.length === 0 ? undefined : Number(held.at(-1)?.["number"]);
}

/**
 * The text of one sale again, to be compared with the central's.
 *
 * @param parts Whose sales are told, and how.
 * @param rows The views.
 * @param sent Its row in the queue, and now, in microseconds since 1970.
 * @returns The text; undefined if the sale does not count any more.
 */
export function sentText(
  parts: BatchParts,
  rows: Reader,
  { row, at }: { readonly row: Row; readonly at: number },
): string | undefined {
  const sale = pushedSale(rows, parts.site, row);
  if (sale === undefined) return undefined;
  const read = createPushReader(rows, parts.names, at);
  const text = encodeBranchSyncSale(read(sale, String(row["receipt"])));
  return text.ok ? text.value : undefined;
}
