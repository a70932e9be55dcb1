import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type ErrorCode, PanalError } from "../../../crdt/mod.ts";
import {
  createSurface,
  jsonResponse,
  type Route,
} from "../../../web/surfaces/fastapi_app.ts";
import { answerOf, ask } from "./surface_client.ts";

const ROUTES: readonly Route[] = [
  { method: "GET", path: "/", page: true, handle: () => jsonResponse("root") },
  { method: "GET", path: "/things", handle: () => jsonResponse("list") },
  { method: "POST", path: "/things", handle: () => jsonResponse("added") },
  {
    method: "PUT",
    path: "/things/{id}",
    handle: ({ param }) => jsonResponse(param),
  },
];

const app = createSurface(ROUTES);

function throwing(cause: unknown, route: Partial<Route> = {}) {
  const seen: unknown[] = [];
  const surface = createSurface([{
    method: "POST",
    path: "/",
    handle: () => {
      throw cause;
    },
    ...route,
  }], { onError: (error) => seen.push(error) });
  return { surface, seen };
}

Deno.test("createSurface() answers JSON without a charset and without blanks (2.1)", async () => {
  const { status, type, text } = await ask(app, "GET /things");
  deepStrictEqual([status, type, text], [200, "application/json", '"list"']);
});

Deno.test("createSurface() decodes the path and its parameter", async () => {
  deepStrictEqual(await answerOf(app, "PUT /things/%C3%B1%20"), [200, '"ñ "']);
  deepStrictEqual(await answerOf(app, "GET /thing%73"), [200, '"list"']);
  deepStrictEqual(await answerOf(app, "PUT /things/%"), [200, '"%"']);
});

Deno.test("D-6: an unknown path is 404 in JSON", async () => {
  for (
    const path of ["/nope", "/nope/", "/things/1/2", "/THINGS", "/things/a%2Fb"]
  ) {
    deepStrictEqual(await answerOf(app, `GET ${path}`), [
      404,
      '{"detail":"Not Found"}',
    ]);
  }
});

Deno.test("D-6: another method is 405 with the first route's method in Allow", async () => {
  for (const line of ["DELETE /things", "OPTIONS /things", "PATCH /things"]) {
    const { status, text, headers } = await ask(app, line);
    deepStrictEqual(
      [status, text, headers.get("allow")],
      [405, '{"detail":"Method Not Allowed"}', "GET"],
    );
  }
  strictEqual((await ask(app, "GET /things/1")).headers.get("allow"), "PUT");
});

Deno.test("D-6: HEAD is 405 on routes and 200 on pages", async () => {
  deepStrictEqual(await answerOf(app, "HEAD /things"), [405, ""]);
  deepStrictEqual(await answerOf(app, "HEAD /"), [200, ""]);
  strictEqual((await ask(app, "POST /")).headers.get("allow"), "GET, HEAD");
});

Deno.test("D-6: a final slash is 307 to the absolute URL without it, query kept, for every method", async () => {
  for (const method of ["GET", "POST", "DELETE", "HEAD"]) {
    const { status, text, headers } = await ask(
      app,
      `${method} /things/?a=1&b=%20`,
    );
    deepStrictEqual(
      [status, text, headers.get("location")],
      [307, "", "http://localhost:8001/things?a=1&b=%20"],
    );
  }
  const { status, headers } = await ask(app, "GET /things/7/");
  deepStrictEqual([status, headers.get("location")], [
    307,
    "http://localhost:8001/things/7",
  ]);
});

Deno.test("createSurface() answers 500 as plain text and tells of it (2.5)", async () => {
  const { surface, seen } = throwing(new TypeError("broken"));
  const { status, type, text } = await ask(surface, "POST /");
  deepStrictEqual(
    [status, type, text],
    [500, "text/plain; charset=utf-8", "Internal Server Error"],
  );
  strictEqual(seen.length, 1);
});

Deno.test("createSurface() answers 503 in Spanish when the node cannot write", async () => {
  const texts: Partial<Record<ErrorCode, string>> = {
    "store_full":
      "Disco lleno: la venta no se registró. Libere espacio y reintente.",
    "store_failed": "Fallo del disco: la venta no se registró. Reintente.",
    "store_outcome_unknown":
      "Fallo del disco: no se sabe si la venta se registró. Revise antes de reintentar.",
    "node_stopping":
      "El nodo se está deteniendo: la venta no se registró. Reintente en un momento.",
    "overloaded":
      "Demasiadas solicitudes en espera: la venta no se registró. Reintente en un momento.",
  };
  for (const [code, detail] of Object.entries(texts)) {
    const cause = new PanalError(code as ErrorCode, "no");
    const { surface, seen } = throwing(cause, { subject: "la venta" });
    deepStrictEqual(await answerOf(surface, "POST /"), [
      503,
      JSON.stringify({ detail }),
    ]);
    strictEqual(seen.length, 0);
  }
});

Deno.test("D-45: a form from a page of another host is 403; without Origin and from the own host it passes", async () => {
  const form = () => new URLSearchParams({ a: "b" });
  const post = async (headers: Record<string, string>) =>
    (await ask(app, "POST /things", form(), headers)).status;
  strictEqual(await post({}), 200);
  strictEqual(await post({ origin: "http://localhost:8001" }), 200);
  strictEqual(await post({ origin: "http://localhost:9999" }), 403);
  strictEqual(await post({ origin: "https://evil.example" }), 403);
  strictEqual(await post({ origin: "null" }), 403);
  deepStrictEqual(
    await answerOf(app, "POST /things", form(), {
      origin: "http://evil.example",
    }),
    [403, '{"detail":"Origen no permitido"}'],
  );
  // JSON cannot be posted across hosts without a permission that is never given (D-46).
  const json = await ask(app, "POST /things", "{}", {
    origin: "http://evil.example",
  });
  strictEqual(json.status, 200);
});

Deno.test("D-46: no answer has a CORS header", async () => {
  const origin = { origin: "http://evil.example" };
  for (const line of ["GET /things", "OPTIONS /things", "GET /nope"]) {
    const { headers } = await ask(app, line, null, origin);
    deepStrictEqual(
      [...headers.keys()].filter((name) => name.startsWith("access-control")),
      [],
    );
  }
});

Deno.test("createSurface() finds a parameter in the middle of a path", async () => {
  const inside = createSurface([
    { method: "GET", path: "/things/all", handle: () => jsonResponse("all") },
    {
      method: "GET",
      path: "/things/{id}/parts",
      handle: ({ param }) => jsonResponse(param),
    },
  ]);
  deepStrictEqual(await answerOf(inside, "GET /things/7/parts"), [200, '"7"']);
  deepStrictEqual(
    await answerOf(inside, "GET /things/all/parts"),
    [200, '"all"'],
  );
  for (const path of ["/things//parts", "/things/7/8/parts", "/things/parts"]) {
    strictEqual((await ask(inside, `GET ${path}`)).status, 404);
  }
  strictEqual((await ask(inside, "PUT /things/7/parts")).status, 405);
});

Deno.test("createSurface() takes a form of an origin that its policy allows", async () => {
  const surface = createSurface(
    [{ method: "POST", path: "/", handle: () => jsonResponse("done") }],
    { cors: { origins: ["http://localhost:3000"] } },
  );
  const post = async (origin: string) =>
    (await ask(surface, "POST /", null, { origin })).status;
  strictEqual(await post("http://localhost:3000"), 200);
  strictEqual(await post("http://evil.example"), 403);
});
