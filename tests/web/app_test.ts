import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Hono } from "hono";
import { PanalError } from "../../crdt/mod.ts";
import type { UseCases } from "../../nodes/use_cases.ts";
import { readPageFiles } from "../../nodes/adapters/page_files.ts";
import { createApp } from "../../web/app.ts";
import { PAGE_PATHS } from "../../web/page_paths.ts";
import { createVirtualClock } from "../support/virtual_clock.ts";
import { POINT, RIGHT_CHARGING, withPoint } from "./charging_api.ts";
import { RIGHT_FLEET, withCompany } from "./fleet_api.ts";
import {
  type Description,
  type NativeApi,
  type Operation,
  refuses,
  withApi,
  withProduct,
} from "./native_api.ts";
import { withPeople } from "./people_api.ts";

const JSON_TYPE = { "content-type": "application/json" };
const SALE = '{"lines":[{"product":"honey","quantity":1}]}';

interface Described {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

function operations(description: Description): Described[] {
  return Object.entries(description.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      path,
      method,
      operation,
    }))
  );
}

/** A path with something in place of its parameters. */
function filled(path: string): string {
  return path.replace("{site}", "CUS").replaceAll(/\{[^}]+\}/g, "x");
}

async function problemOf(response: Response) {
  strictEqual(
    response.headers.get("content-type"),
    "application/problem+json",
  );
  return {
    status: response.status,
    headers: response.headers,
    body: await response.json(),
  };
}

Deno.test("GET /v1/openapi.json describes operations completely", () =>
  withApi(({ description }) => {
    match(description.openapi, /^3\.1\./);
    ok(description.info.title.length > 0 && description.info.version !== "");
    const tags = description.tags.map((tag) => tag.name);
    const ids = new Set<string>();
    for (const { path, method, operation } of operations(description)) {
      const name = `${method} ${path}`;
      ok(!ids.has(operation.operationId), `${name}: id is not unique`);
      ids.add(operation.operationId);
      match(operation.operationId, /^[a-z]+[A-Z][A-Za-z]+$/);
      ok(operation.summary.length > 5, name);
      ok(operation.tags.every((tag) => tags.includes(tag)), name);
      const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map((it) => it[1]);
      deepStrictEqual(
        (operation.parameters ?? []).filter((it) => it.in === "path")
          .map((it) => it.name),
        inPath,
      );
      const statuses = Object.keys(operation.responses);
      ok(statuses.some((status) => status.startsWith("2")), name);
      const wanted = operation.requestBody === undefined
        ? ["401", "403", "500"]
        : ["400", "401", "403", "413", "415", "422", "500", "503"];
      for (const status of wanted) {
        ok(statuses.includes(status), `${name}: ${status} is not described`);
      }
    }
    ok(ids.size >= 29, `${ids.size} operations`);
  }));

Deno.test("GET /v1/openapi.json refers only to schemas that it holds", () =>
  withApi(({ description }) => {
    const text = JSON.stringify(description);
    for (
      const [, name = ""] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)
    ) {
      ok(Object.hasOwn(description.components.schemas, name), name);
    }
    for (const [, type = ""] of text.matchAll(/"type":"(\w+)"/g)) {
      match(type, /^(object|array|string|integer|number|boolean|null)$/);
    }
    for (const { operation } of operations(description)) {
      for (const [status, response] of Object.entries(operation.responses)) {
        ok(response.description.length > 0);
        const media = Object.keys(response.content ?? {});
        ok(media.length > 0);
        strictEqual(
          media.includes("application/problem+json"),
          Number(status) >= 400,
        );
      }
    }
  }));

