import {
  deepStrictEqual,
  match,
  ok,
  strictEqual,
  throws,
} from "node:assert/strict";
import type { WebApp } from "../../../web/app.ts";
import {
  money,
  PanalError,
  type ProductId,
  type SiteCode,
} from "../../../crdt/mod.ts";
import { BODY_BYTES_MAX } from "../../../web/surfaces/fastapi_body.ts";
import {
  BRANCH_PAGE_SALES_MAX,
  createInventoryBranch,
} from "../../../web/surfaces/inventory_branch.ts";
import {
  createTestNode,
  type TestNode,
  type TestNodeOptions,
} from "../../support/test_node.ts";
import {
  answerOf,
  ask,
  namesOtherHosts,
  rowsOf,
  visibleText,
  withPassingTime,
} from "./surface_client.ts";

interface Shop extends TestNode {
  readonly app: WebApp;
  readonly get: (
    path: string,
    headers?: Record<string, string>,
  ) => Promise<string>;
}

/** Runs a test on the branch surface of a real node with the initial rows. */
async function withShop(
  test: (shop: Shop) => Promise<void>,
  options: TestNodeOptions = {},
): Promise<void> {
  const node = await createTestNode({
    branchId: "sucursal-001",
    initialRows: true,
    ...options,
  });
  try {
    const surface = createInventoryBranch(node.useCases);
    const app = withPassingTime(surface, node.clock);
    const get = async (path: string, headers = {}) =>
      (await ask(app, `GET ${path}`, null, headers)).text;
    await test({ ...node, app, get });
  } finally {
    await node.stop();
  }
}

function product(
  id: number,
  name = "Miel de Azahar",
  price = "6",
  stock = 12,
): string {
  return `{"id":${id},"name":${
    JSON.stringify(name)
  },"price":${price},"stock":${stock}}`;
}

function sale(id: number | string, quantity: number | string): string {
  return `{"product_id":${id},"quantity":${quantity}}`;
}

const NOT_FOUND = '{"detail":"Producto no encontrado"}';
const SITE = "CUS" as SiteCode;

// --- 4.1 Inventory -------------------------------------------------------------------------------------------------

Deno.test("GET /inventory lists the initial rows in their order, not wrapped (1.1, D-18, D-7)", () =>
  withShop(async ({ app }) => {
    const { status, type, text } = await ask(app, "GET /inventory");
    deepStrictEqual([status, type, text], [
      200,
      "application/json",
      '[{"id":1,"name":"Manzanas Orgánicas","price":2.5,"stock":25},' +
      '{"id":2,"name":"Pan Integral","price":1.8,"stock":15},' +
      '{"id":3,"name":"Leche Deslactosada","price":3.2,"stock":8}]',
    ]);
  }));

Deno.test("GET /inventory is [] without products (4.1)", () =>
  withShop(async ({ app }) => {
    deepStrictEqual(await answerOf(app, "GET /inventory"), [200, "[]"]);
  }, { initialRows: false }));

Deno.test("GET /inventory lists more products than one page of the node holds", () =>
  withShop(async ({ app, useCases }) => {
    const price = money(100, "PEN");
    for (let id = 1; id <= 1005; id++) {
      await useCases.createProduct({
        scope: `site:${SITE}`,
        product: String(id) as ProductId,
        name: `p${id}`,
        price,
        stock: 1,
      });
    }
    const { text } = await ask(app, "GET /inventory");
    deepStrictEqual(
      JSON.parse(text).map(({ id }: { id: number }) => id),
      Array.from({ length: 1005 }, (_, i) => i + 1),
    );
  }, { initialRows: false }));

Deno.test("GET /inventory/{id} answers the product, also for lenient ids, or 404 (4, 2.7)", () =>
  withShop(async ({ app }) => {
    const bread = '{"id":2,"name":"Pan Integral","price":1.8,"stock":15}';
    for (const id of ["2", "02", "2.0", "+2", "%202%20"]) {
      deepStrictEqual(await answerOf(app, `GET /inventory/${id}`), [
        200,
        bread,
      ]);
    }
    for (const id of ["99", "-2", "0"]) {
      deepStrictEqual(await answerOf(app, `GET /inventory/${id}`), [
        404,
        NOT_FOUND,
      ]);
    }
  }));

Deno.test("GET /inventory/{id} refuses what is no integer with 422 (2.6)", () =>
  withShop(async ({ app }) => {
    deepStrictEqual(await answerOf(app, "GET /inventory/pan"), [
      422,
      '{"detail":[{"type":"int_parsing","loc":["path","product_id"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"pan"}]}',
    ]);
  }));

