import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { WebApp } from "../../../web/app.ts";
import { MASTER_SITE, money, type ProductId } from "../../../crdt/mod.ts";
import { createInventoryBranch } from "../../../web/surfaces/inventory_branch.ts";
import {
  CENTRAL_PAGE_NOTICES_MAX,
  createInventoryCentral,
} from "../../../web/surfaces/inventory_central.ts";
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

interface Office extends TestNode {
  readonly app: WebApp;
  readonly get: (path: string) => Promise<string>;
}

/** Runs a test on the central surface of a real node with the initial rows. */
async function withOffice(
  test: (office: Office) => Promise<void>,
  options: TestNodeOptions = {},
): Promise<void> {
  const node = await createTestNode({
    roles: ["office"],
    initialRows: true,
    ...options,
  });
  try {
    const surface = createInventoryCentral(node.useCases, {
      now: () => node.clock.now(),
    });
    const app = withPassingTime(surface, node.clock);
    const get = async (path: string) => (await ask(app, `GET ${path}`)).text;
    await test({ ...node, app, get });
  } finally {
    await node.stop();
  }
}

const QUINOA = {
  "branch_id": "norte-2",
  "product_id": 5,
  "quantity_sold": 4,
  timestamp: "2025-10-01T18:02:09.500000",
  "sale_price": 50,
};

function notice(changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...QUINOA, ...changes });
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

function form(
  changes: Readonly<Record<string, string | undefined>> = {},
): URLSearchParams {
  const fields: Readonly<Record<string, string | undefined>> = {
    "branch_id": "Sucursal1",
    "product_name": "Café Premium",
    "product_id": "4",
    "quantity_sold": "2",
    "sale_price": "20",
    ...changes,
  };
  const sent = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) sent.set(name, value);
  }
  return sent;
}

async function stockOf(
  office: Office,
  id: number,
): Promise<number | undefined> {
  const rows: { id: number; stock: number }[] = JSON.parse(
    await office.get("/inventory"),
  );
  return rows.find((row) => row.id === id)?.stock;
}

/** Units that count as sold, over the whole mesh. */
function soldOf({ useCases }: Office, id: number): number | undefined {
  return useCases.stockOf(MASTER_SITE, String(id) as ProductId)?.sold;
}

/** Rows of the history, as a person reads them. */
async function history(office: Office): Promise<string[]> {
  const [, table = ""] = (await office.get("/dashboard")).split(
    "Historial de Ventas",
  );
  return rowsOf(table, "tr").slice(1);
}

async function notifications(office: Office): Promise<number> {
  return JSON.parse(await office.get("/")).total_notifications;
}

const NOT_FOUND = '{"detail":"Producto no encontrado"}';

// --- 6.1 and inventory ---------------------------------------------------------------------------------------------

Deno.test("GET / is JSON whatever the client accepts (6.1)", () =>
  withOffice(async ({ app }) => {
    for (const accept of ["text/html", "*/*", "application/json"]) {
      const { status, type, text } = await ask(app, "GET /", null, { accept });
      deepStrictEqual([status, type, text], [
        200,
        "application/json",
        '{"service":"🌿 EcoMarket Central API","status":"operational","total_products":5,"total_notifications":0}',
      ]);
    }
  }));

Deno.test("GET /inventory lists the initial rows of the master (1.1, D-18)", () =>
  withOffice(async ({ app, node }) => {
    const rows =
      '[{"id":1,"name":"Manzanas Orgánicas","price":2.5,"stock":100},' +
      '{"id":2,"name":"Pan Integral","price":1.8,"stock":50},' +
      '{"id":3,"name":"Leche Deslactosada","price":3.2,"stock":30},' +
      '{"id":4,"name":"Café Premium","price":8.9,"stock":25},' +
      '{"id":5,"name":"Quinoa","price":12.5,"stock":15}]';
    deepStrictEqual(await answerOf(app, "GET /inventory"), [200, rows]);
    await node.writeInitialRows("inventory-central");
    deepStrictEqual(await answerOf(app, "GET /inventory"), [200, rows]);
  }));

Deno.test("D-18: initial rows never come back over newer data", () =>
  withOffice(async ({ app, node, get }) => {
    await ask(app, "DELETE /inventory/1");
    await ask(app, "PUT /inventory/2", product(2, "Pan", "2", 5));
    await node.writeInitialRows("inventory-central");
    ok(
      (await get("/inventory")).startsWith(
        '[{"id":2,"name":"Pan","price":2.0,"stock":5},',
      ),
    );
  }));