Deno.test("createApp() answers every described operation, and describes every route", () =>
  withApi((api) => {
    const { routes } = createApp(api.useCases, {
      clock: api.clock,
      requireSignIn: false,
    }) as unknown as Hono;
    const described = operations(api.description).map(({ method, path }) =>
      `${method.toUpperCase()} ${path.replaceAll(/\{([^}]+)\}/g, ":$1")}`
    );
    const pages = [
      ...PAGE_PATHS.map((path) => `GET ${path}`),
      "GET /metrics",
      "GET /v1/openapi.json",
      "GET /v1/reference",
      "GET /v1/reference.css",
      "GET /v1/reference.js",
    ];
    const routed = routes.map(({ method, path }) =>
      `${method} ${path.replace("{.+}", "")}`
    );

    deepStrictEqual(routed.toSorted(), [...described, ...pages].toSorted());
  }));

Deno.test("createApp() keeps to routes that the fast router can hold", () =>
  withApi(async (api) => {
    const pages = await readPageFiles();
    ok(pages.ok, "The pages are not bundled: run deno task bundle");
    const app = createApp(api.useCases, {
      clock: api.clock,
      requireSignIn: false,
      pages: pages.value,
    });
    await app.request("/v1/health");
    const { router } = app as unknown as Hono;
    strictEqual(router.name, "SmartRouter + RegExpRouter");
  }));

Deno.test("createApp() refuses unknown paths with 404", () =>
  withApi(async (api) => {
    for (
      const path of [
        "/v1",
        "/v1/",
        "/v2/sales",
        "/v1/sales/",
        "/favicon.ico",
        "/v1/sales/a/b",
        "/v1/documents/",
      ]
    ) {
      refuses(await problemOf(await api.request(path)), 404, "not_found");
    }
  }));

Deno.test("createApp() refuses wrong methods with 405 and says which are right", () =>
  withApi(async (api) => {
    const byPath = Map.groupBy(
      operations(api.description),
      ({ path }) => path,
    );
    for (const [path, there] of byPath) {
      const right = there.map(({ method }) => method.toUpperCase());
      const allow = [
        ...right,
        "OPTIONS",
        ...right.includes("GET") ? ["HEAD"] : [],
      ];
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "QUERY"]) {
        if (right.includes(method)) continue;
        // POST /v1/stock/receipts and its like hide behind patterns with a parameter.
        const answer = await problemOf(
          await api.request(filled(path), { method }),
        );
        refuses(answer, 405, "method_not_allowed");
        const allowed = answer.headers.get("allow")?.split(", ") ?? [];
        deepStrictEqual(allowed.toSorted(), allow.toSorted());
      }
      const options = await api.request(filled(path), { method: "OPTIONS" });
      strictEqual(options.status, 204);
      strictEqual(options.headers.has("allow"), true);
    }
  }));

Deno.test("createApp() answers HEAD like GET without a body", () =>
  withApi(async (api) => {
    const response = await api.request("/v1/sales", { method: "HEAD" });

    strictEqual(response.status, 200);
    strictEqual(response.body, null);
  }));

for (
  const [name, body] of [
    ["nothing", ""],
    ["half an object", '{"lines":['],
    ["words", "hello"],
    ["single quotes", "{'lines':[]}"],
    ["not a number", '{"lines":NaN}'],
    ["what is not UTF-8", Uint8Array.of(0x22, 0xff, 0x22)],
    ["half a million brackets", "[".repeat(500_000)],
  ] as const
) {
  Deno.test(`createApp() refuses a body of ${name} with 400`, () =>
    withApi(async (api) => {
      const response = await api.request("/v1/sales", {
        method: "POST",
        headers: JSON_TYPE,
        body,
      });

      refuses(await problemOf(response), 400, "request_invalid");
    }));
}

Deno.test("createApp() refuses other media types than JSON with 415", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const post = (type: string | undefined) =>
      api.request("/v1/sales", {
        method: "POST",
        headers: type === undefined ? {} : { "content-type": type },
        body: new TextEncoder().encode(SALE),
      });
    for (
      const type of [
        undefined,
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "text/json",
      ]
    ) {
      refuses(await problemOf(await post(type)), 415, "request_invalid");
    }
    for (
      const type of [
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/vnd.shop+json",
      ]
    ) {
      const response = await post(type);
      strictEqual(response.status, 201, type);
      await response.body?.cancel();
    }
  }));

