import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { refuses, withApi } from "../native_api.ts";
import { PASSWORD, withPeople } from "../people_api.ts";

const EVA = {
  name: "eva",
  fullName: "Eva Luz",
  role: "cashier",
  password: PASSWORD,
};

Deno.test("POST /v1/users makes the first administrator on loopback, and from then on a sign-in is needed", () =>
  withApi(async ({ get, post }) => {
    refuses(await post("/v1/users", EVA), 403, "forbidden");
    const made = await post("/v1/users", { ...EVA, role: "admin" });
    strictEqual(made.status, 201);
    ok(!JSON.stringify(made.body).includes("$scrypt"));
    refuses(await get("/v1/sales"), 401, "forbidden");
    const signedIn = await post("/v1/sessions", {
      name: "EVA",
      password: PASSWORD,
    });
    const headers = { authorization: `Bearer ${signedIn.body.token}` };
    strictEqual((await get("/v1/sales", { headers })).status, 200);
  }));

Deno.test("POST and PATCH /v1/users make, list and change users, and each is an act of the caller's", () =>
  withPeople(async ({ get, post, patch, as, idOf }) => {
    const options = { headers: await as("admin") };
    const made = await post("/v1/users", EVA, options);
    strictEqual(made.status, 201);
    const { id } = made.body;
    refuses(
      await post("/v1/users", { ...EVA, name: "EVA" }, options),
      409,
      "name_taken",
    );
    refuses(
      await post(
        "/v1/users",
        { ...EVA, name: "z", password: "short" },
        options,
      ),
      422,
      "password_invalid",
    );
    refuses(
      await post("/v1/users", { ...EVA, name: "<z>" }, options),
      422,
      "invalid_argument",
    );
    const changed = await patch(`/v1/users/${id}`, { active: false }, options);
    deepStrictEqual(
      { ...changed.body, changedAt: "" },
      { ...made.body, active: false, changedAt: "" },
    );
    refuses(
      await patch(`/v1/users/${idOf("admin")}`, { role: "cashier" }, options),
      403,
      "forbidden",
    );
    refuses(await patch("/v1/users/5", {}, options), 404, "user_unknown");
    refuses(await patch("/v1/users/x", {}, options), 404, "not_found");
    const users = await get("/v1/users?limit=2", options);
    strictEqual(users.body.total, 4);
    strictEqual(users.body.items.length, 2);
    const acts = await get("/v1/acts?limit=2", options);
    const by = { id: String(idOf("admin")), name: "The admin" };
    deepStrictEqual(
      acts.body.items.map((
        { act, subject, by }: Record<string, unknown>,
      ) => ({ act, subject, by })),
      [
        { act: "user_changed", subject: `user/${id}`, by },
        { act: "user_created", subject: `user/${id}`, by },
      ],
    );
  }));

Deno.test("C-07: POST /v1/users takes the number and the hash of a user that moves in", () =>
  withPeople(async ({ post, as }) => {
    const options = { headers: await as("admin") };
    const passwordHash = `$2a$10$${"a".repeat(53)}`;
    const { password: _, ...user } = EVA;
    const made = await post(
      "/v1/users",
      { ...user, id: 3, passwordHash },
      options,
    );
    strictEqual(made.status, 201, JSON.stringify(made.body));
    strictEqual(made.body.id, 3);
    ok(!JSON.stringify(made.body).includes("$2a$"));
    refuses(
      await post(
        "/v1/users",
        { ...user, name: "ana", passwordHash: "$1$abc" },
        options,
      ),
      422,
      "invalid_argument",
    );
  }));

Deno.test("POST /v1/users/{id}/password takes one's own with the present one, and others' from administrators", () =>
  withPeople(async ({ get, post, as, idOf }) => {
    const options = { headers: await as("cashier") };
    const own = `/v1/users/${idOf("cashier")}/password`;
    const others = `/v1/users/${idOf("admin")}/password`;
    const body = { password: "another password", current: PASSWORD };

    refuses(await post(others, body, options), 403, "forbidden");
    refuses(
      await post(own, { ...body, current: "wrong" }, options),
      401,
      "sign_in_failed",
    );
    refuses(
      await post(own, { password: body.password }, options),
      401,
      "sign_in_failed",
    );
    refuses(
      await post(own, { ...body, password: "Cashier" }, options),
      422,
      "password_invalid",
    );
    strictEqual((await get("/v1/sales", options)).status, 200);
    strictEqual((await post(own, body, options)).status, 200);
    refuses(await get("/v1/sales", options), 401, "forbidden");
    const admin = { headers: await as("admin") };
    strictEqual((await post(own, body, admin)).status, 200);
  }));

Deno.test("GET /v1/documents shows no hashes, and gives no file that holds them", () =>
  withPeople(async ({ get, as }) => {
    const headers = await as("admin");
    const path = "/v1/documents/directory/site:CUS";
    const shown = await get(path, { headers });
    strictEqual(shown.status, 200);
    const text = JSON.stringify(shown.body);
    ok(text.includes("The cashier") && !text.includes("$scrypt"));
    const accept = "application/vnd.automerge";
    refuses(
      await get(path, { headers: { ...headers, accept } }),
      403,
      "forbidden",
    );
  }));