Deno.test("POST /inventory adds a product at the end, and once: then 400 (D-10)", () =>
  withShop(async ({ app, get }) => {
    deepStrictEqual(await answerOf(app, "POST /inventory", product(42)), [
      200,
      '{"id":42,"name":"Miel de Azahar","price":6.0,"stock":12}',
    ]);
    deepStrictEqual(
      await answerOf(app, "POST /inventory", product(42, "Otra")),
      [
        400,
        '{"detail":"El producto ya existe"}',
      ],
    );
    ok(
      (await get("/inventory")).endsWith(
        ',{"id":42,"name":"Miel de Azahar","price":6.0,"stock":12}]',
      ),
    );
  }));

Deno.test("POST /inventory lists every problem, path before body, body in the order of the model (2.5, 2.6)", () =>
  withShop(async ({ app }) => {
    const body = '{"id":42,"name":"Miel de Azahar","price":"caro"}';
    const problems =
      '{"type":"float_parsing","loc":["body","price"],"msg":"Input should be a valid number, unable to parse string as a number","input":"caro"},' +
      `{"type":"missing","loc":["body","stock"],"msg":"Field required","input":${body}}`;
    deepStrictEqual(await answerOf(app, "POST /inventory", body), [
      422,
      `{"detail":[${problems}]}`,
    ]);
    const path =
      '{"type":"int_parsing","loc":["path","product_id"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"x"}';
    deepStrictEqual(await answerOf(app, "PUT /inventory/x", body), [
      422,
      `{"detail":[${path},${problems}]}`,
    ]);
    deepStrictEqual(await answerOf(app, "PUT /inventory/x", product(1)), [
      422,
      `{"detail":[${path}]}`,
    ]);
  }));

Deno.test("a request that is malformed and about an unknown product is 422 (2.5)", () =>
  withShop(async ({ app }) => {
    strictEqual((await ask(app, "PUT /inventory/99", "{}")).status, 422);
    strictEqual(
      (await ask(app, "POST /sales", '{"product_id":99}')).status,
      422,
    );
  }));

Deno.test("PUT /inventory/{id} replaces a product in its place, or is 404 (4.1)", () =>
  withShop(async ({ app, get }) => {
    deepStrictEqual(
      await answerOf(app, "PUT /inventory/1", product(1, "Peras", "3", 7)),
      [
        200,
        '{"id":1,"name":"Peras","price":3.0,"stock":7}',
      ],
    );
    ok(
      (await get("/inventory")).startsWith(
        '[{"id":1,"name":"Peras","price":3.0,"stock":7},',
      ),
    );
    deepStrictEqual(await answerOf(app, "PUT /inventory/99", product(99)), [
      404,
      NOT_FOUND,
    ]);
  }));

Deno.test("D-12: the path's id wins over another id in the body", () =>
  withShop(async ({ app, get }) => {
    deepStrictEqual(
      await answerOf(app, "PUT /inventory/1", product(77, "Peras", "3", 7)),
      [
        200,
        '{"id":1,"name":"Peras","price":3.0,"stock":7}',
      ],
    );
    strictEqual(
      await get("/inventory/1"),
      '{"id":1,"name":"Peras","price":3.0,"stock":7}',
    );
    strictEqual(await get("/inventory/77"), NOT_FOUND);
    deepStrictEqual(await answerOf(app, "DELETE /inventory/1"), [
      200,
      '{"eliminado":"Peras","id":1}',
    ]);
  }));

Deno.test("D-5: DELETE /inventory/{id} answers `eliminado`, then 404; added again it stands at the end (1.1)", () =>
  withShop(async ({ app, get }) => {
    deepStrictEqual(await answerOf(app, "DELETE /inventory/1"), [
      200,
      '{"eliminado":"Manzanas Orgánicas","id":1}',
    ]);
    deepStrictEqual(await answerOf(app, "DELETE /inventory/1"), [
      404,
      NOT_FOUND,
    ]);
    deepStrictEqual(await answerOf(app, "GET /inventory/1"), [404, NOT_FOUND]);
    deepStrictEqual(await answerOf(app, "PUT /inventory/1", product(1)), [
      404,
      NOT_FOUND,
    ]);
    strictEqual((await ask(app, "POST /inventory", product(1))).status, 200);
    ok(
      (await get("/inventory")).endsWith(
        '"price":3.2,"stock":8},{"id":1,"name":"Miel de Azahar","price":6.0,"stock":12}]',
      ),
    );
  }));

