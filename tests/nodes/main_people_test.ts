/** People who sign in at a real process, over real HTTP. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { NodeProcess } from "../../nodes/adapters/node_process.ts";
import { createProcessGroup } from "../support/processes.ts";

const ADMIN = { name: "admin", password: "correct horse battery" };
const OPEN = /No users are made yet: requests on loopback need no sign-in/;

async function send(
  node: NodeProcess,
  path: string,
  { body, token }: { readonly body?: unknown; readonly token?: string } = {},
) {
  const response = await fetch(`${node.ready.http}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

Deno.test("C-07: a process asks for a sign-in once a password is set, and after a restart its tokens still count", async () => {
  await using group = await createProcessGroup();
  const args = group.args({ name: "a", site: "CUS" })
    .map((arg) => arg === "error" ? "info" : arg);
  const first = await group.run(args);
  strictEqual((await send(first, "/v1/sales")).status, 200);
  const given = { name: "admin", password: "admin123" };
  const standard = await send(first, "/v1/sessions", { body: given });
  strictEqual(standard.body.user.mustChangePassword, true);
  const set = await send(first, "/v1/users/1/password", {
    body: { password: ADMIN.password },
  });
  strictEqual(set.status, 200, JSON.stringify(set.body));
  strictEqual((await send(first, "/v1/sales")).status, 401);
  const { body: { token } } = await send(first, "/v1/sessions", {
    body: ADMIN,
  });
  match((await first.stop("SIGTERM")).stderr, OPEN);

  const second = await group.run(args);
  strictEqual((await send(second, "/v1/sales")).status, 401);
  strictEqual((await send(second, "/v1/sales", { token })).status, 200);
  const again = await send(second, "/v1/sessions", { body: ADMIN });
  deepStrictEqual(again.body.user, set.body);
  ok(!OPEN.test((await second.stop("SIGTERM")).stderr));
});
