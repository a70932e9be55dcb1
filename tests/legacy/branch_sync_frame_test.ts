/**
 * What every address of the branch software's surface has in common: bodies, compression, errors, tags, limits.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import {
  BODY_BYTES_MAX,
  BODY_MS_MAX,
  DEPTH_MAX,
} from "../../web/surfaces/branch_sync_body.ts";
import { BranchSurface, ELSEWHERE } from "../support/branch_surface.ts";

const JSON_HEADERS = { "content-type": "application/json" };
const FORM_HEADERS = { "content-type": "application/x-www-form-urlencoded" };
const POST = "POST /api/productos";
const encoder = new TextEncoder();
const PRODUCT = { Nombre: "Té", PrecioVenta: 2 };

/** An answer that says that something was wrong, in the form of the address. */
function checkRefusal(
  { status, text, headers }: {
    readonly status: number;
    readonly text: string;
    readonly headers: Headers;
  },
  keys: readonly string[] = ["success", "error"],
): void {
  ok(status >= 400 && status < 600 && status !== 500, `${status} ${text}`);
  strictEqual(headers.get("content-type"), "application/json; charset=utf-8");
  deepStrictEqual(Object.keys(JSON.parse(text)), [...keys]);
  strictEqual(
    /[<>]|\.ts:|\bat \w|node_modules|\/web\//.test(text),
    false,
    text,
  );
}

Deno.test("bodies: JSON and forms, plain and compressed, in several characters", async () => {
  await using branch = await BranchSurface.start();
  const text = JSON.stringify(PRODUCT);
  const bytes = encoder.encode(text);
  const utf16 = new Uint8Array(
    new Uint16Array([...text].map((one) => one.charCodeAt(0))).buffer,
  );
  const cases: [Uint8Array | string, Record<string, string>][] = [
    [text, JSON_HEADERS],
    [text, { "content-type": "Application/JSON; charset=UTF-8" }],
    [`\uFEFF${text}`, JSON_HEADERS],
    [utf16, { "content-type": "application/json; charset=utf-16" }],
    [
      Uint8Array.from([...text].map((one) => one.charCodeAt(0))),
      { "content-type": 'application/json; charset="iso-8859-1"' },
    ],
    [gzipSync(bytes), { ...JSON_HEADERS, "content-encoding": "gzip" }],
    [deflateSync(bytes), { ...JSON_HEADERS, "content-encoding": "deflate" }],
    [deflateRawSync(bytes), { ...JSON_HEADERS, "content-encoding": "deflate" }],
    [text, { ...JSON_HEADERS, "content-encoding": "identity" }],
    ["Nombre=T%C3%A9&PrecioVenta=2", FORM_HEADERS],
    [
      gzipSync(encoder.encode("Nombre=T%C3%A9&PrecioVenta=2")),
      { ...FORM_HEADERS, "content-encoding": "gzip" },
    ],
  ];
  for (const [body, headers] of cases) {
    const { producto } = await branch.json<{ producto: { Nombre: string } }>(
      POST,
      body,
      { headers, status: 201 },
    );
    strictEqual(producto.Nombre, "Té");
  }
});

Deno.test("bodies of other types, and none, are empty: the address says what is missing", async () => {
  await using branch = await BranchSurface.start();
  for (
    const headers of [
      { "content-type": "text/plain" },
      { "content-type": "application/xml" },
      { "content-type": "multipart/form-data; boundary=x" },
      { "content-type": "" },
    ]
  ) {
    const answered = await branch.ask(POST, {
      headers,
      body: JSON.stringify(PRODUCT),
    });
    strictEqual(answered.status, 400);
    match(answered.text, /obligatorios/);
    checkRefusal(answered);
  }
  checkRefusal(await branch.ask(POST));
  checkRefusal(await branch.ask(POST, { headers: JSON_HEADERS, body: "" }));
});