Deno.test("D-11: integers beyond ±(2^53-1) are 422 int_parsing_size, up to it they are taken", () =>
  withShop(async ({ app, get }) => {
    strictEqual(
      (await ask(app, "POST /inventory", product(9007199254740991))).status,
      200,
    );
    ok(
      (await get("/inventory/9007199254740991")).startsWith(
        '{"id":9007199254740991,',
      ),
    );
    const { status, text } = await ask(
      app,
      "POST /inventory",
      '{"id":9007199254740992,"name":"x","price":1,"stock":123456789012345678901234567890}',
    );
    strictEqual(status, 422);
    deepStrictEqual(
      JSON.parse(text).detail.map((it: { type: string }) => it.type),
      ["int_parsing_size", "int_parsing_size"],
    );
    match(text, /"input":123456789012345678901234567890\}/);
    const path = await ask(app, "GET /inventory/9007199254740992");
    deepStrictEqual([path.status, JSON.parse(path.text).detail[0].type], [
      422,
      "int_parsing_size",
    ]);
  }));

Deno.test("D-22: NaN and infinities are 422 finite_number with input null", () =>
  withShop(async ({ app, get }) => {
    for (const price of ["NaN", "Infinity", "1e999"]) {
      deepStrictEqual(
        await answerOf(app, "POST /inventory", product(42, "x", price)),
        [
          422,
          '{"detail":[{"type":"finite_number","loc":["body","price"],"msg":"Input should be a finite number","input":null}]}',
        ],
      );
    }
    strictEqual(
      JSON.parse(
        (await ask(app, "POST /inventory", product(42, "x", '"nan"'))).text,
      ).detail[0].type,
      "finite_number",
    );
    strictEqual(await get("/inventory/42"), NOT_FOUND);
  }));

Deno.test("a price beyond exact money is 422 finite_number", () =>
  withShop(async ({ app }) => {
    const { status, text } = await ask(
      app,
      "POST /inventory",
      product(42, "x", "1e30"),
    );
    deepStrictEqual([status, JSON.parse(text).detail[0].type], [
      422,
      "finite_number",
    ]);
  }));

Deno.test("D-23: negative prices and stocks and empty names are taken and shown", () =>
  withShop(async ({ app, get }) => {
    const odd = '{"id":42,"name":"","price":-1.25,"stock":-4}';
    deepStrictEqual(
      await answerOf(app, "POST /inventory", product(42, "", "-1.25", -4)),
      [200, odd],
    );
    strictEqual(await get("/inventory/42"), odd);
    deepStrictEqual(await answerOf(app, "POST /sales", sale(42, 1)), [
      400,
      '{"detail":"Stock insuficiente. Disponible: -4"}',
    ]);
    strictEqual((await ask(app, "POST /sales", sale(42, -3))).status, 200);
    strictEqual(JSON.parse(await get("/inventory/42")).stock, -1);
    await ask(app, "PUT /inventory/1", product(1, "Peras", "3", -5));
    strictEqual(JSON.parse(await get("/inventory/1")).stock, -5);
  }));

Deno.test("D-15: a shortage that sales made shows as 0", () =>
  withShop(async ({ app, get, useCases }) => {
    const line = { product: "3" as ProductId, quantity: 10 };
    const sold = await useCases.recordSale({
      lines: [line],
      observation: true,
    });
    ok(sold.ok);
    strictEqual(useCases.stockOf(SITE, "3" as ProductId)?.onHand, -2);
    strictEqual(
      await get("/inventory/3"),
      '{"id":3,"name":"Leche Deslactosada","price":3.2,"stock":0}',
    );
    ok(
      visibleText(await get("/dashboard")).includes(
        "3 - Leche Deslactosada: $3.2 x 0 unidades",
      ),
    );
    deepStrictEqual(await answerOf(app, "POST /sales", sale(3, 1)), [
      400,
      '{"detail":"Stock insuficiente. Disponible: 0"}',
    ]);
  }));

Deno.test("D-17: PUT is a count; later sales lower it", () =>
  withShop(async ({ app, get }) => {
    await ask(app, "POST /sales", sale(1, 5));
    await ask(
      app,
      "PUT /inventory/1",
      product(1, "Manzanas Orgánicas", "2.5", 100),
    );
    await ask(app, "POST /sales", sale(1, 1));
    strictEqual(JSON.parse(await get("/inventory/1")).stock, 99);
  }));

Deno.test("products whose id is no integer are not shown, counted or sold here", () =>
  withShop(async ({ app, get, useCases }) => {
    for (const name of ["honey", "01", "1.0", "-0", "9007199254740993"]) {
      const made = await useCases.createProduct({
        scope: `site:${SITE}`,
        product: name as ProductId,
        name,
        price: money(100, "PEN"),
        stock: 5,
      });
      ok(made.ok);
    }
    strictEqual(JSON.parse(await get("/inventory")).length, 3);
    strictEqual(
      JSON.parse(await get("/", { accept: "application/json" })).total_products,
      3,
    );
    strictEqual((await ask(app, "GET /inventory/honey")).status, 422);
  }));