Deno.test("POST, PUT and DELETE /inventory answer as listed; D-5: the removal says `removed` (6)", () =>
  withOffice(async ({ app, get }) => {
    const honey = '{"id":42,"name":"Miel de Azahar","price":6.0,"stock":12}';
    deepStrictEqual(await answerOf(app, "POST /inventory", product(42)), [
      200,
      honey,
    ]);
    deepStrictEqual(await answerOf(app, "POST /inventory", product(42)), [
      400,
      '{"detail":"El producto ya existe"}',
    ]);
    ok((await get("/inventory")).endsWith(`,${honey}]`));
    deepStrictEqual(
      await answerOf(app, "PUT /inventory/42", product(1, "Miel", "7.25", 3)),
      [
        200,
        '{"id":42,"name":"Miel","price":7.25,"stock":3}',
      ],
    );
    deepStrictEqual(await answerOf(app, "DELETE /inventory/42"), [
      200,
      '{"removed":"Miel","id":42}',
    ]);
    deepStrictEqual(await answerOf(app, "DELETE /inventory/42"), [
      404,
      NOT_FOUND,
    ]);
    deepStrictEqual(await answerOf(app, "PUT /inventory/42", product(42)), [
      404,
      NOT_FOUND,
    ]);
  }));

Deno.test("D-4: one product cannot be read: 405 with Allow PUT", () =>
  withOffice(async ({ app }) => {
    const { status, headers, text } = await ask(app, "GET /inventory/1");
    deepStrictEqual([status, headers.get("allow"), text], [
      405,
      "PUT",
      '{"detail":"Method Not Allowed"}',
    ]);
    strictEqual((await ask(app, "POST /inventory")).headers.get("allow"), null);
    strictEqual(
      (await ask(app, "PATCH /inventory")).headers.get("allow"),
      "GET",
    );
  }));

Deno.test("D-2: the central role has no routes of the branch", () =>
  withOffice(async ({ app }) => {
    for (const line of ["GET /sales", "POST /sales", "GET /sales/stats"]) {
      deepStrictEqual(await answerOf(app, line), [
        404,
        '{"detail":"Not Found"}',
      ]);
    }
  }));

// --- 6.2 Notices ---------------------------------------------------------------------------------------------------

Deno.test("POST /sale-notification lowers the master stock and answers the keys of 6.2 (D-8, D-35)", () =>
  withOffice(async (office) => {
    const { status, type, text } = await ask(
      office.app,
      "POST /sale-notification",
      notice(),
    );
    deepStrictEqual([status, type, text], [
      200,
      "application/json",
      '{"status":"received","message":"Venta registrada para 4 unidades","updated_stock":11}',
    ]);
    strictEqual(await stockOf(office, 5), 11);
    strictEqual(await notifications(office), 1);
  }));

Deno.test("POST /sale-notification takes one unit in the plural, and the compact JSON of a legacy sender (4.6)", () =>
  withOffice(async ({ app }) => {
    const body =
      '{"branch_id":"sucursal-001","product_id":1,"quantity_sold":1,"timestamp":"2025-10-01T09:30:15","sale_price":2.5}';
    deepStrictEqual(await answerOf(app, "POST /sale-notification", body), [
      200,
      '{"status":"received","message":"Venta registrada para 1 unidades","updated_stock":99}',
    ]);
  }));

Deno.test("POST /sale-notification takes every form of time of 2.3, and shows its digits (D-41)", () =>
  withOffice(async (office) => {
    const times: readonly [unknown, string][] = [
      ["2025-10-01T18:02:09.500000", "2025-10-01 18:02:09"],
      ["2025-10-01T18:02:09", "2025-10-01 18:02:09"],
      ["2025-10-01 18:02", "2025-10-01 18:02:00"],
      ["2025-10-01T18:02:09-05:00", "2025-10-01 18:02:09"],
      ["2025-10-01T18:02:09Z", "2025-10-01 18:02:09"],
      ["2025-10-01", "2025-10-01 00:00:00"],
      [1700000000, "2023-11-14 22:13:20"],
      ["1700000000000", "2023-11-14 22:13:20"],
    ];
    for (const [timestamp, shown] of times) {
      strictEqual(
        (await ask(
          office.app,
          "POST /sale-notification",
          notice({ timestamp, "quantity_sold": 0 }),
        )).status,
        200,
      );
      ok((await history(office)).at(-1)?.startsWith(`${shown} |`), shown);
    }
    for (
      const timestamp of [
        "",
        "hoy",
        null,
        true,
        "2025-13-01",
        "2025-10-01T24:00:00",
      ]
    ) {
      strictEqual(
        (await ask(
          office.app,
          "POST /sale-notification",
          notice({ timestamp }),
        )).status,
        422,
      );
    }
  }));

Deno.test("POST /sale-notification is 422 for absent fields, in the order of 3.4", () =>
  withOffice(async ({ app }) => {
    const { status, text } = await ask(app, "POST /sale-notification", "{}");
    strictEqual(status, 422);
    deepStrictEqual(
      JSON.parse(text).detail.map((
        it: { type: string; loc: string[] },
      ) => [it.type, it.loc[1]]),
      ["branch_id", "product_id", "quantity_sold", "timestamp", "sale_price"]
        .map((name) => ["missing", name]),
    );
  }));

Deno.test("D-15: the shown stock never falls below 0, the true figure does", () =>
  withOffice(async (office) => {
    const answer = await ask(
      office.app,
      "POST /sale-notification",
      notice({ "quantity_sold": 40 }),
    );
    match(answer.text, /"updated_stock":0\}$/);
    strictEqual(await stockOf(office, 5), 0);
    strictEqual(office.useCases.product("mesh", "5" as ProductId)?.onHand, -25);
    ok(
      visibleText(await office.get("/dashboard")).includes("5 Quinoa $12.5 0"),
    );
  }));

