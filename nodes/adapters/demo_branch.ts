/**
 * The demo's branch that still runs the original program: it sells by itself, and tells its central of the day's sales
 * with one request, as that program does. Nothing of it knows that the central is a node of a mesh.
 *
 * @module
 */
import { localTimeText, type Random, randomBelow } from "../../crdt/mod.ts";
import { countOf, formatTable } from "../demo/table.ts";
import { DemoFailure, type DemoTotals } from "./demo_node.ts";
import { pauseFor } from "./demo_tills.ts";

/** The branch's code. */
export const ORIGINAL_SITE = "ABA";
/** The surface through which it finds its central. */
export const ORIGINAL_SURFACE = "branch-sync";

const NAME = "Abancay";
const TIMEZONE = "America/Lima";
const FIRST_SALES = 24;
const MORE_SALES = 9;
const LINES_MAX = 3;
const QUANTITY_MAX = 3;
const WAIT_MS_MAX = 30_000;
const POLL_MS = 100;

/** What the branch sells: the products of its database's first rows, prices in cents. */
const PRODUCTS = [
  { name: "Inka Cola 2L", category: "Bebidas", price: 500, stock: 80 },
  { name: "Leche Gloria", category: "Lacteos", price: 380, stock: 150 },
  { name: "Aceite Primor", category: "Abarrotes", price: 850, stock: 90 },
].map((product, i) => ({
  ...product,
  id: `${ORIGINAL_SITE}-PROD-00${i + 1}`,
}));

/** Who plays. */
export interface DemoOriginalBranch {
  /** Where its configuration says that the central is. */
  readonly central: string;
  /** The sums of its sales at the office. */
  totals(): Promise<DemoTotals>;
  /** Chance. */
  readonly random: Random;
  /** Says what happens. */
  say(text: string): void;
  /** Writes a table. */
  write(text: string): void;
  /** Gives requests up. */
  readonly signal: AbortSignal;
}

/** A sale of its database. */
interface StoredSale {
  readonly id: string;
  readonly at: string;
  readonly lines: readonly {
    readonly product: (typeof PRODUCTS)[number];
    readonly quantity: number;
  }[];
  /** What the original program calls `Sincronizada`. */
  sent: boolean;
}