Deno.test("products of the mesh's scope are not shown or sold at the branch (D-49)", () =>
  withShop(async ({ app, get, useCases }) => {
    const made = await useCases.createProduct({
      scope: "mesh",
      product: "9" as ProductId,
      name: "Quinoa",
      price: money(1250, "PEN"),
      stock: 15,
    });
    ok(made.ok);
    strictEqual(await get("/inventory/9"), NOT_FOUND);
    deepStrictEqual(await answerOf(app, "POST /sales", sale(9, 1)), [
      404,
      '{"detail":"Producto no disponible"}',
    ]);
    deepStrictEqual(await answerOf(app, "DELETE /inventory/9"), [
      404,
      NOT_FOUND,
    ]);
    deepStrictEqual(await answerOf(app, "POST /inventory", product(9)), [
      200,
      '{"id":9,"name":"Miel de Azahar","price":6.0,"stock":12}',
    ]);
    strictEqual(useCases.product("mesh", "9" as ProductId)?.name, "Quinoa");
  }));

// --- 4.2 Selling ---------------------------------------------------------------------------------------------------

Deno.test("POST /sales answers the sale, with naive local time and a sale id made of it (3.3, D-40, D-41)", () =>
  withShop(async ({ app }) => {
    const { status, text } = await ask(app, "POST /sales", sale(1, 2));
    strictEqual(status, 200);
    const answer = JSON.parse(text);
    strictEqual(
      text,
      `{"sale_id":"sucursal-001_${answer.timestamp}","product_name":"Manzanas Orgánicas","quantity_sold":2,"total_amount":5.0,"timestamp":"${answer.timestamp}","status":"completed"}`,
    );
    match(answer.timestamp, /^2025-10-01T09:30:15(\.\d{6})?$/);
  }, { startMs: Date.UTC(2025, 9, 1, 14, 30, 15), timezone: "America/Lima" }));

Deno.test("D-40: sale ids are unique while the clock stands still", () =>
  withShop(async ({ useCases }) => {
    const surface = createInventoryBranch(useCases);
    const ids = new Set<string>();
    for (let i = 0; i < 5; i++) {
      ids.add(
        JSON.parse((await ask(surface, "POST /sales", sale(1, 1))).text)
          .sale_id,
      );
    }
    strictEqual(ids.size, 5);
  }));

Deno.test("D-39: the branch id is the node's own and is shown as it is", async () => {
  await withShop(async ({ app, get }) => {
    const { sale_id: id } = JSON.parse(
      (await ask(app, "POST /sales", sale(1, 1))).text,
    );
    ok(id.startsWith("Tienda <Ñ>_2026-"));
    ok(visibleText(await get("/dashboard")).includes("Branch: Tienda <Ñ>"));
  }, { branchId: "Tienda <Ñ>" });
  const node = await createTestNode({ initialRows: true });
  try {
    ok(node.useCases.node.branchId !== "sucursal-001");
  } finally {
    await node.stop();
  }
});

Deno.test("POST /sales lowers the stock and refuses with the present stock (4.2)", () =>
  withShop(async ({ app, get }) => {
    strictEqual((await ask(app, "POST /sales", sale(3, 5))).status, 200);
    strictEqual(JSON.parse(await get("/inventory/3")).stock, 3);
    deepStrictEqual(await answerOf(app, "POST /sales", sale(3, 4)), [
      400,
      '{"detail":"Stock insuficiente. Disponible: 3"}',
    ]);
    strictEqual(JSON.parse(await get("/inventory/3")).stock, 3);
  }));

Deno.test("POST /sales of an unknown product is 404 with its own text (4.2)", () =>
  withShop(async ({ app }) => {
    for (const id of [99, -1]) {
      deepStrictEqual(await answerOf(app, "POST /sales", sale(id, 1)), [
        404,
        '{"detail":"Producto no disponible"}',
      ]);
    }
  }));

Deno.test("D-20: two requests never sell the last unit twice", () =>
  withShop(async ({ app, get }) => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => ask(app, "POST /sales", sale(3, 1))),
    );
    strictEqual(answers.filter(({ status }) => status === 200).length, 8);
    strictEqual(answers.filter(({ status }) => status === 400).length, 4);
    strictEqual(JSON.parse(await get("/inventory/3")).stock, 0);
  }));

Deno.test("D-21: totals are exact decimals: 3 × 3.2 is 9.6", () =>
  withShop(async ({ app, get }) => {
    match(
      (await ask(app, "POST /sales", sale(3, 3))).text,
      /"total_amount":9\.6,/,
    );
    ok(
      visibleText(await get("/dashboard")).includes(
        "Leche Deslactosada x3 = $9.6",
      ),
    );
  }));