Deno.test("D-16: sell 1000 of 15, return 3: still 0", () =>
  withOffice(async (office) => {
    await ask(
      office.app,
      "POST /sale-notification",
      notice({ "quantity_sold": 1000 }),
    );
    const back = await ask(
      office.app,
      "POST /sale-notification",
      notice({ "quantity_sold": -3 }),
    );
    match(back.text, /"updated_stock":0\}$/);
    strictEqual(await stockOf(office, 5), 0);
  }));

Deno.test("D-24: negative quantities raise the stock", () =>
  withOffice(async ({ app }) => {
    match(
      (await ask(
        app,
        "POST /sale-notification",
        notice({ "quantity_sold": -3 }),
      ))
        .text,
      /"Venta registrada para -3 unidades","updated_stock":18/,
    );
    match(
      (await ask(
        app,
        "POST /sale-notification",
        notice({ "quantity_sold": 0 }),
      ))
        .text,
      /"updated_stock":18/,
    );
  }));

Deno.test("D-17: PUT is a count; later notices lower it", () =>
  withOffice(async (office) => {
    await ask(office.app, "POST /sale-notification", notice());
    await ask(
      office.app,
      "PUT /inventory/5",
      product(5, "Quinoa", "12.5", 200),
    );
    strictEqual(await stockOf(office, 5), 200);
    match(
      (await ask(office.app, "POST /sale-notification", notice())).text,
      /"updated_stock":196/,
    );
  }));

Deno.test("D-23: a negative stock set on purpose shows as set until the next sale, then 0", () =>
  withOffice(async (office) => {
    deepStrictEqual(
      await answerOf(
        office.app,
        "PUT /inventory/5",
        product(5, "Quinoa", "-12.5", -7),
      ),
      [
        200,
        '{"id":5,"name":"Quinoa","price":-12.5,"stock":-7}',
      ],
    );
    strictEqual(await stockOf(office, 5), -7);
    match(
      (await ask(
        office.app,
        "POST /sale-notification",
        notice({ "quantity_sold": 1 }),
      )).text,
      /"updated_stock":0/,
    );
    strictEqual(await stockOf(office, 5), 0);
  }));

Deno.test("D-25: sale_price is the total and is never multiplied; labels of 6.3", () =>
  withOffice(async (office) => {
    await ask(
      office.app,
      "POST /sale-notification",
      notice({ "sale_price": 52.5 }),
    );
    deepStrictEqual(await history(office), [
      "2025-10-01 18:02:09 | norte-2 | Quinoa | 4 | $52.5 | $50.0 | $2.5 |",
    ]);
  }));

Deno.test("D-21: an amount is kept as received to the last digit, beside the exact value", () =>
  withOffice(async (office) => {
    const body = notice({ "product_id": 3, "quantity_sold": 3 }).replace(
      '"sale_price":50',
      '"sale_price":9.600000000000001',
    );
    strictEqual(
      (await ask(office.app, "POST /sale-notification", body)).status,
      200,
    );
    const [kept] = office.useCases.notices({ limit: 1 }).items;
    deepStrictEqual([kept?.amountText, kept?.amount], [
      "9.600000000000001",
      money(960, "PEN"),
    ]);
    deepStrictEqual(await history(office), [
      "2025-10-01 18:02:09 | norte-2 | Leche Deslactosada | 3 | $9.600000000000001 | $9.6 | $0.0 |",
    ]);
  }));

Deno.test("D-22: an amount that is not finite, or beyond exact money, is 422 finite_number", () =>
  withOffice(async (office) => {
    for (const amount of ["NaN", "1e999", '"inf"', "1e30"]) {
      const body = notice().replace(
        '"sale_price":50',
        `"sale_price":${amount}`,
      );
      const { status, text } = await ask(
        office.app,
        "POST /sale-notification",
        body,
      );
      deepStrictEqual([status, JSON.parse(text).detail[0].type], [
        422,
        "finite_number",
      ]);
    }
    strictEqual(await notifications(office), 0);
  }));

Deno.test("D-31: a notice for an unknown product is 404, is kept, and counts once the product appears", () =>
  withOffice(async (office) => {
    const body = notice({ "product_id": 42, "quantity_sold": 3 });
    deepStrictEqual(
      await answerOf(office.app, "POST /sale-notification", body),
      [404, NOT_FOUND],
    );
    strictEqual(await notifications(office), 0);
    strictEqual((await history(office)).length, 0);
    strictEqual(
      office.useCases.notices({ limit: 10, quarantined: true }).items.length,
      1,
    );
    strictEqual(
      (await ask(office.app, "POST /inventory", product(42))).status,
      200,
    );
    strictEqual(await notifications(office), 1);
    strictEqual(
      office.useCases.notices({ limit: 10, quarantined: true }).items.length,
      0,
    );
    strictEqual(soldOf(office, 42), 3);
    deepStrictEqual(await history(office), [
      "2025-10-01 18:02:09 | norte-2 | Miel de Azahar | 3 | $50.0 | $18.0 | $32.0 |",
    ]);
  }));

