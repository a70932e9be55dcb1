import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  ACCESS,
  type Access,
  accessOf,
  hasRole,
  isRole,
} from "../../web/access.ts";
import type { UserRole } from "../../nodes/mod.ts";
import { refuses, withApi } from "./native_api.ts";
import { PASSWORD, withPeople } from "./people_api.ts";

/** Paths whose answers have no end. */
const ENDLESS: readonly string[] = [
  "/v1/events",
  "/v1/charging-drivers/{id}/notifications/events",
];

const ROLES: readonly UserRole[] = ["cashier", "supervisor", "admin"];

Deno.test("every route has a least role, and every least role its route", () =>
  withApi(({ description }) => {
    const ids = Object.values(description.paths)
      .flatMap((item) => Object.values(item))
      .map(({ operationId }) => operationId);

    deepStrictEqual(ids.toSorted(), Object.keys(ACCESS).toSorted());
  }));

Deno.test("a route that the table does not have is an administrator's", () => {
  strictEqual(accessOf("somethingNew"), "admin");
  strictEqual(accessOf("recordSale"), "cashier");
});

Deno.test("hasRole() orders cashier, supervisor and admin", () => {
  const table = ROLES.map((role) =>
    ROLES.map((least) => hasRole({ role }, least))
  );
  deepStrictEqual(table, [
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ]);
});

Deno.test("C-05: every route refuses those below its least role with 403, and those who have not signed in with 401", () =>
  withPeople(async ({ description, request, as }) => {
    for (const [path, item] of Object.entries(description.paths)) {
      for (const [method, { operationId }] of Object.entries(item)) {
        const access: Access = accessOf(operationId);
        if (access === "anybody" || ENDLESS.includes(path)) continue;
        const ask = async (headers: Readonly<Record<string, string>>) => {
          const response = await request(
            path.replace("{site}", "CUS").replaceAll(/\{[^}]+\}/g, "1"),
            { method: method.toUpperCase(), headers },
          );
          const body = await response.text();
          return {
            status: response.status,
            headers: response.headers,
            body: body === "" ? undefined : JSON.parse(body),
          };
        };
        refuses(await ask({}), 401, "forbidden");
        refuses(await ask({ authorization: "Bearer x" }), 401, "forbidden");
        if (!isRole(access)) continue;
        for (const role of ROLES) {
          const answer = await ask(await as(role));
          const may = hasRole({ role }, access);
          strictEqual(
            answer.body?.title === "The caller's role does not allow this.",
            !may,
            `${operationId} as ${role}`,
          );
          if (!may) refuses(answer, 403, "forbidden");
        }
      }
    }
  }));

Deno.test("with users a cashier sees and spends a company's money by no other way than a purchase", () =>
  withPeople(async ({ request, as }) => {
    const headers = {
      ...await as("cashier"),
      "content-type": "application/json",
    };
    for (
      const path of [
        "/v1/companies/99",
        "/v1/companies/99/feed",
        "/v1/rights?bound=account:99",
      ]
    ) {
      const refused = await request(path, { headers });
      strictEqual(refused.status, 403, path);
      await refused.body?.cancel();
    }
    const held = await request("/v1/spends", {
      method: "POST",
      headers,
      body: JSON.stringify({
        bounds: ["account:99"],
        amount: 1,
        expiresInSeconds: 60,
      }),
    });
    strictEqual(held.status, 403);
    await held.body?.cancel();
  }));

Deno.test("with users a cashier asks for a charging point, and tells of no energy", () =>
  withPeople(async ({ request, as }) => {
    const post = async (role: UserRole, path: string, body: object) => {
      const response = await request(path, {
        method: "POST",
        headers: { ...await as(role), "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      await response.body?.cancel();
      return response.status;
    };
    const ask = { driver: "417", point: "MAD-01" };
    // Nobody knows the point: that is found out behind the right to ask.
    strictEqual(await post("cashier", "/v1/charging-requests", ask), 404);
    const supply = { kind: "meter", energyWh: 1_000_000, amount: "9.99" };
    const path = "/v1/charging-points/MAD-01/supply";
    strictEqual(await post("cashier", path, supply), 403);
    strictEqual(await post("supervisor", path, supply), 200);
  }));

Deno.test("with users /v1/health, /v1/invariants and signing in stay open, also at other addresses", () =>
  withPeople(async ({ get, post }) => {
    strictEqual((await get("/v1/health")).status, 200);
    strictEqual((await get("/v1/invariants")).status, 200);
    const signedIn = await post("/v1/sessions", {
      name: "admin",
      password: PASSWORD,
    });
    strictEqual(signedIn.status, 201);
  }, { requireSignIn: true }));

Deno.test("C-02: with users, pages and unknown addresses need a sign-in on loopback too", () =>
  withPeople(async ({ request, as }) => {
    for (
      const path of ["/v1/reference", "/v1/openapi.json", "/v1/none", "/none"]
    ) {
      const refused = await request(path);
      strictEqual(refused.status, 401, path);
      await refused.body?.cancel();
    }
    const read = await request("/v1/openapi.json", {
      headers: await as("cashier"),
    });
    strictEqual(read.status, 200);
    await read.body?.cancel();
  }));

Deno.test("C-02: without users what a proxy passed on is refused: its machine's callers are not the proxy's", () =>
  withApi(async ({ request }) => {
    for (
      const name of ["forwarded", "via", "x-forwarded-for", "x-real-ip"]
    ) {
      const headers = { [name]: "8.8.8.8" };
      for (const path of ["/v1/products", "/v1/users", "/v1/none"]) {
        const refused = await request(path, { headers });
        strictEqual(refused.status, 401, `${name} ${path}`);
        await refused.body?.cancel();
      }
      const health = await request("/v1/health", { headers });
      strictEqual(health.status, 200);
      await health.body?.cancel();
    }
  }));