Deno.test("D-21: prices with more than two decimals stay exact; noise of binary floats is rounded", () =>
  withShop(async ({ app, get }) => {
    await ask(app, "POST /inventory", product(42, "x", "0.125"));
    strictEqual(JSON.parse(await get("/inventory/42")).price, 0.125);
    match(
      (await ask(app, "POST /sales", sale(42, 3))).text,
      /"total_amount":0\.375,/,
    );
    await ask(
      app,
      "PUT /inventory/42",
      product(42, "x", "0.30000000000000004"),
    );
    ok((await get("/inventory/42")).includes('"price":0.3,'));
  }));

Deno.test("D-24: quantity 0 and negative quantities are sales; a negative one raises the stock", () =>
  withShop(async ({ app, get }) => {
    match(
      (await ask(app, "POST /sales", sale(1, 0))).text,
      /"quantity_sold":0,"total_amount":0\.0,/,
    );
    match(
      (await ask(app, "POST /sales", sale(1, -5))).text,
      /"quantity_sold":-5,"total_amount":-12\.5,/,
    );
    strictEqual(JSON.parse(await get("/inventory/1")).stock, 30);
    strictEqual(
      await get("/sales/stats"),
      '{"total_sales":2,"total_revenue":-12.5,"average_sale":-6.25}',
    );
    ok(
      visibleText(await get("/dashboard")).includes(
        "Manzanas Orgánicas x-5 = $-12.5",
      ),
    );
  }));

Deno.test("a total beyond exact money is 422 on the quantity (D-11)", () =>
  withShop(async ({ app }) => {
    const { status, text } = await ask(
      app,
      "POST /sales",
      sale(1, -9007199254740991),
    );
    const [problem] = JSON.parse(text).detail;
    deepStrictEqual([status, problem.type, problem.loc], [
      422,
      "int_parsing_size",
      ["body", "quantity"],
    ]);
  }));

Deno.test("D-42: customer_info is text or null, and nothing of it is kept", () =>
  withShop(async ({ app, get, useCases }) => {
    const body = (info: string) =>
      `{"product_id":1,"quantity":1,"customer_info":${info}}`;
    for (
      const info of ['"mostrador secreto"', "null", `"${"x".repeat(5000)}"`]
    ) {
      const { status, text } = await ask(app, "POST /sales", body(info));
      strictEqual(status, 200);
      ok(!text.includes("secreto"));
    }
    const { status, text } = await ask(app, "POST /sales", body("5"));
    deepStrictEqual([status, JSON.parse(text).detail[0].type], [
      422,
      "string_type",
    ]);
    ok(!(await get("/dashboard")).includes("secreto"));
    const facts = JSON.stringify(useCases.facts({ limit: 1000 }).items);
    ok(facts.includes("SaleRecorded") && !facts.includes("secreto"));
  }));

Deno.test("D-14: a sale stands after its product was deleted", () =>
  withShop(async ({ app, get }) => {
    await ask(app, "POST /sales", sale(1, 2));
    await ask(app, "DELETE /inventory/1");
    ok(
      visibleText(await get("/dashboard")).includes(
        "Manzanas Orgánicas x2 = $5.0",
      ),
    );
    strictEqual(
      await get("/sales/stats"),
      '{"total_sales":1,"total_revenue":5.0,"average_sale":5.0}',
    );
    deepStrictEqual(await answerOf(app, "POST /sales", sale(1, 1)), [
      404,
      '{"detail":"Producto no disponible"}',
    ]);
  }));

Deno.test("D-19: a sale lowers the shop's stock and the master stock once", () =>
  withShop(async ({ app, useCases }) => {
    await ask(app, "POST /sales", sale(1, 2));
    strictEqual(useCases.product(`site:${SITE}`, "1" as ProductId)?.onHand, 23);
    strictEqual(useCases.product("mesh", "1" as ProductId)?.onHand, 98);
  }, { roles: ["branch", "office"] }));

// --- 4.3 Statistics ------------------------------------------------------------------------------------------------

Deno.test("GET /sales/stats without sales has two integers (4.3, D-7)", () =>
  withShop(async ({ app }) => {
    deepStrictEqual(await answerOf(app, "GET /sales/stats"), [
      200,
      '{"total_sales":0,"total_revenue":0}',
    ]);
  }));

Deno.test("GET /sales/stats rounds half to even on the exact sum (2.4, D-21)", () =>
  withShop(async ({ app, get }) => {
    await ask(app, "POST /inventory", product(42, "x", "0.125", 100));
    await ask(app, "POST /sales", sale(42, 1));
    strictEqual(
      await get("/sales/stats"),
      '{"total_sales":1,"total_revenue":0.12,"average_sale":0.12}',
    );
    await ask(app, "POST /sales", sale(42, 2));
    strictEqual(
      await get("/sales/stats"),
      '{"total_sales":2,"total_revenue":0.38,"average_sale":0.19}',
    );
    await ask(app, "POST /sales", sale(1, 1));
    strictEqual(
      await get("/sales/stats"),
      '{"total_sales":3,"total_revenue":2.88,"average_sale":0.96}',
    );
  }));