Deno.test("D-31: a notice for a deleted product is 404", () =>
  withOffice(async (office) => {
    await ask(office.app, "DELETE /inventory/5");
    deepStrictEqual(
      await answerOf(office.app, "POST /sale-notification", notice()),
      [404, NOT_FOUND],
    );
  }));

Deno.test("D-32: without sale_id every notice is a sale, also an equal one", () =>
  withOffice(async (office) => {
    await ask(office.app, "POST /sale-notification", notice());
    match(
      (await ask(office.app, "POST /sale-notification", notice())).text,
      /"updated_stock":7/,
    );
    strictEqual(await notifications(office), 2);
  }));

Deno.test("D-32: with sale_id a repeat is applied once and gets 200 with the present stock", () =>
  withOffice(async (office) => {
    const body = notice({ "sale_id": "norte-2_2025-10-01T18:02:09.500000" });
    match(
      (await ask(office.app, "POST /sale-notification", body)).text,
      /"updated_stock":11/,
    );
    await ask(
      office.app,
      "POST /sale-notification",
      notice({ "quantity_sold": 1 }),
    );
    deepStrictEqual(
      await answerOf(office.app, "POST /sale-notification", body),
      [
        200,
        '{"status":"received","message":"Venta registrada para 4 unidades","updated_stock":10}',
      ],
    );
    strictEqual(await notifications(office), 2);
  }));

Deno.test("D-32: message_id stands in where there is no sale_id; numbers are taken as text", () =>
  withOffice(async (office) => {
    for (const id of [{ "message_id": "0b5c-1" }, { "sale_id": 77 }]) {
      await ask(office.app, "POST /sale-notification", notice(id));
      await ask(office.app, "POST /sale-notification", notice(id));
    }
    strictEqual(await stockOf(office, 5), 7);
    strictEqual(await notifications(office), 2);
  }));

Deno.test("D-32: a sale_id is not used up by a notice that was refused for its form or its product", () =>
  withOffice(async (office) => {
    const id = { "sale_id": "x-1" };
    strictEqual(
      (await ask(
        office.app,
        "POST /sale-notification",
        notice({ ...id, "quantity_sold": "x" }),
      )).status,
      422,
    );
    strictEqual(
      (await ask(office.app, "POST /sale-notification", notice(id))).status,
      200,
    );
    const unknown = notice({ "sale_id": "x-2", "product_id": 42 });
    strictEqual(
      (await ask(office.app, "POST /sale-notification", unknown)).status,
      404,
    );
    strictEqual(
      (await ask(office.app, "POST /sale-notification", unknown)).status,
      404,
    );
    await ask(office.app, "POST /inventory", product(42));
    strictEqual(
      (await ask(office.app, "POST /sale-notification", unknown)).status,
      200,
    );
    strictEqual(soldOf(office, 42), 4);
  }));

Deno.test("D-32: one sale_id with other content is 409 with the text of the later releases", () =>
  withOffice(async (office) => {
    await ask(
      office.app,
      "POST /sale-notification",
      notice({ "sale_id": "x" }),
    );
    deepStrictEqual(
      await answerOf(
        office.app,
        "POST /sale-notification",
        notice({ "sale_id": "x", "quantity_sold": 9 }),
      ),
      [
        409,
        '{"detail":"Conflicto: Esta venta (sale_id) ya ha sido registrada."}',
      ],
    );
    strictEqual(await stockOf(office, 5), 11);
  }));

Deno.test("D-34: a 3.x body is taken with total_amount; its further fields are kept", () =>
  withOffice(async (office) => {
    const body =
      '{"branch_id":"norte-2","product_id":5,"quantity_sold":4,"money_received":60.50,"total_amount":50.0,' +
      '"change":10.50,"timestamp":"2025-10-01T18:02:09.500000","message_id":"m-1"}';
    match(
      (await ask(office.app, "POST /sale-notification", body)).text,
      /"updated_stock":11/,
    );
    deepStrictEqual(await history(office), [
      "2025-10-01 18:02:09 | norte-2 | Quinoa | 4 | $50.0 | $50.0 | $0.0 |",
    ]);
    const facts = JSON.stringify(office.useCases.facts({ limit: 1000 }).items);
    ok(
      facts.includes('"money_received":"60.50"') &&
        facts.includes('"change":"10.50"') &&
        facts.includes('"message_id":"m-1"'),
    );
  }));

Deno.test("D-34: sale_price wins over total_amount; without both sale_price is missing", () =>
  withOffice(async (office) => {
    await ask(
      office.app,
      "POST /sale-notification",
      notice({ "total_amount": 99 }),
    );
    ok((await history(office))[0]?.includes("| $50.0 | $50.0 | $0.0 |"));
    const { status, text } = await ask(
      office.app,
      "POST /sale-notification",
      notice({ "sale_price": undefined }),
    );
    strictEqual(status, 422);
    const [problem] = JSON.parse(text).detail;
    deepStrictEqual([problem.type, problem.loc], ["missing", [
      "body",
      "sale_price",
    ]]);
  }));