Deno.test("createApp() refuses a body over 1 MiB with 413, whether declared, hidden or endless", () =>
  withApi(async (api) => {
    const post = (body: BodyInit, headers: Record<string, string> = {}) =>
      api.request("/v1/sales", {
        method: "POST",
        headers: { ...JSON_TYPE, ...headers },
        body,
      });
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(65_536).fill(32));
      },
    });
    const large = " ".repeat(1024 * 1024 + 1);

    refuses(await problemOf(await post(large)), 413, "body_too_large");
    refuses(
      await problemOf(await post("{}", { "content-length": "1048577" })),
      413,
      "body_too_large",
    );
    refuses(await problemOf(await post(endless)), 413, "body_too_large");
    ok(pulled < 32, `${pulled} pieces were read`);
    const most = await post(" ".repeat(1024 * 1024 - 2) + "{}");
    refuses(await problemOf(most), 422, "request_invalid");
  }));

Deno.test("createApp() tells at most 50 errors and no long ones", () =>
  withApi(async (api) => {
    const lines = Array.from({ length: 500 }, () => ({ quantity: -1 }));
    const many = await api.post("/v1/sales", { lines });
    const long = await api.post("/v1/sales", {
      lines: [],
      ["x".repeat(100_000)]: 1,
    });

    refuses(many, 422, "request_invalid");
    strictEqual(many.body.errors.length, 50);
    refuses(long, 422, "request_invalid");
    ok(JSON.stringify(long.body).length < 2000);
  }));

Deno.test("createApp() with requireSignIn refuses everything but health with 401", () =>
  withApi(async (api) => {
    for (const { method, path } of operations(api.description)) {
      const response = await api.request(filled(path), {
        method: method.toUpperCase(),
      });
      if (path === "/v1/health") {
        strictEqual(response.status, 200);
        await response.body?.cancel();
      } else {
        refuses(await problemOf(response), 401, "forbidden");
        ok(response.headers.has("www-authenticate"));
      }
    }
    for (const path of ["/v1/reference", "/v1/openapi.json", "/none"]) {
      refuses(await problemOf(await api.request(path)), 401, "forbidden");
    }
  }, { app: { requireSignIn: true } }));

Deno.test("createApp() with allowedHosts refuses other names than its own with 403", () =>
  withApi(async (api) => {
    const status = async (host: string, path = "/v1/health") => {
      const response = await api.request(path, { headers: { host } });
      await response.body?.cancel();
      return response.status;
    };
    for (
      const host of [
        "localhost",
        "localhost:8080",
        "LOCALHOST:8080",
        "127.0.0.1:8080",
        "127.1.2.3",
        "[::1]:8080",
        "till.shop:8080",
      ]
    ) {
      strictEqual(await status(host), 200, host);
    }
    for (
      const host of [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:8080",
        "evil.example:127.0.0.1",
        "::1",
        "",
      ]
    ) {
      strictEqual(await status(host), 403, host);
      strictEqual(await status(host, "/none"), 403, host);
    }
  }, { app: { allowedHosts: ["till.shop"] } }));

Deno.test("createApp() refuses changes from pages of other sites with 403", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const post = (origin: string) =>
      api.request("/v1/sales", {
        method: "POST",
        headers: { ...JSON_TYPE, host: "127.0.0.1:8080", origin },
        body: SALE,
      });
    for (
      const origin of [
        "http://evil.example",
        "http://127.0.0.1:8081",
        "http://127.0.0.1",
        "http://localhost:8080",
        "null",
        "",
      ]
    ) {
      refuses(await problemOf(await post(origin)), 403, "forbidden");
    }
    strictEqual((await api.get("/v1/sales")).body.items.length, 0);
    const own = await post("http://127.0.0.1:8080");
    strictEqual(own.status, 201);
    await own.body?.cancel();
    const reading = await api.get("/v1/sales", {
      headers: { origin: "http://evil.example" },
    });
    strictEqual(reading.status, 200);
    ok(!reading.headers.has("access-control-allow-origin"));
  }));