Deno.test("C-65: broken bodies are refused with JSON and the right status", async () => {
  await using branch = await BranchSurface.start();
  const zipped = gzipSync(encoder.encode(JSON.stringify(PRODUCT)));
  const gzip = { ...JSON_HEADERS, "content-encoding": "gzip" };
  const deep = "[".repeat(DEPTH_MAX + 1) + "]".repeat(DEPTH_MAX + 1);
  const cases: [number, Uint8Array | string, Record<string, string>][] = [
    [400, "{", JSON_HEADERS],
    [400, '{"Nombre": "x"', JSON_HEADERS],
    [400, '"texto"', JSON_HEADERS],
    [400, "7", JSON_HEADERS],
    [400, "null", JSON_HEADERS],
    [400, deep, JSON_HEADERS],
    [400, '{"a":'.repeat(200_000), JSON_HEADERS],
    [400, zipped.subarray(0, 20), gzip],
    [400, zipped.subarray(0, -4), gzip],
    [400, encoder.encode("no gzip"), gzip],
    [400, encoder.encode("xxxxxx"), {
      ...JSON_HEADERS,
      "content-encoding": "deflate",
    }],
    [413, `{"a":"${"x".repeat(BODY_BYTES_MAX)}"}`, JSON_HEADERS],
    [413, gzipSync(new Uint8Array(200_000_000)), gzip],
    [413, "a=1&".repeat(20_000), FORM_HEADERS],
    [415, "{}", { "content-type": "application/json; charset=klingon" }],
    [415, zipped, { ...JSON_HEADERS, "content-encoding": "br" }],
    [415, zipped, { ...JSON_HEADERS, "content-encoding": "gzip, gzip" }],
  ];
  for (const [status, body, headers] of cases) {
    const answered = await branch.ask(POST, { body, headers });
    const shown = typeof body === "string" ? body.slice(0, 40) : body.length;
    strictEqual(answered.status, status, `${shown} ${answered.text}`);
    checkRefusal(answered);
  }
  deepStrictEqual(branch.errors, []);
  // Keys that are special in the language are plain keys.
  await branch.json(
    POST,
    '{"__proto__":{"Nombre":"x","PrecioVenta":1},"constructor":1}',
    { headers: JSON_HEADERS, status: 400 },
  );
  await branch.json(POST, "__proto__[Nombre]=x&__proto__[PrecioVenta]=1", {
    headers: FORM_HEADERS,
    status: 400,
  });
  strictEqual(({} as Record<string, unknown>)["Nombre"], undefined);
});