Deno.test("D-34: odd further fields never refuse a valid notice (D-8)", () =>
  withOffice(async (office) => {
    const odd = {
      "money_received": "mucho",
      change: null,
      "sale_id": null,
      "message_id": [],
      mode: "Direct",
      source: 5,
    };
    strictEqual(
      (await ask(office.app, "POST /sale-notification", notice(odd))).status,
      200,
    );
    strictEqual(
      (await ask(
        office.app,
        "POST /sale-notification",
        notice({ "sale_id": "" }),
      )).status,
      200,
    );
    strictEqual(await notifications(office), 2);
  }));

Deno.test("D-39: branch ids are kept and shown as received", () =>
  withOffice(async (office) => {
    for (
      const branch of ["sucursal-001", "", " Central_Manual ", "Ñuñoa <1>"]
    ) {
      strictEqual(
        (await ask(
          office.app,
          "POST /sale-notification",
          notice({ "branch_id": branch }),
        )).status,
        200,
      );
    }
    deepStrictEqual(
      office.useCases.notices({ limit: 10 }).items.map(({ branch }) => branch),
      ["sucursal-001", "", " Central_Manual ", "Ñuñoa <1>"],
    );
    ok((await history(office)).at(-1)?.includes("| Ñuñoa <1> |"));
  }));

Deno.test("a stopped node answers a notice with 503 in Spanish", async () => {
  const node = await createTestNode({ roles: ["office"], initialRows: true });
  const app = createInventoryCentral(node.useCases, {
    now: () => node.clock.now(),
  });
  await node.stop();
  const detail =
    "El nodo se está deteniendo: la venta no se registró. Reintente en un momento.";
  deepStrictEqual(await answerOf(app, "POST /sale-notification", notice()), [
    503,
    JSON.stringify({ detail }),
  ]);
  deepStrictEqual(await answerOf(app, "POST /submit-sale", form()), [
    503,
    JSON.stringify({ detail }),
  ]);
});

// --- 6.3 Dashboard -------------------------------------------------------------------------------------------------

Deno.test("GET /dashboard shows the elements of 6.3 from top to bottom (D-44)", () =>
  withOffice(async ({ app }) => {
    await ask(app, "POST /sale-notification", notice());
    await ask(
      app,
      "POST /sale-notification",
      notice({ "product_id": 1, "quantity_sold": 2, "sale_price": 5.5 }),
    );
    const { status, type, text } = await ask(app, "GET /dashboard");
    deepStrictEqual([status, type], [200, "text/html; charset=utf-8"]);
    ok(text.includes("<title>🌿 EcoMarket Central Dashboard</title>"));
    ok(text.includes('<meta charset="utf-8">'));
    ok(text.includes('<a href="/new-sale">Registrar Nueva Venta</a>'));
    ok(!namesOtherHosts(text));
    strictEqual(
      visibleText(text),
      "EcoMarket Central Dashboard Inventario Central ID Producto Precio Stock " +
        "1 Manzanas Orgánicas $2.5 98 2 Pan Integral $1.8 50 3 Leche Deslactosada $3.2 30 4 Café Premium $8.9 25 5 Quinoa $12.5 11 " +
        "Historial de Ventas Fecha Sucursal Producto Cantidad Monto Total Cambio " +
        "2025-10-01 18:02:09 norte-2 Quinoa 4 $50.0 $50.0 $0.0 " +
        "2025-10-01 18:02:09 norte-2 Manzanas Orgánicas 2 $5.5 $5.0 $0.5 Registrar Nueva Venta",
    );
  }));

Deno.test("D-26: name and price in the history are those of the notice's time", () =>
  withOffice(async (office) => {
    await ask(office.app, "POST /sale-notification", notice());
    await ask(office.app, "PUT /inventory/5", product(5, "Arroz", "1", 7));
    deepStrictEqual(await history(office), [
      "2025-10-01 18:02:09 | norte-2 | Quinoa | 4 | $50.0 | $50.0 | $0.0 |",
    ]);
  }));

Deno.test("D-27: deleting a sold product leaves the dashboard at 200 with the recorded name", () =>
  withOffice(async (office) => {
    await ask(office.app, "POST /sale-notification", notice());
    await ask(office.app, "DELETE /inventory/5");
    strictEqual((await ask(office.app, "GET /dashboard")).status, 200);
    ok((await history(office))[0]?.includes("| Quinoa |"));
  }));

Deno.test("D-44: texts on /dashboard and /new-sale are escaped and look the same", () =>
  withOffice(async ({ app, get }) => {
    const name = `O'Higgins <b>"pan"</b> & más`;
    await ask(app, "POST /inventory", product(42, name));
    await ask(
      app,
      "POST /sale-notification",
      notice({ "product_id": 42, "branch_id": "<script>x</script>" }),
    );
    const page = await get("/dashboard");
    ok(!page.includes("<script>") && !page.includes("<b>"));
    ok(visibleText(page).includes(`42 ${name} $6.0 8`));
    const escaped =
      "O&#39;Higgins &lt;b&gt;&quot;pan&quot;&lt;/b&gt; &amp; más";
    ok(
      (await get("/new-sale")).includes(
        `<option value="${escaped}" data-id="42"`,
      ),
    );
  }));

