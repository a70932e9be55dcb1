/** Any sequence of sales, discounts, returns, voids, drawers and closes on two tills that exchange now and then. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Money } from "../../../crdt/mod.ts";
import type {
  SalesDay,
  SalesReport,
  TillUseCases,
} from "../../../nodes/tills/till_use_cases.ts";
import {
  createTillModel,
  TILL_STOCK,
  type TillModel,
  TILLS,
  tillSteps,
} from "../../support/till_model.ts";
import { SHOP_HONEY, SHOP_SITE, taken } from "../../support/till_shop.ts";

/** Everything that a report sums, by name, so that reports can be added. */
function sumsOf(reports: readonly SalesReport[]): Record<string, number> {
  const sums = new Map<string, number>();
  const add = (name: string, value: number) =>
    sums.set(name, (sums.get(name) ?? 0) + value);
  const money = (name: string, amounts: readonly Money[]) => {
    for (const { units, currency } of amounts) {
      add(`${name} ${currency}`, units);
    }
  };
  for (const report of reports) {
    for (const part of ["sales", "returns", "voids"] as const) {
      add(`${part} count`, report[part].count);
      money(part, report[part].amounts);
    }
    money("discounts", report.discounts);
    for (const { method, amount } of report.methods) money(method, [amount]);
    for (const { seller, count, amounts } of report.sellers) {
      add(`seller ${seller?.id} count`, count);
      money(`seller ${seller?.id}`, amounts);
    }
    for (const { product, units, amounts } of report.products) {
      add(`product ${product} units`, units);
      money(`product ${product}`, amounts);
    }
  }
  return Object.fromEntries(
    [...sums].filter(([, value]) => value !== 0).toSorted(),
  );
}

/** Every close of a day and what none covers, put together. */
function closedAndNot(tills: TillUseCases, day: SalesDay): SalesReport[] {
  return [
    ...tills.salesCloses({ limit: 1000, ...day }).items.map((one) => {
      strictEqual(one.matches, true);
      return one.report;
    }),
    taken(tills.salesReport({ ...day, unclosed: true })),
  ];
}

/** Sales of which more came back than was sold, because the tills did not know of each other. */
function overReturned({ sold }: TillModel): string[] {
  return sold.filter(({ of }) => of === undefined).filter((sale) => {
    const back = sold.filter(({ of, voidKnownAt }) =>
      of === sale && voidKnownAt.size === 0
    ).reduce((sum, { units }) => sum - units, 0);
    return back > (sale.voidKnownAt.size > 0 ? 0 : sale.units);
  }).map(({ id }) => id).toSorted();
}

function checkEnd(model: TillModel): void {
  const isVoided = ({ voidKnownAt }: TillModel["sold"][number]) =>
    voidKnownAt.size > 0;
  const stands = model.sold.filter((one) => !isVoided(one));
  const sales = stands.filter(({ of }) => of === undefined);
  const sum = (all: readonly { readonly total: number }[]) =>
    all.reduce((total, one) => total + one.total, 0);
  const logs = new Set(
    model.at("a").sales({ limit: 1000 }).items.map(({ log }) => log),
  );
  const shown = TILLS.map((till) => {
    const { tills, stockOf } = model.at(till);
    const days: SalesDay[] = [{}, ...[...logs].map((log) => ({ till: log }))];
    for (const day of days) {
      deepStrictEqual(
        sumsOf(closedAndNot(tills, day)),
        sumsOf([taken(tills.salesReport(day))]),
      );
    }
    const report = taken(tills.salesReport({}));
    strictEqual(report.sales.count, sales.length);
    strictEqual(report.returns.count, stands.length - sales.length);
    strictEqual(report.voids.count, model.sold.length - stands.length);
    const { "sales PEN": sold = 0, "returns PEN": back = 0 } = sumsOf([report]);
    strictEqual(sold - back, sum(stands));
    strictEqual(
      stockOf(SHOP_SITE, SHOP_HONEY)?.onHand,
      TILL_STOCK - stands.reduce((all, { units }) => all + units, 0),
    );
    for (const { id, cash } of model.drawers) {
      const session = tills.cashSession(id);
      const inCash = session?.expected.find(({ method }) => method === "cash");
      strictEqual(inCash?.amount.units, cash);
    }
    const told = model.at(till).incidents({ limit: 1000 }).items
      .filter(({ kind }) => kind === "over_returned");
    deepStrictEqual(
      told.map(({ details }) => details["sale"]).toSorted(),
      overReturned(model),
    );
    return [report, tills.salesCloses({ limit: 1000 }).items];
  });
  deepStrictEqual(shown[0], shown[1]);
}

Deno.test("drawers hold float, moves and cash taken less given back; a day is the sum of its closes and the rest; no till lets more come back than it knows was sold", async () => {
  await fc.assert(
    fc.asyncProperty(tillSteps, fc.nat(), async (steps, seed) => {
      const { mesh, model } = await createTillModel(seed);
      for (const step of steps) {
        await model.take(step);
        if (step.kind === "exchange") model.part();
      }
      await model.exchange();
      checkEnd(model);
      await mesh.stop();
    }),
    { numRuns: 12 },
  );
});
