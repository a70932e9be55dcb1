import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { refuses, withApi, withProduct } from "../native_api.ts";

const ID = "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a";

Deno.test("POST /v1/sales records a sale at the price in force", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");

    const answer = await api.post("/v1/sales", {
      lines: [{ product: "honey", quantity: 3 }],
    });

    strictEqual(answer.status, 201);
    deepStrictEqual(answer.body.lines, [{
      product: "honey",
      name: "The honey",
      quantity: 3,
      price: { amount: "2.50", currency: "PEN" },
      amount: { amount: "7.50", currency: "PEN" },
    }]);
    deepStrictEqual(answer.body.total, { amount: "7.50", currency: "PEN" });
    strictEqual(answer.body.site, "CUS");
    strictEqual(answer.body.voided, false);
    match(answer.body.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    strictEqual(
      answer.headers.get("location"),
      `/v1/sales/${answer.body.id}`,
    );
    strictEqual((await api.get("/v1/stock/CUS/honey")).body.onHand, 97);
    deepStrictEqual(
      (await api.get(`/v1/sales/${answer.body.id}`)).body,
      answer.body,
    );
  }));

Deno.test("POST /v1/sales takes prices and amounts as text and with a currency", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");

    const answer = await api.post("/v1/sales", {
      lines: [
        { product: "honey", quantity: 2, price: "3.10" },
        {
          product: "honey",
          quantity: 3,
          amount: { amount: "10.00", currency: "PEN" },
        },
      ],
      note: "two lines",
    });

    strictEqual(answer.status, 201);
    deepStrictEqual(
      answer.body.lines.map((line: { amount: unknown }) => line.amount),
      [
        { amount: "6.20", currency: "PEN" },
        { amount: "10.00", currency: "PEN" },
      ],
    );
    strictEqual(answer.body.total.amount, "16.20");
  }));

Deno.test("POST /v1/sales answers a repeat with 200 and the first answer", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const sale = { id: ID, lines: [{ product: "honey", quantity: 1 }] };

    const first = await api.post("/v1/sales", sale);
    const again = await api.post("/v1/sales", {
      ...sale,
      id: ID.toUpperCase(),
    });

    strictEqual(first.status, 201);
    strictEqual(again.status, 200);
    deepStrictEqual(again.body, first.body);
    strictEqual((await api.get("/v1/stock/CUS/honey")).body.sold, 1);
  }));

Deno.test("POST /v1/sales refuses other content under a known id", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    await api.post("/v1/sales", {
      id: ID,
      lines: [{ product: "honey", quantity: 1 }],
    });

    const other = await api.post("/v1/sales", {
      id: ID,
      lines: [{ product: "honey", quantity: 2 }],
    });

    refuses(other, 409, "id_reused");
    strictEqual((await api.get("/v1/stock/CUS/honey")).body.sold, 1);
  }));

Deno.test("POST /v1/sales refuses what the rules forbid and changes nothing", () =>
  withApi(async (api) => {
    await withProduct(api, "honey", { stock: 2 });
    await withProduct(api, "wax", { price: undefined });

    const tooMany = await api.post("/v1/sales", {
      lines: [{ product: "honey", quantity: 3 }],
    });
    const unknown = await api.post("/v1/sales", {
      lines: [{ product: "amber", quantity: 1 }],
    });
    const unpriced = await api.post("/v1/sales", {
      lines: [{ product: "wax", quantity: 1 }],
    });

    refuses(tooMany, 409, "stock_insufficient");
    strictEqual(tooMany.body.details.product, "honey");
    strictEqual(tooMany.body.details.onHand, 2);
    refuses(unknown, 404, "product_unknown");
    refuses(unpriced, 409, "price_unknown");
    strictEqual((await api.get("/v1/sales")).body.items.length, 0);
  }));

Deno.test("POST /v1/sales records an observation whatever the stock, also of nothing", () =>
  withApi(async (api) => {
    await withProduct(api, "honey", { stock: 0 });
    const lines = [
      { product: "honey", quantity: 5 },
      { product: "honey", quantity: 0, amount: "0.00" },
    ];

    const decided = await api.post("/v1/sales", { lines });
    const observed = await api.post("/v1/sales", {
      lines,
      observation: true,
      at: "2024-11-09T18:22:31.120003-05:00",
    });

    refuses(decided, 422, "request_invalid");
    strictEqual(observed.status, 201);
    strictEqual(observed.body.at, "2024-11-09T23:22:31.120003Z");
    strictEqual((await api.get("/v1/stock/CUS/honey")).body.onHand, -5);
  }));