Deno.test("createApp() refuses a form that a page of another site posts with 403", () =>
  withPeople(async ({ request, as }) => {
    const { authorization = "" } = await as("admin");
    // What a browser sends for <form method="post">: no preflight asks for it, and an old browser names no origin.
    const form = (site: string) =>
      request("/v1/sales", {
        method: "POST",
        headers: {
          "content-type": "text/plain",
          "sec-fetch-site": site,
          "sec-fetch-mode": "navigate",
          authorization,
        },
        body: SALE,
      });
    for (const site of ["cross-site", "same-site"]) {
      refuses(await problemOf(await form(site)), 403, "forbidden");
    }
    // The page's own form passes the guard; that its body is no JSON is another matter.
    refuses(await problemOf(await form("same-origin")), 415, "request_invalid");
  }));

/** A node of which one function throws; nothing else of it is asked. */
function throwing(error: unknown): UseCases {
  const node = { version: "0" };
  const health = () => {
    throw error;
  };
  return { node, health } as unknown as UseCases;
}

Deno.test("createApp() answers an unexpected error with 500, logs it and keeps it to itself", async () => {
  const lines: unknown[] = [];
  const app = createApp(throwing(new TypeError("secret of /srv/till")), {
    clock: createVirtualClock(0),
    requireSignIn: false,
    logger: { log: (...line) => lines.push(line) },
  });

  const answer = await problemOf(await app.request("/v1/health"));

  refuses(answer, 500, "internal");
  ok(!JSON.stringify(answer.body).includes("secret"));
  match(JSON.stringify(lines), /secret of/);
});

Deno.test("createApp() answers a thrown overload with 503 and its own text", async () => {
  const app = createApp(
    throwing(new PanalError("overloaded", "queue: 20000")),
    {
      clock: createVirtualClock(0),
      requireSignIn: false,
    },
  );

  const answer = await problemOf(await app.request("/v1/health"));

  refuses(answer, 503, "overloaded");
  ok(!answer.body.detail.includes("queue"));
  match(answer.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
});

Deno.test("POST /v1/sales answers a disk that refuses with 503 and a clear text", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    api.disk.failNextSync();

    const refused = await api.post("/v1/sales", JSON.parse(SALE));

    refuses(refused, 503, "store_failed");
    match(refused.body.detail, /Nothing was written/);
    strictEqual((await api.get("/v1/sales")).body.items.length, 0);
    strictEqual((await api.post("/v1/sales", JSON.parse(SALE))).status, 201);
  }));

Deno.test("POST /v1/sales answers an unknown outcome with 503, and a repeat counts once", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    const id = "01930f5e-8a5c-7cc1-9d3e-5f0f4b1d2c3a";
    const sale = { id, ...JSON.parse(SALE) };
    api.disk.unknownNextSync("keep");

    const refused = await api.post("/v1/sales", sale);
    const again = await api.post("/v1/sales", sale);

    refuses(refused, 503, "store_outcome_unknown");
    ok([200, 201].includes(again.status), JSON.stringify(again.body));
    strictEqual((await api.get("/v1/sales")).body.items.length, 1);
  }));

Deno.test("POST /v1/sales answers a node that stops with 503", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    await api.stop();

    const refused = await api.post("/v1/sales", JSON.parse(SALE));

    strictEqual(refused.status, 503);
    ok(["node_stopping", "store_closed"].includes(refused.body.code));
  }));

Deno.test("POST /v1/sales answers a full disk with 503, and sells again when there is space", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    api.disk.capacityBytes = api.disk.size();

    const refused = await api.post("/v1/sales", JSON.parse(SALE));
    const left = await api.get("/v1/sales");
    api.disk.capacityBytes = Infinity;
    const sold = await api.post("/v1/sales", JSON.parse(SALE));

    refuses(refused, 503, "store_full");
    strictEqual(left.body.items.length, 0);
    strictEqual(sold.status, 201);
  }));

