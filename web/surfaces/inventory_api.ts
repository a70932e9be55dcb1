/**
 * What the two inventory surfaces say about themselves: titles, versions, operations and schemas of their API pages and
 * of `/openapi.json`.
 *
 * @module
 */
import {
  type ApiBody,
  type ApiDescription,
  type ApiOperation,
  type JsonObject,
  objectSchema,
  titleOf,
} from "./fastapi_openapi.ts";

const INTEGER: JsonObject = { type: "integer" };
const NUMBER: JsonObject = { type: "number" };
const STRING: JsonObject = { type: "string" };
const DATE_TIME: JsonObject = { type: "string", format: "date-time" };
const OPTIONAL_STRING: JsonObject = {
  anyOf: [{ type: "string" }, { type: "null" }],
};

const PRODUCT = objectSchema("Product", {
  id: INTEGER,
  name: STRING,
  price: NUMBER,
  stock: INTEGER,
});

const PRODUCT_BODY: ApiBody = {
  mediaType: "application/json",
  schema: "Product",
  example: '{"id": 42, "name": "Miel de Azahar", "price": 6.0, "stock": 12}',
};

const ONE_PRODUCT = "/inventory/{product_id}";

function operation(
  route: string,
  tag: string,
  more: { readonly name: string } & Pick<ApiOperation, "body" | "answer">,
): ApiOperation {
  const [method = "", path = ""] = route.split(" ");
  return {
    method: method.toLowerCase() as ApiOperation["method"],
    path,
    tag,
    summary: titleOf(more.name),
    ...more,
  };
}

const CHANGES: readonly ApiOperation[] = [
  operation("POST /inventory", "Inventario", {
    name: "add_product",
    body: PRODUCT_BODY,
    answer: "Product",
  }),
  operation(`PUT ${ONE_PRODUCT}`, "Inventario", {
    name: "update_product",
    body: PRODUCT_BODY,
    answer: "Product",
  }),
  operation(`DELETE ${ONE_PRODUCT}`, "Inventario", { name: "delete_product" }),
];

const DASHBOARD = operation("GET /dashboard", "Dashboard", {
  name: "dashboard",
  answer: "html",
});
const ROOT = operation("GET /", "General", { name: "root" });

/** The branch role. */
export const BRANCH_API: ApiDescription = {
  title: "🌿 EcoMarket Sucursal API",
  version: "1.3.0",
  description:
    "Inventario y ventas de esta sucursal, que opera también sin conexión.",
  operations: [
    operation("GET /inventory", "Inventario", {
      name: "get_local_inventory",
      answer: "[Product]",
    }),
    operation(`GET ${ONE_PRODUCT}`, "Inventario", {
      name: "get_product",
      answer: "Product",
    }),
    ...CHANGES,
    operation("POST /sales", "Ventas", {
      name: "process_sale",
      body: {
        mediaType: "application/json",
        schema: "SaleRequest",
        example: '{"product_id": 1, "quantity": 2}',
      },
      answer: "SaleResponse",
    }),
    operation("GET /sales/stats", "Ventas", { name: "sales_stats" }),
    DASHBOARD,
    ROOT,
  ],
  schemas: {
    Product: PRODUCT,
    SaleRequest: objectSchema("SaleRequest", {
      product_id: INTEGER,
      quantity: INTEGER,
      customer_info: OPTIONAL_STRING,
    }, ["customer_info"]),
    SaleResponse: objectSchema("SaleResponse", {
      sale_id: STRING,
      product_name: STRING,
      quantity_sold: INTEGER,
      total_amount: NUMBER,
      timestamp: DATE_TIME,
      status: STRING,
    }),
  },
};

/** The central role. */
export const CENTRAL_API: ApiDescription = {
  title: "🌿 EcoMarket Central API",
  version: "1.2.0",
  description: "Inventario maestro y avisos de venta de las sucursales.",
  operations: [
    ROOT,
    operation("GET /inventory", "Inventario", {
      name: "get_inventory",
      answer: "[Product]",
    }),
    ...CHANGES,
    operation("POST /sale-notification", "Comunicación", {
      name: "receive_sale",
      body: {
        mediaType: "application/json",
        schema: "SaleNotification",
        example:
          '{"branch_id": "norte-2", "product_id": 5, "quantity_sold": 4, "timestamp": "2025-10-01T18:02:09.500000", "sale_price": 50.0}',
      },
    }),
    DASHBOARD,
    operation("GET /new-sale", "Dashboard", {
      name: "new_sale_form",
      answer: "html",
    }),
    operation("POST /submit-sale", "Dashboard", {
      name: "submit_sale",
      body: {
        mediaType: "application/x-www-form-urlencoded",
        schema: "Body_submit_sale_submit_sale_post",
        example:
          "branch_id=Sucursal1&product_id=1&quantity_sold=1&sale_price=2.5",
      },
      answer: "html",
    }),
  ],
  schemas: {
    Product: PRODUCT,
    SaleNotification: objectSchema("SaleNotification", {
      branch_id: STRING,
      product_id: INTEGER,
      quantity_sold: INTEGER,
      timestamp: DATE_TIME,
      sale_price: NUMBER,
    }),
    Body_submit_sale_submit_sale_post: objectSchema(
      "Body_submit_sale_submit_sale_post",
      {
        branch_id: STRING,
        product_id: INTEGER,
        quantity_sold: INTEGER,
        sale_price: NUMBER,
      },
    ),
  },
};
