/** A branch and an office as real processes behind the branch software's surface: from the first login to a kill. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { NodeProcess } from "../../nodes/adapters/node_process.ts";
import { EXAMPLE_MESSAGE } from "../support/branch_messages.ts";
import { LOOPBACKS } from "../support/line_client.ts";
import { createProcessGroup, type ProcessGroup } from "../support/processes.ts";

type Json = Record<string, unknown>;

const PASSWORD = "miel de abeja 7";
const SURFACE = ["--surface", "branch-sync=127.0.0.1:0"];

function args(group: ProcessGroup, name: string, site?: string): string[] {
  return group.args({
    name,
    more: SURFACE,
    ...(site === undefined ? {} : { site }),
  });
}

function urlOf(node: NodeProcess): string {
  const url = node.ready.surfaces["branch-sync"];
  ok(typeof url === "string", "branch-sync does not listen");
  return url;
}

async function send(
  base: string,
  line: string,
  body?: unknown,
): Promise<readonly [status: number, body: Json]> {
  const [method = "", path = ""] = line.split(" ");
  const response = await fetch(`${base}${path}`, {
    method,
    headers: { "content-type": "application/json", origin: "null" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return [response.status, await response.json()];
}

/** The first login of a fresh node, and the one after its password was chosen; gives the user's number. */
async function begin(url: string): Promise<unknown> {
  const [first, { user }] = await send(url, "POST /api/auth/login", {
    username: "admin",
    password: "admin123",
  });
  strictEqual(first, 200);
  const { id } = user as Json;
  strictEqual((await send(url, "GET /api/stats"))[0], 403);
  const changed = { Password: PASSWORD, PasswordActual: "admin123" };
  const [status] = await send(
    url,
    `POST /api/usuarios/${id}/password`,
    changed,
  );
  strictEqual(status, 200);
  await signIn(url);
  return id;
}

async function signIn(url: string): Promise<void> {
  const sent = { username: "admin", password: PASSWORD };
  strictEqual((await send(url, "POST /api/auth/login", sent))[0], 200);
}

Deno.test("P-6, C-07: a fresh branch is opened by its first password, sells, and after a kill has the sale and the session", async () => {
  await using group = await createProcessGroup();
  const first = await group.run(args(group, "branch", "CUS"));
  const url = urlOf(first);
  const UsuarioID = await begin(url);
  const [made, { producto }] = await send(url, "POST /api/productos", {
    ...{ Nombre: "Coca Cola 2L", PrecioVenta: 5.5, Stock: 100 },
  });
  strictEqual(made, 201);
  const { ProductoID } = producto as Json;
  const [sold, { venta }] = await send(url, "POST /api/ventas", {
    UsuarioID,
    Detalles: [{ ProductoID, Cantidad: 3 }],
  });
  strictEqual(sold, 201);
  for (const address of LOOPBACKS) {
    const host = address.includes(":") ? `[${address}]` : address;
    const [status] = await send(
      url.replace("127.0.0.1", host),
      "GET /api/stats",
    );
    strictEqual(status, 200, address);
  }
  const metrics = await fetch(`${url}/metrics`);
  match(await metrics.text(), /panal_http_requests_total\{[^}]*\/api\/ventas/);

  await first.stop("SIGKILL");
  const second = await group.run(args(group, "branch", "CUS"));
  const again = urlOf(second);
  const [, { ventas }] = await send(again, "GET /api/ventas");
  deepStrictEqual(
    (ventas as Json[]).map((one) => one["VentaID"]),
    [(venta as Json)["VentaID"]],
  );
  const [, { producto: left }] = await send(
    again,
    `GET /api/productos/${ProductoID}`,
  );
  strictEqual((left as Json)["Stock"], 97);
  strictEqual((await second.stop("SIGTERM")).code, 0);
});

Deno.test("P-6: what an office acknowledged to a branch is there after a kill right behind the answer", async () => {
  await using group = await createProcessGroup();
  const office = await group.run(args(group, "office"));
  const receive = "POST /api/sincronizacion/recibir";
  const [status, answer] = await send(urlOf(office), receive, EXAMPLE_MESSAGE);
  await office.kill();
  deepStrictEqual([status, answer["ventasRecibidas"]], [200, 2]);

  const again = urlOf(await group.run(args(group, "office")));
  const [, repeated] = await send(again, receive, EXAMPLE_MESSAGE);
  deepStrictEqual(
    [repeated["ventasRecibidas"], repeated["ventasDuplicadas"]],
    [0, 2],
  );
  await begin(again);
  const [, { ventas }] = await send(again, "GET /api/ventas");
  strictEqual((ventas as Json[]).length, 2);
});
