/**
 * Two tills that exchange now and then, beside a model of what each knows: which sales, voids and returns, and what is in
 * which drawer. Every answer of a till is compared with the model's.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { divideHalfEven, type FactId } from "../../crdt/mod.ts";
import type { RecordSaleInput, UseCases } from "../../nodes/use_cases.ts";
import { createSiteMesh, type TestMesh } from "./test_mesh.ts";
import {
  cash,
  codeOf,
  honeyBack,
  listHoney,
  pen,
  SHOP_HONEY,
  SHOP_SITE,
  taken,
} from "./till_shop.ts";

/** Names of the tills. */
export const TILLS = ["a", "b"] as const;
type Till = (typeof TILLS)[number];

/** One step. */
export interface TillStep {
  /** Where. */
  readonly till: Till;
  /** What. */
  readonly kind:
    | "sell"
    | "return"
    | "void"
    | "open"
    | "move"
    | "close"
    | "closeSite"
    | "closeTill"
    | "exchange";
  /** Which sale, how many, how much. */
  readonly pick: number;
  /** Units or an amount. */
  readonly size: number;
  /** One of two forms. */
  readonly flag: boolean;
}

/** Steps of two tills. */
export const tillSteps: fc.Arbitrary<TillStep[]> = fc.array(
  fc.record({
    till: fc.constantFrom(...TILLS),
    kind: fc.constantFrom<TillStep["kind"][]>(
      ...["sell", "sell", "sell", "return", "return", "void", "void"] as const,
      ...["open", "move", "close", "closeSite", "closeTill"] as const,
      ...["exchange", "exchange"] as const,
    ),
    pick: fc.nat(20),
    size: fc.integer({ min: 1, max: 4 }),
    flag: fc.boolean(),
  }),
  { minLength: 5, maxLength: 30, size: "max" },
);

/** A sale or a return of the model. */
interface Sold {
  readonly id: FactId;
  /** Units that went out; below 0 for a return. */
  readonly units: number;
  /** What was paid; below 0 for a return. */
  readonly total: number;
  /** How much of it in cash. */
  readonly inCash: number;
  /** Of a return: the sale. */
  readonly of: Sold | undefined;
  readonly knownAt: Set<Till>;
  readonly voidKnownAt: Set<Till>;
}

interface Drawer {
  readonly id: FactId;
  cash: number;
}

/** Stock at the beginning. */
export const TILL_STOCK = 100_000;

/** The tills and the model. */
export class TillModel {
  readonly #mesh: TestMesh;
  readonly #open = new Map<Till, Drawer>();
  /** What each drawer held in cash at its close, or holds. */
  readonly drawers: Drawer[] = [];
  /** Sales and returns. */
  readonly sold: Sold[] = [];

  /** Takes a mesh of two tills that are apart. */
  constructor(mesh: TestMesh) {
    this.#mesh = mesh;
  }

  /** What a till offers. */
  at(till: Till): UseCases {
    return this.#mesh.node(till).useCases;
  }

  /** Takes a step, and compares what the till answers. */
  async take(step: TillStep): Promise<void> {
    await this[step.kind](step);
    const drawer = this.#open.get(step.till);
    const shown = this.at(step.till).tills.openSession();
    strictEqual(shown?.id, drawer?.id);
    const inDrawer = shown?.expected.find(({ method }) => method === "cash");
    strictEqual(inDrawer?.amount.units, drawer?.cash);
  }

  /** Lets the tills exchange all they have. */
  async exchange(): Promise<void> {
    this.#mesh.network.heal();
    await this.#mesh.run(20_000);
    for (const { knownAt, voidKnownAt } of this.sold) {
      for (const till of TILLS) {
        knownAt.add(till);
        if (voidKnownAt.size > 0) voidKnownAt.add(till);
      }
    }
  }

  /** Cuts them off again. */
  part(): void {
    this.#mesh.cutOff("b");
  }