/** A request of each operation that takes a body, as it should be. */
const RIGHT: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  recordSale: {
    lines: [{ product: "honey", quantity: 1, price: "3.00", amount: "3.00" }],
    at: "2024-11-09T00:00:00Z",
    observation: true,
    note: "a note",
    seller: { id: "7", name: "Rosa" },
    discount: "0.50",
    payments: [{ method: "cash", amount: "2.50" }],
    customer: { name: "José", document: "10456789" },
  },
  voidSale: { reason: "a reason", by: { id: "7", name: "Rosa" } },
  openCashSession: { till: "Caja 1", float: "50.00" },
  decideNotice: { decision: "send" },
  runBranchSync: {},
  pullBranchSync: {},
  resolveBranchSyncConflict: { note: "a note" },
  acceptBranch: {},
  inviteMember: { roles: ["branch"], sites: ["CUS"], days: 3 },
  revokeMember: {},
  moveCash: { direction: "out", amount: "5.00", reason: "bank" },
  closeCashSession: {
    counted: [{ method: "cash", amount: "45.00" }],
    note: "a note",
  },
  closeSales: { date: "2026-01-01", till: "own" },
  setBusiness: { name: "Bodega", ruc: "20123456789", phone: "" },
  createProduct: {
    scope: "mesh",
    product: "honey",
    name: "Honey",
    price: { amount: "2.50", currency: "PEN" },
    stock: 5,
    policy: "soft",
  },
  replaceProduct: { name: "Honey", price: "2.00", stock: 7, policy: "strict" },
  changeProduct: { name: "Honey", policy: "unmetered" },
  setPrice: {
    scope: "site:CUS",
    product: "honey",
    price: "4.00",
    effectiveAt: "2026-01-01T00:00:00Z",
  },
  receiveStock: {
    site: "CUS",
    lines: [{ product: "honey", quantity: 3 }],
    note: "a note",
  },
  countStock: { site: "MASTER", product: "honey", counted: 1, note: "a note" },
  acknowledgeOversell: { remedy: "transfer", from: "LIM", note: "called" },
  offerStock: { product: "honey", quantity: 3 },
  sendGoods: { to: "LIM", lines: [{ product: "honey", quantity: 1 }] },
  receiveGoods: { lines: [{ product: "honey", quantity: 1 }], note: "" },
  acknowledgeIncident: { note: "a note" },
  authorizeSpend: {
    bounds: ["account:99", "card:99/7"],
    amount: 40,
    expiresInSeconds: 60,
  },
  captureSpend: { amount: 30 },
  issueRights: { bound: "account:99", amount: 100, note: "a note" },
  addPump: { name: "Isla 1", pump: 3, fuels: ["93"], capacityMl: 5000 },
  changePump: { name: "Isla 2", serviceState: "mantenimiento" },
  commandPump: { command: "pause", reason: "a reason" },
  setChargingWeather: { threshold: -3.5 },
  simulateCharging: { target: "ALL", command: "F" },
  stopPumps: { site: "CUS", reason: "a reason" },
  setFuelPrices: {
    scope: "site:CUS",
    prices: [{ fuel: "93", price: "4.00" }],
    effectiveAt: "2026-01-01T00:00:00Z",
  },
  recordTransaction: {
    pump: "3",
    fuel: "93",
    volumeMl: 2000,
    price: "4.00",
    amount: "8.00",
    payment: "efectivo",
    at: "2026-01-01T00:00:00Z",
  },
  setTank: { fuel: "93", capacityMl: 9000, pumps: ["3"] },
  receiveFuel: { volumeMl: 100, note: "a note" },
  dipTank: { measuredMl: 100, note: "a note" },
  closeDay: { date: "2026-01-01" },
  createSession: { name: "admin", password: "admin123" },
  // No administrator: with a user the other routes would need a sign-in.
  createUser: {
    name: "luis",
    fullName: "Luis Paz",
    role: "cashier",
    site: "CUS",
    password: "correct horse",
    mustChangePassword: true,
  },
  changeUser: { name: "eva", fullName: "Eva", role: "admin", active: false },
  setUserPassword: { password: "correct horse", current: "admin123" },
  nameStation: { name: "Ruta 68" },
  ...RIGHT_FLEET,
  ...RIGHT_CHARGING,
};