Deno.test("GET /dashboard shows the latest 1,000 notices and says how many are left out", () =>
  withOffice(async (office) => {
    const all = Array.from(
      { length: CENTRAL_PAGE_NOTICES_MAX + 2 },
      (_, i) =>
        ask(
          office.app,
          "POST /sale-notification",
          notice({ "quantity_sold": 0, "branch_id": `b${i}` }),
        ),
    );
    ok((await Promise.all(all)).every(({ status }) => status === 200));
    const rows = await history(office);
    strictEqual(rows.length, CENTRAL_PAGE_NOTICES_MAX);
    ok(rows[0]?.includes("| b2 |") && rows.at(-1)?.includes("| b1001 |"));
    ok(
      visibleText(await office.get("/dashboard")).includes(
        "Se omiten 2 ventas anteriores.",
      ),
    );
  }));

// --- 6.4 and 6.5 Form ----------------------------------------------------------------------------------------------

Deno.test("GET /new-sale has title, labels, controls, start values and rules of 6.4", () =>
  withOffice(async ({ app }) => {
    const { status, type, text } = await ask(app, "GET /new-sale");
    deepStrictEqual([status, type], [200, "text/html; charset=utf-8"]);
    for (
      const part of [
        "<title>🌿 Registrar Nueva Venta</title>",
        "<h1>Registrar Nueva Venta</h1>",
        '<meta charset="utf-8">',
        '<form action="/submit-sale" method="POST">',
        '<input type="text" name="branch_id" value="Sucursal1" required>',
        'placeholder="Escribe para buscar..."',
        '<input type="hidden" name="product_id" value="">',
        '<input type="number" name="quantity_sold" value="1" min="1" required>',
        '<input type="number" name="sale_price" value="0.0" step="0.01" required>',
        '<option value="Café Premium" data-id="4"',
      ]
    ) ok(text.includes(part), part);
    strictEqual(text.match(/<option /g)?.length, 5);
    strictEqual(
      visibleText(text),
      "Registrar Nueva Venta Sucursal: Producto: Cantidad: Precio Total: Enviar Venta",
    );
    ok(!namesOtherHosts(text));
  }));

Deno.test("POST /submit-sale records the sale and answers the fragment of 6.5", () =>
  withOffice(async (office) => {
    const { status, type, text } = await ask(
      office.app,
      "POST /submit-sale",
      form(),
    );
    deepStrictEqual([status, type], [200, "text/html; charset=utf-8"]);
    ok(text.includes("<h3>✅ Venta registrada correctamente!</h3>"));
    ok(text.includes("<p>Sucursal1 vendió 2x Café Premium por $20.0</p>"));
    ok(
      text.includes(
        '<a href="/new-sale">Registrar otra venta</a> | <a href="/dashboard">Ir al Dashboard</a>',
      ),
    );
    ok(!text.includes("<html"));
    strictEqual(await stockOf(office, 4), 23);
    strictEqual(await notifications(office), 1);
    deepStrictEqual(await history(office), [
      "2025-10-01 13:02:09 | Sucursal1 | Café Premium | 2 | $20.0 | $17.8 | $2.2 |",
    ]);
  }, { startMs: Date.UTC(2025, 9, 1, 18, 2, 9), timezone: "America/Lima" }));

Deno.test("POST /submit-sale takes multipart forms, lenient numbers and clamps at 0 (2.7, 2.8)", () =>
  withOffice(async (office) => {
    const multipart = new FormData();
    for (
      const [name, value] of form({
        "product_id": " 04 ",
        "quantity_sold": "1_000",
        "sale_price": "1e1",
      })
    ) {
      multipart.set(name, value);
    }
    const { status, text } = await ask(
      office.app,
      "POST /submit-sale",
      multipart,
    );
    strictEqual(status, 200);
    ok(text.includes("vendió 1000x Café Premium por $10.0"));
    strictEqual(await stockOf(office, 4), 0);
  }));

Deno.test("POST /submit-sale for an unknown id is 200 with its own text, and keeps nothing (6.5)", () =>
  withOffice(async (office) => {
    const { status, type, text } = await ask(
      office.app,
      "POST /submit-sale",
      form({ "product_id": "99" }),
    );
    deepStrictEqual([status, type], [200, "text/html; charset=utf-8"]);
    ok(text.includes("<h3>❌ Producto no encontrado.</h3>"));
    ok(text.includes('<a href="/new-sale">Volver</a>'));
    strictEqual(await notifications(office), 0);
    strictEqual(
      office.useCases.notices({ limit: 1, quarantined: true }).items.length,
      0,
    );
  }));

