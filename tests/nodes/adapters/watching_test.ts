/** What a real process tells of what it did, at the level at which it tells most. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import type { NodeProcess } from "../../../nodes/adapters/node_process.ts";
import { createProcessGroup, until } from "../../support/processes.ts";

const METRICS_TOKEN = "metrics-token-that-nobody-may-see";
const PASSWORDS = {
  admin: "first secret of the shop",
  wrong: "second secret, mistyped",
  cashier: "third secret for the till",
  later: "fourth secret, after a change",
  charger: "0123456789abcdef-fifth",
  collector: "sixth-secret-of-a-collector",
  database: "seventh-secret-of-a-database",
};

/** Everything that may stand nowhere in what a node writes. */
const secrets: string[] = [METRICS_TOKEN, ...Object.values(PASSWORDS)];

/** Sends a request, and gives its answer with the body as JSON. */
async function send(
  { ready }: NodeProcess,
  request: string,
  { body, headers = {} }: {
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
) {
  const [method = "", path = ""] = request.split(" ");
  const response = await fetch(ready.http + path, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : {
      body: typeof body === "string" ? body : JSON.stringify(body),
    }),
  });
  const text = await response.text();
  const cookie = response.headers.get("set-cookie")?.split(";")[0];
  return {
    ...{ status: response.status, headers: response.headers, cookie },
    body: text.startsWith("{") ? JSON.parse(text) : undefined,
  };
}

/** Each line of a log as JSON. */
function linesOf(log: string): Record<string, unknown>[] {
  return log.trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** What a file or an output shows of what it must not. */
function shownIn(text: string): string[] {
  return secrets.filter((secret) => text.includes(secret));
}

Deno.test("a node logs requests with their ids and facts, and never a secret", async () => {
  await using group = await createProcessGroup();
  const tokenFile = join(group.folder, "metrics-token");
  await Deno.writeTextFile(tokenFile, METRICS_TOKEN);
  const logPath = join(group.folder, "a.log");
  const args = group.args({
    ...{ name: "a", site: "CUS" },
    more: [
      ...["--log-format", "json", "--metrics-token-file", tokenFile],
      // Nobody listens there: the log tells so, without the address's password.
      ...["--sink", `postgres://panal:${PASSWORDS.database}@127.0.0.1:1/shop`],
    ],
  }).map((arg) => arg === "error" ? "debug" : arg);
  const node = await group.run(args, undefined, { logPath });
  const admin = { name: "admin", password: PASSWORDS.admin };
  const made = await send(node, "POST /v1/users", {
    body: { ...admin, fullName: "The boss", role: "admin" },
  });
  strictEqual(made.status, 201, JSON.stringify(made.body));
  const wrong = { ...admin, password: PASSWORDS.wrong };
  strictEqual(
    (await send(node, "POST /v1/sessions", { body: wrong })).status,
    401,
  );
  // A body that breaks off, and one that is no sign-in at all.
  const broken = `{"name":"admin","password":"${PASSWORDS.admin}`;
  for (const body of [broken, { ...admin, pin: PASSWORDS.wrong }]) {
    const refused = await send(node, "POST /v1/sessions", { body });
    ok([400, 422].includes(refused.status), String(refused.status));
  }
  const signedIn = await send(node, "POST /v1/sessions", { body: admin });
  const { token } = signedIn.body;
  const bearer = { authorization: `Bearer ${token}` };
  const cookie = signedIn.cookie ?? "";
  secrets.push(token, cookie.slice(cookie.indexOf("=") + 1));
  const cashier = await send(node, "POST /v1/users", {
    headers: { cookie },
    body: {
      ...{ name: "ana", fullName: "Ana", role: "cashier" },
      password: PASSWORDS.cashier,
    },
  });
  strictEqual(cashier.status, 201, JSON.stringify(cashier.body));
  await send(node, `POST /v1/users/${cashier.body.id}/password`, {
    ...{ headers: bearer, body: { password: PASSWORDS.later } },
  });
  await send(node, "PUT /v1/charging-points/CUS-01/password", {
    ...{ headers: bearer, body: { password: PASSWORDS.charger } },
  });
  for (const tried of [METRICS_TOKEN, `${METRICS_TOKEN}x`, `${token}x`]) {
    await send(node, `GET /v1/sales?token=${tried}`, {
      headers: { authorization: `Bearer ${tried}` },
    });
    await send(node, "GET /metrics", {
      headers: {
        authorization: `Bearer ${tried}`,
        "x-forwarded-for": "10.0.0.9",
      },
    });
  }
  const product = { product: "honey", name: "Honey", price: "2.50", stock: 5 };
  await send(node, "POST /v1/products", { headers: bearer, body: product });
  const sold = await send(node, "POST /v1/sales", {
    headers: { ...bearer, "x-request-id": "till-1.77" },
    body: { lines: [{ product: "honey", quantity: 1 }] },
  });
  strictEqual(sold.status, 201, JSON.stringify(sold.body));
  strictEqual(sold.headers.get("x-request-id"), "till-1.77");
  const invited = await send(node, "POST /v1/invitations", {
    ...{ headers: bearer, body: { roles: ["branch"], sites: ["LIM"] } },
  });
  strictEqual(invited.status, 201, JSON.stringify(invited.body));
  secrets.push(invited.body.token);

  const otherLog = join(group.folder, "b.log");
  const other = await group.run(
    group.args({
      ...{ name: "b", site: "LIM" },
      more: [
        ...["--log-format", "text", "--join", invited.body.token],
        ...["--peer", node.ready.listen[0] ?? ""],
      ],
    }).map((arg) => arg === "error" ? "debug" : arg),
    undefined,
    { logPath: otherLog },
  );
  await until("the new node is linked", async () => {
    const { body } = await send(node, "GET /v1/health");
    return body.links === 1;
  });
  const ends = await Promise.all([other.stop(), node.stop()]);
  const log = await Deno.readTextFile(logPath);
  const answered = linesOf(log).filter(({ message }) => message === "Answered");
  ok(answered.length >= 15, `${answered.length} lines`);
  const ids = answered.map(({ request }) => request);
  strictEqual(new Set(ids).size, ids.length);
  const sale = answered.find(({ request }) => request === "till-1.77");
  deepStrictEqual({ ...sale, time: 0, ms: 0 }, {
    ...{ time: 0, level: "debug", message: "Answered", request: "till-1.77" },
    ...{ method: "POST", route: "/v1/sales", status: 201, ms: 0 },
    facts: [sold.body.id],
  });
  for (const { time, level, message } of linesOf(log)) {
    ok(typeof time === "string" && !Number.isNaN(Date.parse(time)));
    ok(typeof level === "string" && typeof message === "string");
  }
  deepStrictEqual(shownIn(log), []);
  deepStrictEqual(shownIn(await Deno.readTextFile(otherLog)), []);
  for (const { stdout } of ends) deepStrictEqual(shownIn(stdout), []);

  // What it refuses to start with is not shown either.
  const end = await group.refuse(
    group.args({
      name: "c",
      site: "ARQ",
      more: ["--otlp", `http://me:${PASSWORDS.collector}@127.0.0.1:4318`],
    }),
  );
  ok(end.stderr.includes("--otlp"), end.stderr);
  deepStrictEqual(shownIn(end.stderr + end.stdout), []);
});