const line = { product: "honey", quantity: 1 };
const wrongSales: readonly [string, unknown, string][] = [
  ["no object", [], ""],
  ["null", null, ""],
  ["no lines", {}, "lines"],
  ["an empty list", { lines: [] }, "lines"],
  [
    "a negative quantity",
    { lines: [{ ...line, quantity: -1 }] },
    "lines.0.quantity",
  ],
  [
    "a fractional quantity",
    { lines: [{ ...line, quantity: 1.5 }] },
    "lines.0.quantity",
  ],
  [
    "a quantity of nothing",
    { lines: [{ ...line, quantity: 0 }] },
    "lines.0.quantity",
  ],
  [
    "a quantity as text",
    { lines: [{ ...line, quantity: "1" }] },
    "lines.0.quantity",
  ],
  ["a quantity beyond exact integers", {
    lines: [{ ...line, quantity: 1e300 }],
  }, "lines.0.quantity"],
  ["a price as number", { lines: [{ ...line, price: 2.5 }] }, "lines.0.price"],
  [
    "a negative price",
    { lines: [{ ...line, price: "-1.00" }] },
    "lines.0.price",
  ],
  [
    "a price of words",
    { lines: [{ ...line, price: "a lot" }] },
    "lines.0.price",
  ],
  [
    "a price too fine",
    { lines: [{ ...line, price: "9999999999999999.99" }] },
    "lines.0.price",
  ],
  ["an amount in no currency", {
    lines: [{ ...line, amount: { amount: "1", currency: "soles" } }],
  }, "lines.0.amount.currency"],
  ["an unknown field", { lines: [{ ...line, prize: "1.00" }] }, "lines.0"],
  [
    "a product with a slash",
    { lines: [{ ...line, product: "a/b" }] },
    "lines.0.product",
  ],
  ["a product with control characters", {
    lines: [{ ...line, product: "a\u0007" }],
  }, "lines.0.product"],
  [
    "half a character",
    { lines: [{ ...line, product: "\ud83d" }] },
    "lines.0.product",
  ],
  ["no product", { lines: [{ quantity: 1 }] }, "lines.0.product"],
  ["an id that is no UUID", { id: "7", lines: [line] }, "id"],
  ["a note with control characters", { lines: [line], note: "a\nb" }, "note"],
  ["a note too long", { lines: [line], note: "x".repeat(501) }, "note"],
  ["an instant that does not exist", {
    lines: [line],
    at: "2024-02-30T00:00:00Z",
  }, "at"],
  [
    "an instant without an offset",
    { lines: [line], at: "2024-02-20T00:00:00" },
    "at",
  ],
  ["too many lines", { lines: Array(501).fill(line) }, "lines"],
];
for (const [name, body, path] of wrongSales) {
  Deno.test(`POST /v1/sales refuses ${name}`, () =>
    withApi(async (api) => {
      await withProduct(api, "honey");

      const answer = await api.post("/v1/sales", body);

      refuses(answer, 422, "request_invalid");
      deepStrictEqual(answer.body.errors[0].path, path);
      deepStrictEqual(answer.body.errors[0].in, "body");
      strictEqual((await api.get("/v1/sales")).body.items.length, 0);
    }));
}

Deno.test("POST /v1/sales refuses a sale whose sum cannot be held exactly", () =>
  withApi(async (api) => {
    await withProduct(api, "honey", { stock: 1_000_000_000 });

    const answer = await api.post("/v1/sales", {
      lines: [{
        product: "honey",
        quantity: 1_000_000_000,
        price: "90000000000.00",
      }],
    });

    refuses(answer, 422, "amount_out_of_range");
  }));

Deno.test("POST /v1/sales refuses a sale in two currencies", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");

    const answer = await api.post("/v1/sales", {
      lines: [
        { ...line, amount: "1.00" },
        { ...line, amount: { amount: "1.00", currency: "USD" } },
      ],
    });

    refuses(answer, 422, "currency_mismatch");
  }));

Deno.test("GET /v1/sales pages in both directions and filters by site and instant", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const ids: string[] = [];
    for (let day = 1; day <= 5; day++) {
      const { body } = await api.post("/v1/sales", {
        lines: [line],
        observation: true,
        at: `2024-11-0${day}T12:00:00Z`,
      });
      ids.push(body.id);
    }
    const idsOf = (page: { items: { id: string }[] }) =>
      page.items.map((sale) => sale.id);

    const first = await api.get("/v1/sales?limit=2");
    const second = await api.get(`/v1/sales?limit=2&cursor=${first.body.next}`);
    const third = await api.get(`/v1/sales?limit=2&cursor=${second.body.next}`);
    const newest = await api.get("/v1/sales?order=desc&limit=3");
    const between = await api.get(
      "/v1/sales?site=cus&from=2024-11-02T12:00:00Z&before=2024-11-04T12:00:00Z",
    );
    const offset = await api.get("/v1/sales?from=2024-11-05T13:00:00+01:00");
    const elsewhere = await api.get("/v1/sales?site=LIM");

    deepStrictEqual(
      [first, second, third].flatMap(({ body }) => idsOf(body)),
      ids,
    );
    strictEqual(third.body.next, null);
    deepStrictEqual(idsOf(newest.body), ids.toReversed().slice(0, 3));
    deepStrictEqual(idsOf(between.body), ids.slice(1, 3));
    deepStrictEqual(idsOf(offset.body), ids.slice(4));
    deepStrictEqual(elsewhere.body.items, []);
  }));