Deno.test("POST /submit-sale lists absent and empty fields as missing with input null (2.6)", () =>
  withOffice(async ({ app }) => {
    const missing = (name: string) =>
      `{"type":"missing","loc":["body","${name}"],"msg":"Field required","input":null}`;
    const all = ["branch_id", "product_id", "quantity_sold", "sale_price"].map(
      missing,
    ).join(",");
    deepStrictEqual(await answerOf(app, "POST /submit-sale"), [
      422,
      `{"detail":[${all}]}`,
    ]);
    deepStrictEqual(
      await answerOf(app, "POST /submit-sale", "branch_id=a&product_id=1", {
        "content-type": "text/plain",
      }),
      [422, `{"detail":[${all}]}`],
    );
    deepStrictEqual(
      await answerOf(app, "POST /submit-sale", form({ "branch_id": "" })),
      [422, `{"detail":[${missing("branch_id")}]}`],
    );
    const { text } = await ask(
      app,
      "POST /submit-sale",
      form({ "product_id": "x", "quantity_sold": "1.5", "sale_price": "2,5" }),
    );
    deepStrictEqual(
      JSON.parse(text).detail.map((
        it: { type: string; input: string },
      ) => [it.type, it.input]),
      [["int_parsing", "x"], ["int_parsing", "1.5"], ["float_parsing", "2,5"]],
    );
  }));

Deno.test("D-43: product_id wins over product_name", () =>
  withOffice(async ({ app }) => {
    const { text } = await ask(
      app,
      "POST /submit-sale",
      form({ "product_name": "Quinoa" }),
    );
    ok(text.includes("2x Café Premium"));
  }));

Deno.test("D-43: without product_id a name finds its product, exactly or but for case, accents and blanks", () =>
  withOffice(async ({ app }) => {
    for (
      const name of ["Café Premium", " cafe PREMIUM ", "Cafe\u0301 premium"]
    ) {
      for (const id of ["", undefined]) {
        const { status, text } = await ask(
          app,
          "POST /submit-sale",
          form({ "product_name": name, "product_id": id }),
        );
        deepStrictEqual(
          [status, text.includes("2x Café Premium")],
          [200, true],
          name,
        );
      }
    }
  }));

Deno.test("D-43: an exact name wins; a name of several products finds none", () =>
  withOffice(async ({ app }) => {
    await ask(app, "POST /inventory", product(41, "café premium"));
    const exact = await ask(
      app,
      "POST /submit-sale",
      form({ "product_name": "café premium", "product_id": "" }),
    );
    ok(exact.text.includes("2x café premium"));
    const either = await ask(
      app,
      "POST /submit-sale",
      form({ "product_name": "CAFÉ PREMIUM", "product_id": "" }),
    );
    strictEqual(either.status, 422);
    await ask(app, "POST /inventory", product(42, "Café Premium"));
    const twice = await ask(
      app,
      "POST /submit-sale",
      form({ "product_id": "" }),
    );
    strictEqual(twice.status, 422);
  }));

Deno.test("D-43: a name that finds nothing is 422: JSON, or a page for a browser", () =>
  withOffice(async ({ app }) => {
    const sent = () => form({ "product_name": "Té", "product_id": "" });
    deepStrictEqual(await answerOf(app, "POST /submit-sale", sent()), [
      422,
      '{"detail":[{"type":"missing","loc":["body","product_id"],"msg":"Field required","input":null}]}',
    ]);
    const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
    const { status, type, text } = await ask(
      app,
      "POST /submit-sale",
      sent(),
      browser,
    );
    deepStrictEqual([status, type], [422, "text/html; charset=utf-8"]);
    ok(
      text.includes("❌ Producto no encontrado.") &&
        text.includes('<a href="/new-sale">Volver</a>'),
    );
  }));

Deno.test("D-44: the form's answer is escaped", () =>
  withOffice(async ({ app }) => {
    const { text } = await ask(
      app,
      "POST /submit-sale",
      form({ "branch_id": "<i>Sur</i>" }),
    );
    ok(text.includes("&lt;i&gt;Sur&lt;/i&gt; vendió 2x"));
  }));

Deno.test("D-45: a form from a page of another host is 403 and records nothing", () =>
  withOffice(async (office) => {
    const post = async (origin: string) =>
      (await ask(office.app, "POST /submit-sale", form(), { origin })).status;
    strictEqual(await post("http://evil.example"), 403);
    strictEqual(await post("null"), 403);
    strictEqual(await notifications(office), 0);
    strictEqual(await post("http://localhost:8001"), 200);
    strictEqual(
      (await ask(office.app, "POST /submit-sale", form())).status,
      200,
    );
  }));

// --- 7 and 12.1: description, roles --------------------------------------------------------------------------------

Deno.test("D-3: /docs and /redoc are pages that stand alone; the helper page is there (7)", () =>
  withOffice(async ({ app }) => {
    for (
      const [path, kind] of [["/docs", "Swagger UI"], [
        "/redoc",
        "ReDoc",
      ]] as const
    ) {
      const { status, type, text } = await ask(app, `GET ${path}`);
      deepStrictEqual([status, type], [200, "text/html; charset=utf-8"]);
      ok(text.includes(`<title>🌿 EcoMarket Central API - ${kind}</title>`));
      ok(
        !namesOtherHosts(text) &&
          text.includes("<code>/sale-notification</code>"),
      );
      strictEqual((await ask(app, `HEAD ${path}`)).status, 200);
    }
    strictEqual((await ask(app, "GET /docs/oauth2-redirect")).status, 200);
  }));