/** Values of which most are wrong somewhere, and some only surprising. */
const strange: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    "honey",
    "amber",
    "mesh",
    "site:LIM",
    "LIM",
    "MASTER",
    "0",
    "90071992547409.91",
    "0.000000001",
    "1970-01-01T00:00:00Z",
    "2199-12-31T23:59:59.999999Z",
    { amount: "1", currency: "USD" },
    { amount: "1.5", currency: "CLP" },
    0,
    1_000_000_000,
    "__proto__",
  ),
  fc.uuid(),
  fc.string({ unit: "binary" }),
  fc.integer(),
  fc.jsonValue(),
);

/** Puts a value in the place of a field, anywhere inside. */
function mutated(value: unknown, choice: number, other: unknown): unknown {
  if (typeof value !== "object" || value === null) return other;
  const keys = Object.keys(value);
  const key = keys[choice % keys.length];
  if (key === undefined) return other;
  const field = Reflect.get(value, key);
  const inside = choice % 3 === 0
    ? other
    : mutated(field, Math.floor(choice / 3), other);
  return Array.isArray(value)
    ? value.map((item, index) => String(index) === key ? inside : item)
    : { ...value, [key]: inside };
}

/** Paths whose answers have no end. */
const ENDLESS: readonly string[] = [
  "/v1/events",
  "/v1/charging-drivers/{id}/notifications/events",
];

async function neverFails(
  api: NativeApi,
  path: string,
  init: RequestInit,
): Promise<number> {
  const response = await api.request(path, init);
  const text = await response.text();
  ok(response.status < 500, `${init.method} ${path}: ${text}`);
  if (response.status >= 400) JSON.parse(text);
  return response.status;
}

/** What bodies that are nearly right must reach, else nothing behind the schemas was tried. */
const REACHED: readonly string[] = [
  "recordSale 201",
  "recordSale 409",
  "setPrice 201",
  "countStock 201",
  "receiveStock 201",
  "setFuelPrices 201",
  "recordTransaction 201",
  "receiveFuel 201",
  "recordDeposit 201",
  "chargePurchase 201",
  "chargePurchase 409",
  "requestCharge 201",
  "requestCharge 409",
  "recordSupply 200",
  "commandChargingPoint 202",
];

Deno.test("createApp() never fails on bodies that are nearly right", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    await withCompany(api);
    await withPoint(api.useCases);
    // Deliveries of fuel go into a tank that is there.
    const tank = await api.put("/v1/tanks/CUS/1", RIGHT["setTank"]);
    strictEqual(tank.status, 200, JSON.stringify(tank.body));
    const { body: sale } = await api.post("/v1/sales", JSON.parse(SALE));
    const targets = operations(api.description).filter(({ operation }) =>
      operation.requestBody !== undefined
    );
    const wanted = targets.filter(({ operation }) =>
      REACHED.some((one) => one.startsWith(`${operation.operationId} `))
    );
    const statuses = new Set<string>();
    const send = async (
      { path, method, operation }: typeof targets[number],
      body: unknown,
    ) => {
      const status = await neverFails(
        api,
        path.replace("points/{id}", `points/${POINT}`)
          .replace("{id}", sale.id).replace("{product}", "honey")
          .replace("{site}", "CUS").replace("{pump}", "3")
          .replace("{tank}", "1").replace("{company}", "99")
          .replace("{card}", "7").replace("{number}", "1"),
        {
          method: method.toUpperCase(),
          headers: JSON_TYPE,
          body: JSON.stringify(body),
        },
      );
      statuses.add(`${operation.operationId} ${status}`);
    };
    // Later chance may have taken a card's limit or a driver away.
    for (const one of wanted) await send(one, RIGHT[one.operation.operationId]);
    // Chance seldom draws more than a card may spend.
    const { status } = await api.post("/v1/purchases", {
      ...RIGHT["chargePurchase"],
      amount: "5001",
    });
    statuses.add(`chargePurchase ${status}`);
    await fc.assert(
      fc.asyncProperty(
        // What must be reached is drawn more often, so that chance does not miss it.
        fc.constantFrom(...targets, ...wanted, ...wanted, ...wanted),
        fc.array(fc.tuple(fc.nat(), strange), { maxLength: 2 }),
        fc.option(fc.constantFrom(sale.id, crypto.randomUUID())),
        async (target, changes, id) => {
          const right = RIGHT[target.operation.operationId];
          ok(right, target.operation.operationId);
          const body = changes.reduce<unknown>(
            (value, [choice, other]) => mutated(value, choice, other),
            id === null ? right : { id, ...right },
          );
          await send(target, body);
        },
      ),
      { numRuns: 2500 },
    );
    for (const reached of REACHED) {
      ok(statuses.has(reached), `${reached} was not reached`);
    }
  }));