  #settle<T>(promise: Promise<T>): Promise<T> {
    return this.#mesh.settle(promise);
  }

  #add(till: Till, input: RecordSaleInput, of?: Sold): Promise<void> {
    const inCash = input.payments?.[0]?.method === "cash"
      ? input.payments[0].amount.units
      : 0;
    return this.#settle(this.at(till).recordSale(input)).then((answer) => {
      const { sale } = taken(answer);
      const units = input.lines[0]?.quantity ?? 0;
      const total = sale.total.units;
      this.sold.push({
        ...{ id: sale.id, units, total, inCash, of },
        knownAt: new Set([till]),
        voidKnownAt: new Set(),
      });
      this.#pay(till, inCash);
    });
  }

  #pay(till: Till, units: number): void {
    const drawer = this.#open.get(till);
    if (drawer !== undefined) drawer.cash += units;
  }

  protected async sell({ till, size, pick, flag }: TillStep): Promise<void> {
    const discount = Math.min(pick * 37, 1000 * size);
    const total = 1000 * size - discount;
    const methods = ["cash", "card", undefined];
    const method = methods[pick % methods.length];
    await this.#add(till, {
      lines: [{
        product: SHOP_HONEY,
        quantity: size,
        ...(discount > 0 && flag ? { discount: pen(discount) } : {}),
      }],
      ...(discount > 0 && !flag ? { discount: pen(discount) } : {}),
      ...(method === undefined
        ? {}
        : { payments: total === 0 ? [] : [{ method, amount: pen(total) }] }),
      ...(flag ? { seller: { id: "7", name: "Rosa" } } : {}),
    });
  }

  /** Returns of a sale that a till knows of and that are not voided as far as it knows. */
  #returnsAt(till: Till, sale: Sold): Sold[] {
    return this.sold.filter(({ of, knownAt, voidKnownAt }) =>
      of === sale && knownAt.has(till) && !voidKnownAt.has(till)
    );
  }

  protected async return({ till, pick, size, flag }: TillStep): Promise<void> {
    const sale = this.sold[pick % Math.max(1, this.sold.length)];
    if (sale === undefined) return;
    const input = honeyBack(sale.id, size);
    const known = this.#returnsAt(till, sale);
    const back = known.reduce((sum, { units }) => sum - units, 0);
    const left = sale.voidKnownAt.has(till) ? 0 : sale.units - back;
    if (!sale.knownAt.has(till) || size > left) {
      const answer = await this.#settle(this.at(till).recordSale(input));
      strictEqual(
        codeOf(answer),
        sale.knownAt.has(till) ? "return_exceeds" : "sale_unknown",
      );
      return;
    }
    const refunded = known.reduce((sum, { total }) => sum - total, 0);
    const paid = Number(
      divideHalfEven(
        BigInt(sale.total) * BigInt(back + size),
        BigInt(sale.units),
      ),
    );
    const refund = Math.max(0, paid - refunded);
    const payments = refund === 0 ? [] : cash(-refund);
    await this.#add(till, flag ? { ...input, payments } : input, sale);
    strictEqual(-(this.sold.at(-1)?.total ?? 0), refund);
  }

  protected async void({ till, pick }: TillStep): Promise<void> {
    const one = this.sold[pick % Math.max(1, this.sold.length)];
    if (one === undefined) return;
    const answer = await this.#settle(
      this.at(till).voidSale({ sale: one.id, reason: "wrong" }),
    );
    const wanted = !one.knownAt.has(till)
      ? "sale_unknown"
      : one.voidKnownAt.has(till)
      ? "sale_already_voided"
      : this.#returnsAt(till, one).length > 0
      ? "sale_returned"
      : "";
    strictEqual(codeOf(answer), wanted);
    if (wanted !== "") return;
    one.voidKnownAt.add(till);
    this.#pay(till, -one.inCash);
  }

  protected async open({ till, size }: TillStep): Promise<void> {
    const answer = await this.#settle(
      this.at(till).tills.openCashSession({ float: pen(size) }),
    );
    const isOpen = this.#open.has(till);
    strictEqual(codeOf(answer), isOpen ? "cash_session_open" : "");
    if (isOpen) return;
    const drawer = { id: taken(answer).id, cash: size };
    this.#open.set(till, drawer);
    this.drawers.push(drawer);
  }

  protected async move({ till, size, flag }: TillStep): Promise<void> {
    const answer = await this.#settle(
      this.at(till).tills.moveCash({
        direction: flag ? "in" : "out",
        amount: pen(size),
        reason: "bank",
      }),
    );
    const isOpen = this.#open.has(till);
    strictEqual(codeOf(answer), isOpen ? "" : "cash_session_unknown");
    this.#pay(till, flag ? size : -size);
  }

  protected async close({ till, size }: TillStep): Promise<void> {
    const answer = await this.#settle(
      this.at(till).tills.closeCashSession({ counted: cash(size) }),
    );
    const drawer = this.#open.get(till);
    strictEqual(
      codeOf(answer),
      drawer === undefined ? "cash_session_unknown" : "",
    );
    if (drawer === undefined) return;
    this.#open.delete(till);
    const [difference] = taken(answer).differences ?? [];
    strictEqual(difference?.amount.units, size - drawer.cash);
  }

  protected async closeSite({ till }: TillStep): Promise<void> {
    await this.#closeSales(till, {});
  }

  protected async closeTill({ till }: TillStep): Promise<void> {
    await this.#closeSales(till, { till: "own" });
  }

  async #closeSales(till: Till, day: { till?: "own" }): Promise<void> {
    const { tills } = this.at(till);
    const before = tills.salesReport({ ...day, unclosed: true });
    const answer = await this.#settle(tills.closeSales(day));
    if (!answer.ok) {
      const { code } = answer.error;
      ok(code === "nothing_to_close" || code === "invalid_argument", code);
      if (before.ok) strictEqual(before.value.receipts, null);
      return;
    }
    strictEqual(answer.value.matches, true);
    deepStrictEqual(answer.value.report, taken(before));
    strictEqual(
      taken(tills.salesReport({ ...day, unclosed: true })).receipts,
      null,
    );
  }
}

/** Makes two tills that sell honey and are apart. */
export async function createTillModel(
  seed: number,
): Promise<{ readonly mesh: TestMesh; readonly model: TillModel }> {
  const mesh = await createSiteMesh(TILLS, { seed, site: SHOP_SITE });
  await mesh.settle(listHoney(mesh.node("a").useCases, TILL_STOCK));
  await mesh.run(5000);
  mesh.cutOff("b");
  return { mesh, model: new TillModel(mesh) };
}