Deno.test("GET /openapi.json has title, version, operations and schemas of section 7", () =>
  withOffice(async ({ get }) => {
    const api = JSON.parse(await get("/openapi.json"));
    deepStrictEqual([api.openapi, api.info.title, api.info.version], [
      "3.1.0",
      "🌿 EcoMarket Central API",
      "1.2.0",
    ]);
    const operations = Object.entries<
      Record<string, { tags: string[]; operationId: string }>
    >(api.paths)
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, it]) =>
          `${method} ${path} ${it.tags} ${it.operationId}`
        )
      );
    deepStrictEqual(operations.sort(), [
      "delete /inventory/{product_id} Inventario delete_product_inventory__product_id__delete",
      "get / General root__get",
      "get /dashboard Dashboard dashboard_dashboard_get",
      "get /inventory Inventario get_inventory_inventory_get",
      "get /new-sale Dashboard new_sale_form_new_sale_get",
      "post /inventory Inventario add_product_inventory_post",
      "post /sale-notification Comunicación receive_sale_sale_notification_post",
      "post /submit-sale Dashboard submit_sale_submit_sale_post",
      "put /inventory/{product_id} Inventario update_product_inventory__product_id__put",
    ]);
    deepStrictEqual(Object.keys(api.components.schemas).sort(), [
      "Body_submit_sale_submit_sale_post",
      "HTTPValidationError",
      "Product",
      "SaleNotification",
      "ValidationError",
    ]);
  }));

Deno.test("D-6: no redirect on /sale-notification itself; a final slash is 307 (D-8)", () =>
  withOffice(async ({ app }) => {
    strictEqual(
      (await ask(app, "POST /sale-notification", notice())).status,
      200,
    );
    const { status, headers } = await ask(
      app,
      "POST /sale-notification/",
      notice(),
    );
    deepStrictEqual([status, headers.get("location")], [
      307,
      "http://localhost:8001/sale-notification",
    ]);
    strictEqual(
      (await ask(app, "GET /sale-notification")).headers.get("allow"),
      "POST",
    );
    strictEqual(
      (await ask(app, "GET /submit-sale")).headers.get("allow"),
      "POST",
    );
  }));

/** Both roles of one node, each with its own surface. */
async function withBoth(
  test: (office: Office, branch: WebApp) => Promise<void>,
): Promise<void> {
  await withOffice(
    (office) => {
      const branch = createInventoryBranch(office.useCases);
      return test(office, withPassingTime(branch, office.clock));
    },
    { roles: ["branch", "office"], branchId: "sucursal-001" },
  );
}

Deno.test("D-19: a sale at the branch lowers both stocks once; a notice lowers the master only", () =>
  withBoth(async (office, branch) => {
    strictEqual(
      (await ask(branch, "POST /sales", '{"product_id":1,"quantity":2}'))
        .status,
      200,
    );
    strictEqual(await stockOf(office, 1), 98);
    match((await ask(branch, "GET /inventory/1")).text, /"stock":23\}$/);
    await ask(
      office.app,
      "POST /sale-notification",
      notice({ "product_id": 1, "quantity_sold": 5 }),
    );
    strictEqual(await stockOf(office, 1), 93);
    match((await ask(branch, "GET /inventory/1")).text, /"stock":23\}$/);
    strictEqual(
      office.useCases.stockOf(MASTER_SITE, "1" as ProductId)?.onHand,
      93,
    );
  }));

Deno.test("D-49: a product made at the branch is known to the master, unless the id is there", () =>
  withBoth(async (office, branch) => {
    await ask(branch, "POST /inventory", product(42));
    ok(
      (await office.get("/inventory")).endsWith(
        ',{"id":42,"name":"Miel de Azahar","price":6.0,"stock":12}]',
      ),
    );
    await ask(branch, "POST /inventory", product(4, "Café del barrio", "1", 2));
    ok(
      (await office.get("/inventory")).includes(
        '{"id":4,"name":"Café Premium","price":8.9,"stock":25}',
      ),
    );
    match(
      (await ask(branch, "GET /inventory/4")).text,
      /"name":"Café del barrio","price":1\.0,"stock":2\}/,
    );
  }));

Deno.test("D-49: what is made, edited or deleted on one role does not change the other's row", () =>
  withBoth(async (office, branch) => {
    await ask(office.app, "POST /inventory", product(43));
    strictEqual((await ask(branch, "GET /inventory/43")).status, 404);
    await ask(branch, "PUT /inventory/1", product(1, "Peras", "9", 1));
    await ask(branch, "DELETE /inventory/2");
    await ask(office.app, "DELETE /inventory/3");
    const rows = await office.get("/inventory");
    ok(
      rows.startsWith(
        '[{"id":1,"name":"Manzanas Orgánicas","price":2.5,"stock":100},{"id":2,',
      ),
    );
    strictEqual((await ask(branch, "GET /inventory/3")).status, 200);
    strictEqual(
      (await ask(branch, "POST /sales", '{"product_id":3,"quantity":1}'))
        .status,
      200,
    );
  }));

Deno.test("D-13: a product that exists is 400 for a later POST on the same role", () =>
  withBoth(async (office, branch) => {
    for (const app of [office.app, branch]) {
      deepStrictEqual(await answerOf(app, "POST /inventory", product(1)), [
        400,
        '{"detail":"El producto ya existe"}',
      ]);
    }
  }));