Deno.test("GET /sales/stats shows whole amounts as floats (D-7)", () =>
  withShop(async ({ app, get }) => {
    await ask(app, "POST /sales", sale(1, 2));
    strictEqual(
      await get("/sales/stats"),
      '{"total_sales":1,"total_revenue":5.0,"average_sale":5.0}',
    );
  }));

Deno.test("a voided sale is in no figure", () =>
  withShop(async ({ app, get, useCases }) => {
    await ask(app, "POST /sales", sale(1, 2));
    const [last] = useCases.sales({ limit: 1 }).items;
    ok(
      last !== undefined &&
        (await useCases.voidSale({ sale: last.id, reason: "error" })).ok,
    );
    strictEqual(
      await get("/sales/stats"),
      '{"total_sales":0,"total_revenue":0}',
    );
    deepStrictEqual(rowsOf(await get("/dashboard"), "li").length, 3);
    strictEqual(JSON.parse(await get("/inventory/1")).stock, 25);
  }));

// --- 4.4 Dashboard -------------------------------------------------------------------------------------------------

Deno.test("GET /dashboard shows the elements of 4.4 from top to bottom, with its charset (D-44)", () =>
  withShop(async ({ app }) => {
    const first = JSON.parse((await ask(app, "POST /sales", sale(1, 2))).text);
    const second = JSON.parse((await ask(app, "POST /sales", sale(2, 1))).text);
    const { status, type, text } = await ask(app, "GET /dashboard");
    deepStrictEqual([status, type], [200, "text/html; charset=utf-8"]);
    ok(text.includes("<title>🌿 EcoMarket Sucursal Dashboard</title>"));
    ok(text.includes('<meta charset="utf-8">'));
    strictEqual(
      visibleText(text),
      "EcoMarket Sucursal - Dashboard Branch: sucursal-001 Status: Operational - Autonomous " +
        "Circuit Breaker: closed (Failures: 0) Inventario Local " +
        "1 - Manzanas Orgánicas: $2.5 x 23 unidades 2 - Pan Integral: $1.8 x 14 unidades " +
        "3 - Leche Deslactosada: $3.2 x 8 unidades Ventas Realizadas " +
        `${first.sale_id} - Manzanas Orgánicas x2 = $5.0 ${second.sale_id} - Pan Integral x1 = $1.8`,
    );
    ok(!/<script|<form|http-equiv/i.test(text) && !namesOtherHosts(text));
  }));

Deno.test("D-44: names are escaped on /dashboard and look the same", () =>
  withShop(async ({ app, get }) => {
    const name = `<script>alert('x')</script> & "pan"`;
    await ask(app, "POST /inventory", product(42, name));
    await ask(app, "POST /sales", sale(42, 1));
    const page = await get("/dashboard");
    ok(!page.includes("<script>"));
    ok(visibleText(page).includes(`42 - ${name}: $6.0 x 11 unidades`));
    ok(visibleText(page).includes(`${name} x1 = $6.0`));
  }));

Deno.test("D-26: the name and price of a sale are those of its time", () =>
  withShop(async ({ app, get }) => {
    await ask(app, "POST /sales", sale(1, 2));
    await ask(app, "PUT /inventory/1", product(1, "Peras", "9.99", 5));
    ok(
      visibleText(await get("/dashboard")).includes(
        "Manzanas Orgánicas x2 = $5.0",
      ),
    );
  }));

Deno.test("GET /dashboard shows the latest 1,000 sales and says how many are left out", () =>
  withShop(async ({ get, useCases }) => {
    const line = { product: "1" as ProductId, quantity: 0 };
    const all = Array.from(
      { length: BRANCH_PAGE_SALES_MAX + 3 },
      () => useCases.recordSale({ lines: [line] }),
    );
    const sold = await Promise.all(all);
    ok(sold.every((one) => one.ok));
    const page = await get("/dashboard");
    strictEqual(rowsOf(page, "li").length, 3 + BRANCH_PAGE_SALES_MAX);
    ok(visibleText(page).includes("Se omiten 3 ventas anteriores."));
    const { localTime = "" } =
      useCases.sales({ limit: 1, newestFirst: true }).items[0] ?? {};
    strictEqual(
      rowsOf(page, "li").at(-1),
      `sucursal-001_${localTime} - Manzanas Orgánicas x0 = $0.0`,
    );
  }));

Deno.test("a native sale of several lines is one row of /dashboard", () =>
  withShop(async ({ get, useCases }) => {
    const lines = [
      { product: "1" as ProductId, quantity: 2 },
      { product: "2" as ProductId, quantity: 1 },
    ];
    ok((await useCases.recordSale({ lines })).ok);
    ok(
      visibleText(await get("/dashboard")).endsWith(
        " - Manzanas Orgánicas x2, Pan Integral x1 = $6.8",
      ),
    );
  }));

