import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { refuses, withApi } from "../native_api.ts";
import { PASSWORD, withPeople } from "../people_api.ts";

const ADMIN = { name: "Admin", password: PASSWORD };

function cookieOf(headers: Headers): string {
  return (headers.get("set-cookie") ?? "").replace(/;.*$/, "");
}

Deno.test("POST /v1/sessions gives a token and a cookie, and each of them opens the node", () =>
  withPeople(async ({ get, post }) => {
    const answer = await post("/v1/sessions", ADMIN);

    strictEqual(answer.status, 201);
    strictEqual(answer.body.user.role, "admin");
    match(
      answer.headers.get("set-cookie") ?? "",
      /^panal_session=[0-9a-f]{32}; HttpOnly; SameSite=Strict; Path=\/$/,
    );
    const byToken = { authorization: `Bearer ${answer.body.token}` };
    const byCookie = { cookie: `a=b; ${cookieOf(answer.headers)}; c=d` };
    for (const headers of [byToken, byCookie]) {
      strictEqual((await get("/v1/users", { headers })).status, 200);
      const current = await get("/v1/sessions/current", { headers });
      deepStrictEqual(current.body, {
        required: true,
        user: answer.body.user,
      });
    }
    // Who sends a header means it.
    const wrong = { ...byCookie, authorization: "Bearer x" };
    refuses(await get("/v1/users", { headers: wrong }), 401, "forbidden");
  }));

Deno.test("POST /v1/sessions marks the cookie of a TLS address as secure", () =>
  withPeople(async ({ request }) => {
    const response = await request("https://localhost/v1/sessions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(ADMIN),
    });
    await response.body?.cancel();
    match(response.headers.get("set-cookie") ?? "", /; Secure$/);
  }));

Deno.test("POST /v1/sessions names the cookie after the port, so that nodes on one machine share none", () =>
  withPeople(async ({ get, post }) => {
    const host = { host: "127.0.0.1:8081" };
    const { headers } = await post("/v1/sessions", ADMIN, { headers: host });

    match(headers.get("set-cookie") ?? "", /^panal_session_8081=/);
    const cookie = cookieOf(headers);
    const users = (port: number) =>
      get("/v1/users", { headers: { host: `127.0.0.1:${port}`, cookie } });
    strictEqual((await users(8081)).status, 200);
    refuses(await users(8082), 401, "forbidden");
  }));

Deno.test("POST /v1/sessions refuses a wrong password with 401, and after five with 429", () =>
  withPeople(async ({ post }) => {
    const wrong = { name: "admin", password: "wrong" };
    for (let n = 0; n < 5; n++) {
      refuses(await post("/v1/sessions", wrong), 401, "sign_in_failed");
    }
    const throttled = await post("/v1/sessions", ADMIN);
    refuses(throttled, 429, "sign_in_throttled");
    strictEqual(throttled.headers.get("retry-after"), "900");
    strictEqual(throttled.body.details.retryAfterSeconds, 900);
    refuses(await post("/v1/sessions", { name: "" }), 422, "request_invalid");
  }));

Deno.test("C-03: DELETE /v1/sessions/current ends the token and the cookie", () =>
  withPeople(async ({ get, post, delete: remove }) => {
    const { body, headers } = await post("/v1/sessions", ADMIN);
    const both = {
      authorization: `Bearer ${body.token}`,
      cookie: cookieOf(headers),
    };
    const ended = await remove("/v1/sessions/current", { headers: both });
    deepStrictEqual(ended.body, { ended: true });
    match(
      ended.headers.get("set-cookie") ?? "",
      /^panal_session=; .*Max-Age=0/,
    );
    for (const [name, value] of Object.entries(both)) {
      const again = await get("/v1/sessions/current", {
        headers: { [name]: value },
      });
      refuses(again, 401, "forbidden");
    }
  }));

Deno.test("GET /v1/sessions/current says that nobody has to sign in while there are no users", () =>
  withApi(async ({ get, delete: remove }) => {
    const current = await get("/v1/sessions/current");
    deepStrictEqual(current.body, { required: false, user: null });
    const ended = await remove("/v1/sessions/current");
    deepStrictEqual(ended.body, { ended: false });
  }));

Deno.test("C-07: the default account of a node without users is told to set its password, and does", () =>
  withApi(async ({ get, post }) => {
    const first = { name: "admin", password: "admin123" };
    const { body } = await post("/v1/sessions", first);
    strictEqual(body.user.mustChangePassword, true);
    const headers = { authorization: `Bearer ${body.token}` };
    const current = await get("/v1/sessions/current", { headers });
    deepStrictEqual(current.body, { required: false, user: body.user });
    const set = await post(
      "/v1/users/1/password",
      { password: PASSWORD, current: "admin123" },
      { headers },
    );
    strictEqual(set.status, 200);
    strictEqual(set.body.mustChangePassword, false);
    refuses(await get("/v1/users", { headers }), 401, "forbidden");
    refuses(await post("/v1/sessions", first), 401, "sign_in_failed");
    const again = await post("/v1/sessions", ADMIN);
    strictEqual(again.status, 201);
  }));

Deno.test("C-07: who must change its password may do nothing else", () =>
  withPeople(async ({ get, post, patch, as, idOf }) => {
    const admin = { headers: await as("admin") };
    const id = idOf("supervisor");
    const other = { password: "given by hand", mustChangePassword: true };
    await post(`/v1/users/${id}/password`, other, admin);
    const signedIn = await post("/v1/sessions", {
      name: "supervisor",
      password: "given by hand",
    });
    const headers = { authorization: `Bearer ${signedIn.body.token}` };
    strictEqual(signedIn.body.user.mustChangePassword, true);
    for (const path of ["/v1/sales", "/v1/products", "/v1/acts"]) {
      refuses(await get(path, { headers }), 403, "forbidden");
    }
    refuses(
      await patch(`/v1/users/${id}`, { fullName: "x" }, { headers }),
      403,
      "forbidden",
    );
    strictEqual((await get("/v1/sessions/current", { headers })).status, 200);
    const own = { password: "my own password", current: "given by hand" };
    const set = await post(`/v1/users/${id}/password`, own, { headers });
    strictEqual(set.body.mustChangePassword, false);
    const again = await post("/v1/sessions", {
      name: "supervisor",
      password: "my own password",
    });
    const now = { authorization: `Bearer ${again.body.token}` };
    strictEqual((await get("/v1/sales", { headers: now })).status, 200);
  }));

Deno.test("GET /v1/events takes the cookie, since pages cannot send a header with it", () => {
  const ending = new AbortController();
  return withPeople(async ({ request, post }) => {
    const refused = await request("/v1/events");
    strictEqual(refused.status, 401);
    await refused.body?.cancel();
    const { headers } = await post("/v1/sessions", ADMIN);
    const stream = await request("/v1/events", {
      headers: { cookie: cookieOf(headers) },
    });
    strictEqual(stream.headers.get("content-type"), "text/event-stream");
    ending.abort();
    match(await stream.text(), /connected/);
  }, { signal: ending.signal });
});