/** The program's database, as far as sales need it. */
class OriginalBranch {
  readonly sales: StoredSale[] = [];
  readonly #stock = new Map(PRODUCTS.map(({ id, stock }) => [id, stock]));
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  sell(): void {
    const wall = localTimeText(Date.now() * 1000, TIMEZONE);
    const date = wall.slice(0, 10).replaceAll("-", "");
    const number = String(this.sales.length + 1).padStart(3, "0");
    const count = 1 + randomBelow(this.#random, LINES_MAX);
    const lines = PRODUCTS.slice(0, count).map((product) => ({
      product,
      quantity: 1 + randomBelow(this.#random, QUANTITY_MAX),
    }));
    for (const { product: { id }, quantity } of lines) {
      this.#stock.set(id, (this.#stock.get(id) ?? 0) - quantity);
    }
    this.sales.push({
      id: `${ORIGINAL_SITE}-${date}-${number}`,
      // The program writes its wall clock and calls it UTC.
      at: `${wall.padEnd(23, ".000").slice(0, 23)}Z`,
      lines,
      sent: false,
    });
  }

  /** What one press of its button sends; `again` for what it sent already. */
  message(again: boolean): Readonly<Record<string, unknown>> {
    return {
      sucursal: ORIGINAL_SITE,
      nombreSucursal: NAME,
      ventas: this.sales.filter(({ sent }) => again || !sent)
        .map((sale) => this.#saleBody(sale)),
    };
  }

  markSent(): void {
    for (const sale of this.sales) sale.sent = true;
  }

  totals(): DemoTotals {
    const lines = this.sales.flatMap((sale) => sale.lines);
    const cents = lines.reduce(
      (sum, { product, quantity }) => sum + product.price * quantity,
      0,
    );
    return {
      sales: this.sales.length,
      units: lines.reduce((sum, { quantity }) => sum + quantity, 0),
      money: `${(cents / 100).toFixed(2)} PEN`,
    };
  }

  #saleBody({ id, at, lines }: StoredSale) {
    const cents = lines.map(({ product, quantity }) =>
      product.price * quantity
    );
    return {
      VentaID: id,
      FechaVenta: at,
      Total: cents.reduce((sum, one) => sum + one, 0) / 100,
      CodigoSucursal: ORIGINAL_SITE,
      UsuarioID: 1,
      NombreVendedor: "Administrador Abancay",
      Detalles: lines.map(({ product, quantity }, i) => ({
        DetalleID: `${id}-${i + 1}`,
        ProductoID: product.id,
        Cantidad: quantity,
        PrecioUnitario: product.price / 100,
        Subtotal: product.price * quantity / 100,
        ProductoNombre: product.name,
        ProductoCodigo: ORIGINAL_SITE,
        ProductoDescripcion: null,
        ProductoCategoria: product.category,
        ProductoPrecioVenta: product.price / 100,
        ProductoStock: this.#stock.get(product.id) ?? 0,
      })),
    };
  }
}

/**
 * Plays the original branch's part of the demo.
 *
 * @param play Who plays.
 * @throws {DemoFailure} If the office does not take its sales.
 */
export async function playOriginalBranch(
  play: DemoOriginalBranch,
): Promise<void> {
  const branch = new OriginalBranch(play.random);
  const { say } = play;
  for (let i = 0; i < FIRST_SALES; i++) branch.sell();
  const first = await push(play, branch.message(false));
  branch.markSent();
  say(
    `${ORIGINAL_SITE} still runs the original program, which believes that the office is its central (${play.central}): it sent its day with one request, and the office took ${
      countOf(first, "sale")
    }.`,
  );
  for (let i = 0; i < MORE_SALES; i++) branch.sell();
  // As after an answer that was lost: it sends everything again.
  const second = await push(play, branch.message(true));
  branch.markSent();
  say(
    `It sold ${MORE_SALES} more, lost an answer and sent the whole day again: ${second} were new.`,
  );
  await compare(play, branch);
}

async function push(
  { central, signal }: DemoOriginalBranch,
  message: Readonly<Record<string, unknown>>,
): Promise<number> {
  const response = await fetch(`${central}/api/sincronizacion/recibir`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "user-agent": "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
    },
    body: JSON.stringify(message),
    signal,
  });
  const text = await response.text();
  // All that the program looks at is the status and `success`.
  const answer = response.ok
    ? JSON.parse(text) as Readonly<Record<string, unknown>>
    : {};
  if (answer["success"] !== true) {
    throw new DemoFailure(
      `The office answered ${ORIGINAL_SITE} with ${response.status}: ${text}`,
    );
  }
  return Number(answer["ventasRecibidas"]);
}

async function compare(
  { totals, say, write, signal }: DemoOriginalBranch,
  branch: OriginalBranch,
): Promise<void> {
  const textOf = ({ sales, units, money }: DemoTotals) =>
    `${countOf(sales, "sale")}, ${countOf(units, "unit")}, ${money}`;
  const here = textOf(branch.totals());
  const givenUpAt = performance.now() + WAIT_MS_MAX;
  let there = textOf(await totals());
  while (there !== here && performance.now() < givenUpAt) {
    await pauseFor(POLL_MS, signal);
    signal.throwIfAborted();
    there = textOf(await totals());
  }
  const rows = [["Site", "At the branch", "At the office"], [
    ORIGINAL_SITE,
    here,
    there,
  ]];
  say("Its database and the office have:");
  write(`\n${formatTable(rows)}\n`);
  if (there !== here) {
    throw new DemoFailure(
      `The totals of ${ORIGINAL_SITE} and the office stay different`,
    );
  }
}