Deno.test("createApp() never fails on arbitrary bodies", () =>
  withApi(async (api) => {
    const targets = operations(api.description).filter(({ operation }) =>
      operation.requestBody !== undefined
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...targets),
        fc.oneof(
          fc.jsonValue().map((value) => JSON.stringify(value)),
          fc.string({ unit: "binary" }),
          fc.uint8Array().map((bytes) => new Uint8Array(bytes)),
        ),
        async ({ path, method }, body) => {
          await neverFails(api, filled(path), {
            method: method.toUpperCase(),
            headers: JSON_TYPE,
            body,
          });
        },
      ),
      { numRuns: 500 },
    );
  }));

Deno.test("createApp() never fails on arbitrary paths and queries", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    await api.post("/v1/sales", JSON.parse(SALE));
    const paths = operations(api.description)
      .filter(({ method, path }) => method === "get" && !ENDLESS.includes(path))
      .map(({ path }) => path);
    const piece = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }).map((text) =>
        encodeURIComponent(text.toWellFormed())
      ),
      fc.stringMatching(/^[%A-Za-z0-9:.~_-]{0,40}$/),
    );
    const filter = fc.tuple(
      fc.constantFrom(
        "limit",
        "cursor",
        "site",
        "from",
        "before",
        "order",
        "scope",
        "space",
        "log",
        "type",
        "date",
        "product",
        "perDate",
        "company",
        "card",
        "after",
        "format",
        "of",
      ),
      piece,
    ).map(([name, value]) => `${name}=${value}`);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        piece,
        fc.array(filter, { maxLength: 3 }),
        async (path, part, query) => {
          const asked = `${path.replaceAll(/\{[^}]+\}/g, part)}?${
            query.join("&")
          }`;
          // Dots may lead out of the interface: pages answer in HTML.
          const { pathname } = new URL(asked, "http://node");
          fc.pre(pathname.startsWith("/v1/"));
          await neverFails(api, asked, { method: "GET" });
        },
      ),
      { numRuns: 1000 },
    );
  }));

Deno.test("createApp() never fails on a cursor that no page gave", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");
    await api.post("/v1/sales", JSON.parse(SALE));
    const lists = operations(api.description)
      .filter(({ operation }) =>
        operation.parameters?.some((it) => it.name === "cursor")
      ).map(({ path }) => path);
    const cursors = fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 60 }),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant("honey")), {
        maxLength: 4,
      }).map((key) => btoa(encodeURIComponent(JSON.stringify(key)))),
      fc.array(fc.oneof(fc.stringMatching(/^[ -~]{0,9}$/), fc.integer()), {
        maxLength: 5,
      }).map((key) => btoa(JSON.stringify(key))),
      fc.base64String({ minLength: 4 }),
      fc.integer().map(String),
    ).map((text) => encodeURIComponent(text.toWellFormed()));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...lists),
        cursors,
        async (path, cursor) => {
          await neverFails(api, `${path}?cursor=${cursor}`, { method: "GET" });
        },
      ),
      { numRuns: 1000 },
    );
  }));