Deno.test("GET /v1/sales finds sales by who sold, how they were paid and how much they were, page after page", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const sell = async (index: number) => {
      const { body } = await api.post("/v1/sales", {
        lines: [{ product: "honey", quantity: 1, amount: `${index}.50` }],
        seller: { id: String(index % 3), name: `José ${index % 3}` },
        payments: [{
          method: index % 2 === 0 ? "cash" : "card",
          amount: `${index}.50`,
        }],
        observation: true,
        at: new Date(1_700_000_000_000 + index * 60_000).toISOString(),
      });
      return body.id;
    };
    const ids: string[] = [];
    for (let index = 1; index <= 12; index++) ids.push(await sell(index));
    const of = (...numbers: number[]) => numbers.map((one) => ids[one - 1]);
    const found = async (query: string) => {
      const items: string[] = [];
      for (let cursor = "";;) {
        const { body } = await api.get(
          `/v1/sales?${query}&limit=2${cursor && `&cursor=${cursor}`}`,
        );
        items.push(...body.items.map(({ id }: { id: string }) => id));
        if (body.next === null) return items;
        cursor = body.next;
      }
    };

    deepStrictEqual(await found("seller=JOSE 1"), of(1, 4, 7, 10));
    deepStrictEqual(await found("seller=2&order=desc"), of(11, 8, 5, 2));
    deepStrictEqual(await found("seller=nobody"), []);
    deepStrictEqual(await found("method=card&least=7.5"), of(7, 9, 11));
    deepStrictEqual(await found("least=3.50&most=4.49"), of(3));
    deepStrictEqual(await found("method=cash&seller=0&most=6.5"), of(6));
    refuses(await api.get("/v1/sales?least=x"), 422, "request_invalid");
  }));

for (
  const query of [
    "limit=0",
    "limit=1001",
    "limit=1.5",
    "limit=many",
    "order=random",
    "site=C%2FS",
    "from=yesterday",
    "before=2024-11-09",
    "cursor=",
    "sites=CUS",
  ]
) {
  Deno.test(`GET /v1/sales refuses ${query}`, () =>
    withApi(async (api) => {
      await withProduct(api, "honey");
      await api.post("/v1/sales", { lines: [line] });

      const answer = await api.get(`/v1/sales?${query}`);

      strictEqual(answer.status, 422);
      ok(["request_invalid", "invalid_argument"].includes(answer.body.code));
    }));
}

Deno.test("GET /v1/sales/{id} refuses unknown and malformed ids", () =>
  withApi(async (api) => {
    refuses(await api.get(`/v1/sales/${ID}`), 404, "sale_unknown");
    refuses(await api.get("/v1/sales/7"), 404, "not_found");
    refuses(await api.get("/v1/sales/%E0%A4%A"), 404, "not_found");
  }));

Deno.test("POST /v1/sales/{id}/void voids a sale once", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const { body: sale } = await api.post("/v1/sales", { lines: [line] });
    const voiding = { id: ID, reason: "the wrong jar" };

    const first = await api.post(`/v1/sales/${sale.id}/void`, voiding);
    const again = await api.post(`/v1/sales/${sale.id}/void`, voiding);
    const another = await api.post(`/v1/sales/${sale.id}/void`, {
      reason: "twice",
    });

    strictEqual(first.status, 201);
    strictEqual(first.body.fact, ID);
    strictEqual(first.body.sale.voided, true);
    strictEqual(again.status, 200);
    refuses(another, 409, "sale_already_voided");
    strictEqual((await api.get("/v1/stock/CUS/honey")).body.onHand, 100);
  }));

Deno.test("POST /v1/sales/{id}/void refuses unknown sales and wrong bodies", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const { body: sale } = await api.post("/v1/sales", { lines: [line] });

    refuses(
      await api.post(`/v1/sales/${ID}/void`, { reason: "x" }),
      404,
      "sale_unknown",
    );
    refuses(
      await api.post("/v1/sales/7/void", { reason: "x" }),
      404,
      "not_found",
    );
    refuses(
      await api.post(`/v1/sales/${sale.id}/void`, {}),
      422,
      "request_invalid",
    );
    refuses(
      await api.post(`/v1/sales/${sale.id}/void`, { reason: "a\u0000" }),
      422,
      "request_invalid",
    );
    refuses(
      await api.post(`/v1/sales/${sale.id}/void`, {
        id: sale.id,
        reason: "the sale's own id",
      }),
      409,
      "id_reused",
    );
  }));

Deno.test("GET /v1/sales/{id}/returns lists the returns of a sale", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const { body: sale } = await api.post("/v1/sales", {
      lines: [{ product: "honey", quantity: 2 }],
    });
    const path = `/v1/sales/${sale.id}/returns`;
    deepStrictEqual((await api.get(path)).body, {
      items: [],
      total: 0,
      next: null,
    });
    const { body: back } = await api.post("/v1/sales", {
      lines: [{ product: "honey", quantity: -1 }],
      returns: { sale: sale.id, reason: "broken" },
    });
    deepStrictEqual((await api.get(path)).body.items, [back]);
    refuses(await api.get(`${path}?cursor=x`), 422, "request_invalid");
    refuses(
      await api.get("/v1/sales/01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a/returns"),
      404,
      "sale_unknown",
    );
  }));