// --- 4.5 and 7: `/`, API pages and description ---------------------------------------------------------------------

Deno.test("D-1: GET / is the API page, as for curl and browsers; also under /docs", () =>
  withShop(async ({ app }) => {
    for (
      const accept of [
        undefined,
        "*/*",
        "text/html",
        "text/html,application/json",
        "application/json, */*;q=0.1",
      ]
    ) {
      const { status, type, text } = await ask(
        app,
        "GET /",
        null,
        accept === undefined ? {} : { accept },
      );
      deepStrictEqual([status, type], [200, "text/html; charset=utf-8"]);
      ok(
        text.includes("<title>🌿 EcoMarket Sucursal API - Swagger UI</title>"),
      );
    }
    ok(
      (await ask(app, "GET /docs")).text.includes(
        "EcoMarket Sucursal API - Swagger UI",
      ),
    );
    strictEqual((await ask(app, "HEAD /")).status, 200);
  }));

Deno.test("D-1, D-29: GET / is the status for a client that reads only JSON; the breaker is closed with 0 failures (4.5)", () =>
  withShop(async ({ app }) => {
    await ask(app, "POST /sales", sale(1, 2));
    for (
      const accept of [
        "application/json",
        "application/json, text/html;q=0",
        "application/json;q=0.9, text/plain",
      ]
    ) {
      const { status, type, text } = await ask(app, "GET /", null, { accept });
      deepStrictEqual([status, type, text], [
        200,
        "application/json",
        '{"service":"🌿 EcoMarket Sucursal API","branch_id":"sucursal-001","status":"operational - AUTONOMOUS",' +
        '"total_products":3,"total_sales":1,"circuit_breaker_state":"closed","circuit_failures":0}',
      ]);
    }
  }));

Deno.test("D-3: the API page stands alone and names every operation", () =>
  withShop(async ({ get }) => {
    const page = await get("/");
    ok(!namesOtherHosts(page));
    for (
      const path of [
        "/inventory",
        "/inventory/{product_id}",
        "/sales",
        "/sales/stats",
        "/dashboard",
      ]
    ) {
      ok(page.includes(`<code>${path}</code>`), path);
    }
  }));

Deno.test("GET /openapi.json has title, version, operations and schemas of section 7", () =>
  withShop(async ({ app }) => {
    const { status, type, text } = await ask(app, "GET /openapi.json");
    deepStrictEqual([status, type], [200, "application/json"]);
    const api = JSON.parse(text);
    deepStrictEqual(
      [api.openapi, api.info.title, api.info.version],
      ["3.1.0", "🌿 EcoMarket Sucursal API", "1.3.0"],
    );
    const operations = Object.entries<
      Record<string, { tags: string[]; operationId: string; responses: object }>
    >(api.paths)
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, it]) =>
          `${method} ${path} ${it.tags} ${it.operationId} ${
            Object.keys(it.responses)
          }`
        )
      );
    deepStrictEqual(operations.sort(), [
      "delete /inventory/{product_id} Inventario delete_product_inventory__product_id__delete 200,422",
      "get / General root__get 200",
      "get /dashboard Dashboard dashboard_dashboard_get 200",
      "get /inventory Inventario get_local_inventory_inventory_get 200",
      "get /inventory/{product_id} Inventario get_product_inventory__product_id__get 200,422",
      "get /sales/stats Ventas sales_stats_sales_stats_get 200",
      "post /inventory Inventario add_product_inventory_post 200,422",
      "post /sales Ventas process_sale_sales_post 200,422",
      "put /inventory/{product_id} Inventario update_product_inventory__product_id__put 200,422",
    ]);
    deepStrictEqual(Object.keys(api.components.schemas).sort(), [
      "HTTPValidationError",
      "Product",
      "SaleRequest",
      "SaleResponse",
      "ValidationError",
    ]);
    const { SaleRequest, SaleResponse } = api.components.schemas;
    strictEqual(SaleResponse.properties.timestamp.format, "date-time");
    deepStrictEqual(SaleRequest.required, ["product_id", "quantity"]);
    deepStrictEqual(SaleRequest.properties.customer_info.anyOf, [{
      type: "string",
    }, { type: "null" }]);
    ok(!("servers" in api) && !("security" in api));
  }));

Deno.test("GET /docs/oauth2-redirect is 200 and /redoc is 404 (7)", () =>
  withShop(async ({ app }) => {
    strictEqual((await ask(app, "GET /docs/oauth2-redirect")).status, 200);
    deepStrictEqual(await answerOf(app, "GET /redoc"), [
      404,
      '{"detail":"Not Found"}',
    ]);
  }));