Deno.test("a body that stops coming is given up, and so is one that was cut", async () => {
  await using branch = await BranchSurface.start();
  const { port } = new URL(branch.url);
  const open = async () => {
    const connection = await Deno.connect({
      hostname: "127.0.0.1",
      port: Number(port),
    });
    await connection.write(encoder.encode(
      "POST /api/productos HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    ));
    return connection;
  };
  const cut = await open();
  cut.close();
  const slow = await open();
  const chunk = new Uint8Array(4_096);
  let text = "";
  const reading = slow.read(chunk).then((length) => {
    text = new TextDecoder().decode(chunk.subarray(0, length ?? 0));
  });
  while (text === "") {
    branch.node.clock.advance(BODY_MS_MAX / 10);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await reading;
  slow.close();
  match(text, /^HTTP\/1\.1 408 [^]*"success":false/);
  strictEqual((await branch.ask("GET /api/stats")).status, 200);
});

Deno.test("P-9, C-65: what there is not is a 404 of the family of its address, never HTML", async () => {
  await using branch = await BranchSurface.start();
  for (
    const line of [
      "GET /",
      "GET /api",
      "PATCH /api/productos/1",
      "POST /api/stats2",
      "GET /api/productos/a/b",
      "PUT /api/health",
      "GET /metrics",
      "GET /api/productos/%ZZ",
      "GET /index.html",
    ]
  ) {
    const answered = await branch.ask(line);
    strictEqual(answered.status, 404, line);
    checkRefusal(answered);
  }
  checkRefusal(await branch.ask("GET /api/auth/otro"), ["error"]);
  const stats = await branch.ask("POST /api/stats");
  checkRefusal(stats, [
    "error",
    "productos",
    "ventas",
    "ventasHoy",
    "sincronizacion",
  ]);
  strictEqual(
    (stats.json() as Record<string, unknown>)["sincronizacion"],
    "Error",
  );
});

Deno.test("paths are taken without regard to case and to a slash at the end", async () => {
  await using branch = await BranchSurface.start();
  const id = await branch.addProduct();
  for (const path of ["/api/health/", "/API/Health", `/api/Productos/${id}/`]) {
    strictEqual((await branch.ask(`GET ${path}`)).status, 200, path);
  }
});

Deno.test("HEAD answers wherever GET does, and a tag saves sending the same again", async () => {
  await using branch = await BranchSurface.start();
  await branch.addProduct();
  for (const path of ["/api/productos", "/api/health", "/api/stats"]) {
    const got = await branch.ask(`GET ${path}`);
    const head = await branch.ask(`HEAD ${path}`);
    strictEqual(head.status, 200);
    strictEqual(head.text, "");
    const tag = got.headers.get("etag") ?? "";
    match(tag, /^W\/"[0-9a-f]+-/);
    strictEqual(head.headers.get("etag"), tag);
    for (const known of [tag, tag.slice(2), `"x", ${tag}`, "*"]) {
      const same = await branch.ask(`GET ${path}`, {
        headers: { "if-none-match": known },
      });
      strictEqual(same.status, 304);
      strictEqual(same.text, "");
      strictEqual(same.headers.get("access-control-allow-origin"), "*");
    }
    const other = await branch.ask(`GET ${path}`, {
      headers: { "if-none-match": 'W/"x"' },
    });
    strictEqual(other.status, 200);
  }
  strictEqual((await branch.ask("HEAD /none")).status, 404);
});

Deno.test("C-66: while the disk is broken, answers are a 503 of the family, and nothing ends", async () => {
  await using branch = await BranchSurface.start();
  const id = await branch.addProduct({ Stock: 5 });
  const sale = { UsuarioID: 417, Detalles: [{ ProductoID: id, Cantidad: 1 }] };
  const lines: [string, unknown][] = [
    ["POST /api/ventas", sale],
    [POST, PRODUCT],
    [`PUT /api/productos/${id}`, { Nombre: "x" }],
    [`DELETE /api/productos/${id}`, undefined],
  ];
  for (const [line, body] of lines) {
    branch.node.disk.failNextSync();
    const answered = await branch.ask(line, { body });
    strictEqual(answered.status, 503, `${line} ${answered.text}`);
    ok(Number(answered.headers.get("retry-after")) > 0);
    checkRefusal(answered);
  }
  strictEqual(await branch.stock(id), 5);
  await branch.sell([id, 1]);
  strictEqual(await branch.stock(id), 4);
});

Deno.test("C-67: writes from the network are limited, those of this machine are not", async () => {
  await using branch = await BranchSurface.start();
  const headers = await branch.headersOf("jefa");
  const write = (from: string) =>
    branch.ask("POST /api/auth/logout", {
      from,
      headers: { ...headers, authorization: "Bearer x" },
    });
  let passed = 0;
  let last = await write(ELSEWHERE);
  while (last.status === 401 && passed < 700) {
    passed++;
    last = await write(ELSEWHERE);
  }
  // The login was the first write of this minute.
  strictEqual(passed, 599);
  strictEqual(last.status, 429);
  const seconds = Number(last.headers.get("retry-after"));
  ok(seconds > 0 && seconds <= 60);
  strictEqual((await write("192.168.1.78")).status, 401);
  for (let i = 0; i < 20; i++) {
    strictEqual((await write("127.0.0.1")).status, 401);
  }
  strictEqual(
    (await branch.ask("GET /api/stats", { from: ELSEWHERE, headers })).status,
    200,
  );
  branch.node.clock.advance(seconds * 1000);
  strictEqual((await write(ELSEWHERE)).status, 401);
});

Deno.test("C-68: metrics are there for this machine alone", async () => {
  const text = "# TYPE panal_sales_synced_total counter\n";
  const counted: string[] = [];
  await using branch = await BranchSurface.start({
    surface: {
      metrics: {
        text: () => Promise.resolve(text),
        countRequest: (route, status) => counted.push(`${route} ${status}`),
      },
    },
    signedIn: false,
  });
  const here = await branch.ask("GET /metrics");
  strictEqual(here.text, text);
  match(
    here.headers.get("content-type") ?? "",
    /^text\/plain; version=0\.0\.4/,
  );
  const there = await branch.ask("GET /metrics", { from: ELSEWHERE });
  strictEqual(there.status, 404);
  checkRefusal(there);
  await branch.ask("GET /api/ventas/CUS-20250304-001");
  deepStrictEqual(counted, ["none 404", "/api/ventas/:id 401"]);
});

Deno.test("C-65: whatever is asked, the answer is JSON, soon, and no 500", async () => {
  await using branch = await BranchSurface.start();
  const id = await branch.addProduct();
  const sale = await branch.sell([id, 1]);
  const paths = [
    ...["auth/login", "auth/logout", "auth/me", "health", "stats", "productos"],
    ...[`productos/${id}`, "ventas", `ventas/${sale}`, "usuarios"],
    ...["usuarios/417", "usuarios/417/password", "reportes/ventas-por-fecha"],
    ...["reportes/productos-mas-vendidos", "reportes/ventas-por-vendedor"],
    "reportes/productos-bajo-stock",
  ];
  const keys = fc.constantFrom(
    ...[
      "username",
      "password",
      "Nombre",
      "PrecioVenta",
      "Stock",
      "StockMinimo",
    ],
    ...["UsuarioID", "Detalles", "Cantidad", "ProductoID", "NombreUsuario"],
    ...["Rol", "Password", "ClienteDNI", "Descripcion", "Motivo", "__proto__"],
  );
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(
      id,
      417,
      -1,
      1e308,
      "1",
      "<b>",
      "' OR 1=1",
      "\u0000",
      "ñ".repeat(300),
    ),
  );
  const line = fc.record({
    ProductoID: value,
    Cantidad: value,
    PrecioUnitario: value,
  }, { requiredKeys: [] });
  const body = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(keys, value),
    fc.record({
      UsuarioID: fc.constant(417),
      Detalles: fc.array(line, { maxLength: 3 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"),
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...paths) },
        { weight: 1, arbitrary: fc.webPath() },
        {
          weight: 1,
          arbitrary: fc.string().map(encodeURIComponent).map((it) =>
            `productos/${it}`
          ),
        },
        {
          weight: 1,
          arbitrary: fc.string().map(encodeURIComponent).map((it) =>
            `ventas/${it}`
          ),
        },
      ),
      fc.webQueryParameters(),
      body,
      fc.boolean(),
      async (method, path, query, sent, asForm) => {
        if (path === "auth/logout" || path.endsWith("password")) method = "GET";
        const isRead = method === "GET" || method === "HEAD";
        const answered = await branch.ask(`${method} /api/${path}?${query}`, {
          ...(isRead ? {} : {
            body: asForm ? String(JSON.stringify(sent)) : JSON.stringify(sent),
          }),
          headers: isRead ? {} : asForm ? FORM_HEADERS : JSON_HEADERS,
        });
        ok(answered.status !== 500, `${method} ${path} ${answered.text}`);
        if (method !== "HEAD") {
          strictEqual(
            answered.headers.get("content-type"),
            "application/json; charset=utf-8",
          );
          JSON.parse(answered.text);
        }
      },
    ),
    { numRuns: 300 },
  );
  deepStrictEqual(branch.errors, []);
});
