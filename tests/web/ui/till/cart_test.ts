import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { formatDecimal, money, multiplyMoney } from "../../../../crdt/mod.ts";
import { measuredAmount } from "../../../../nodes/use_cases/sale_pricing.ts";
import { decimalText } from "../../../../web/ui/base/amounts.ts";
import {
  type Cart,
  type CartLine,
  cartSum,
  lineSum,
  saleRequest,
  typedDiscount,
  withChange,
  withLine,
} from "../../../../web/ui/till/cart.ts";

const unknown = () => undefined;

function line(change: Partial<CartLine> = {}): CartLine {
  return {
    key: "a",
    product: "honey",
    name: "Miel",
    unit: "piece",
    quantity: 1,
    price: "10.00",
    currency: "PEN",
    ...change,
  };
}

function cart(...lines: CartLine[]): Cart {
  return { id: "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a", lines };
}

const price = fc.tuple(
  fc.integer({ min: 0, max: 10_000_000 }),
  fc.integer({ min: 2, max: 4 }),
);
const quantity = fc.integer({ min: 1, max: 1_000_000 });

Deno.test("lineSum() comes to what the node makes of pieces and of measures", () => {
  fc.assert(fc.property(price, quantity, ([units, places], count) => {
    const one = money(units, "PEN", places);
    const sold = { price: formatDecimal(one), quantity: count };
    const pieces = lineSum(line(sold), unknown);
    const measured = lineSum(line({ ...sold, unit: "kg" }), unknown);

    strictEqual(
      decimalText(pieces.amount),
      formatDecimal(multiplyMoney(one, count)),
    );
    strictEqual(
      decimalText(measured.amount),
      formatDecimal(measuredAmount(one, count)),
    );
  }));
});

Deno.test("cartSum() takes discounts of lines and of the sale off, by amount and by percentage", () => {
  const sum = cartSum({
    ...cart(
      line({ quantity: 3, discount: { kind: "percent", value: "10" } }),
      line({ key: "b", product: "bread", price: "2.50" }),
    ),
    discount: { kind: "amount", value: "1.50" },
  }, unknown);

  strictEqual(decimalText(sum.sum), "29.50");
  strictEqual(decimalText(sum.total), "28.00");
  strictEqual(sum.problem, undefined);
});

Deno.test("cartSum() says why a cart cannot be sold", () => {
  const problem = (one: Cart) => cartSum(one, unknown).problem;

  strictEqual(problem(cart()), "empty");
  strictEqual(problem(cart(line({ price: null }))), "price");
  strictEqual(
    problem(cart(line(), line({ key: "b", currency: "CLP" }))),
    "currency",
  );
  strictEqual(
    problem({
      ...cart(line()),
      discount: { kind: "amount", value: "10.01" },
    }),
    "discount",
  );
});

Deno.test("cartSum() goes by the price in force, unless a supervisor gave another", () => {
  const now = () => "12.00";

  strictEqual(decimalText(cartSum(cart(line()), now).total), "12.00");
  strictEqual(
    decimalText(cartSum(cart(line({ ownPrice: "9.00" })), now).total),
    "9.00",
  );
});

Deno.test("withLine() adds pieces to their line, and keeps measures and special prices apart", () => {
  const twice = withLine(cart(line()), line({ key: "b", quantity: 2 }));
  deepStrictEqual(
    twice.cart.lines.map(({ key, quantity }) => [key, quantity]),
    [["a", 3]],
  );
  strictEqual(twice.key, "a");
  for (const apart of [{ unit: "kg" } as const, { ownPrice: "9.00" }]) {
    const { cart: made } = withLine(
      cart(line(apart)),
      line({ key: "b", ...(apart.unit === "kg" ? { unit: "kg" } : {}) }),
    );
    strictEqual(made.lines.length, 2);
  }
});

Deno.test("withChange() takes a line out at 0 and a discount away", () => {
  const full = cart(line({ discount: { kind: "percent", value: "5" } }));

  strictEqual(withChange(full, "a", { quantity: 0 }).lines.length, 0);
  strictEqual(
    "discount" in (withChange(full, "a", { discount: undefined }).lines[0] ??
      {}),
    false,
  );
});

Deno.test("typedDiscount() reads amounts and percentages", () => {
  deepStrictEqual(typedDiscount("10%", 2), { kind: "percent", value: "10.00" });
  deepStrictEqual(typedDiscount("1,5", 2), { kind: "amount", value: "1.50" });
  strictEqual(typedDiscount("", 2), "none");
  strictEqual(typedDiscount("0", 2), "none");
  strictEqual(typedDiscount("101%", 2), undefined);
  strictEqual(typedDiscount("x", 2), undefined);
});

Deno.test("saleRequest() sends prices and discounts only where somebody gave them", () => {
  const made = cart(
    line({ quantity: 2 }),
    line({ key: "b", ownPrice: "9.00" }),
  );
  const sum = cartSum(made, unknown);

  deepStrictEqual(
    saleRequest(made, sum, [{ method: "cash", amount: sum.total }]),
    {
      id: made.id,
      lines: [
        { product: "honey", quantity: 2 },
        {
          product: "honey",
          quantity: 1,
          price: { amount: "9.00", currency: "PEN" },
        },
      ],
      payments: [{
        method: "cash",
        amount: { amount: "29.00", currency: "PEN" },
      }],
    },
  );
});