// --- 2.5 Framework answers -----------------------------------------------------------------------------------------

Deno.test("D-6: other methods are 405 with the Allow of 2.5", () =>
  withShop(async ({ app }) => {
    const allow: readonly [string, string][] = [
      ["PUT /inventory", "GET"],
      ["DELETE /inventory", "GET"],
      ["POST /inventory/1", "GET"],
      ["GET /sales", "POST"],
      ["POST /sales/stats", "GET"],
      ["POST /dashboard", "GET"],
      ["OPTIONS /inventory", "GET"],
      ["HEAD /inventory", "GET"],
    ];
    for (const [line, allowed] of allow) {
      const { status, headers, text } = await ask(app, line);
      deepStrictEqual([status, headers.get("allow")], [405, allowed], line);
      if (!line.startsWith("HEAD")) {
        strictEqual(text, '{"detail":"Method Not Allowed"}');
      }
    }
  }));

Deno.test("D-6: unknown paths are 404 in JSON, a final slash is 307", () =>
  withShop(async ({ app }) => {
    for (
      const path of [
        "/nada",
        "/inventory/1/2",
        "/sale-notification",
        "/new-sale",
      ]
    ) {
      deepStrictEqual(await answerOf(app, `GET ${path}`), [
        404,
        '{"detail":"Not Found"}',
      ]);
    }
    const { status, headers, text } = await ask(
      app,
      "POST /sales/?x=1",
      sale(1, 1),
    );
    deepStrictEqual([status, headers.get("location"), text], [
      307,
      "http://localhost:8001/sales?x=1",
      "",
    ]);
  }));

Deno.test("D-9: a JSON route without Content-Type is 422", () =>
  withShop(async ({ app }) => {
    const { status, text } = await ask(app, "POST /sales", sale(1, 1), {
      "content-type": "",
    });
    deepStrictEqual([status, JSON.parse(text).detail[0].type], [
      422,
      "model_attributes_type",
    ]);
  }));

Deno.test("a body that is too large is 413, one that is no text 400 (2.5)", () =>
  withShop(async ({ app }) => {
    const large = await ask(
      app,
      "POST /sales",
      `"${"x".repeat(BODY_BYTES_MAX)}"`,
    );
    deepStrictEqual([large.status, large.text], [
      413,
      '{"detail":"Content Too Large"}',
    ]);
    deepStrictEqual(await answerOf(app, "POST /sales", Uint8Array.of(0xff)), [
      400,
      '{"detail":"There was an error parsing the body"}',
    ]);
  }));

Deno.test("D-46: no CORS headers", () =>
  withShop(async ({ app }) => {
    const { headers } = await ask(app, "GET /inventory", null, {
      origin: "http://other.example",
    });
    ok(![...headers.keys()].some((name) => name.startsWith("access-control")));
  }));

Deno.test("a sale that the disk cannot take is 503 in Spanish, and in no figure; afterwards sales go on", () =>
  withShop(async ({ app, get, disk }) => {
    const before = disk.capacityBytes;
    disk.capacityBytes = disk.size();
    const detail =
      "Disco lleno: la venta no se registró. Libere espacio y reintente.";
    deepStrictEqual(
      await answerOf(app, "POST /sales", sale(1, 1)),
      [503, JSON.stringify({ detail })],
    );
    const change = await ask(app, "PUT /inventory/1", product(1));
    deepStrictEqual([change.status, JSON.parse(change.text).detail], [
      503,
      "Disco lleno: el cambio no se registró. Libere espacio y reintente.",
    ]);
    disk.capacityBytes = before;
    strictEqual(JSON.parse(await get("/inventory/1")).stock, 25);
    strictEqual((await ask(app, "POST /sales", sale(1, 1))).status, 200);
    strictEqual(JSON.parse(await get("/sales/stats")).total_sales, 1);
  }));

Deno.test("a sale on a stopped node is 503 in Spanish, and not recorded", async () => {
  const node = await createTestNode({ initialRows: true });
  const app = createInventoryBranch(node.useCases);
  await node.stop();
  const { status, type, text } = await ask(app, "POST /sales", sale(1, 1));
  deepStrictEqual([status, type], [503, "application/json"]);
  deepStrictEqual(
    JSON.parse(text).detail,
    "El nodo se está deteniendo: la venta no se registró. Reintente en un momento.",
  );
});

Deno.test("createInventoryBranch() refuses a node without a site", async () => {
  const node = await createTestNode({ roles: ["office"] });
  try {
    throws(
      () => createInventoryBranch(node.useCases),
      (cause) => cause instanceof PanalError && cause.code === "config_invalid",
    );
  } finally {
    await node.stop();
  }
});
