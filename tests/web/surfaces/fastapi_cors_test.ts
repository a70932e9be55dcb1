import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  allowsOrigin,
  PAGE_POLICY,
  preflightResponse,
  withCors,
} from "../../../web/surfaces/fastapi_cors.ts";

const ANY = { origins: "*" } as const;

function request(method: string, headers: Record<string, string>): Request {
  return new Request("http://localhost:8001/precios", { method, headers });
}

function asks(origin: string, method: string): Request {
  return request("OPTIONS", {
    origin,
    "access-control-request-method": method,
  });
}

Deno.test("allowsOrigin() takes listed origins and those of this machine, no other", () => {
  const taken = [
    "http://localhost:3000",
    "http://localhost:3001",
    "http://localhost",
    "https://127.0.0.1:8443",
    "http://[::1]:5173",
  ];
  const refused = [
    "null",
    "",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example:3000",
    "ftp://localhost",
    "http://10.0.0.1:3000",
  ];
  deepStrictEqual(
    [...taken, ...refused].filter((it) => allowsOrigin(PAGE_POLICY, it)),
    taken,
  );
  const listed = { origins: ["http://caja:3001"] };
  strictEqual(allowsOrigin(listed, "http://caja:3001"), true);
  strictEqual(allowsOrigin(listed, "http://localhost:3000"), false);
  strictEqual(allowsOrigin(ANY, "null"), true);
});

Deno.test("preflightResponse() leaves all requests alone that ask nothing", () => {
  strictEqual(preflightResponse(request("OPTIONS", {}), ANY), undefined);
  const origin = "http://localhost:3000";
  strictEqual(
    preflightResponse(request("OPTIONS", { origin }), ANY),
    undefined,
  );
  const get = request("GET", {
    origin,
    "access-control-request-method": "GET",
  });
  strictEqual(preflightResponse(get, ANY), undefined);
});

Deno.test("preflightResponse() names all that is not allowed", async () => {
  const answer = preflightResponse(
    asks("http://evil.example", "TRACE"),
    PAGE_POLICY,
  );
  deepStrictEqual(
    [answer?.status, await answer?.text()],
    [400, "Disallowed CORS origin, method"],
  );
});

Deno.test("preflightResponse() allows any origin without credentials where the policy takes all", () => {
  const answer = preflightResponse(asks("http://evil.example", "POST"), ANY);
  strictEqual(answer?.status, 200);
  strictEqual(answer?.headers.get("access-control-allow-origin"), "*");
  strictEqual(answer?.headers.get("access-control-allow-credentials"), null);
});

Deno.test("withCors() lets only allowed pages read, and says that the answer varies", () => {
  const headersFor = (origin: string) =>
    withCors(request("GET", { origin }), new Response(), PAGE_POLICY).headers;
  const allowed = headersFor("http://localhost:3001");
  deepStrictEqual(
    [allowed.get("access-control-allow-origin"), allowed.get("vary")],
    ["http://localhost:3001", "Origin"],
  );
  const refused = headersFor("http://evil.example");
  deepStrictEqual(
    [refused.get("access-control-allow-origin"), refused.get("vary")],
    [null, null],
  );
  const none = withCors(request("GET", {}), new Response(), PAGE_POLICY);
  deepStrictEqual([...none.headers], []);
});
