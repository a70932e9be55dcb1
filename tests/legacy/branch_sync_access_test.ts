/**
 * Who may ask a branch: sign-in, sessions, tokens, roles and pages, over real HTTP.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { SiteCode } from "../../crdt/mod.ts";
import {
  BranchSurface,
  ELSEWHERE,
  PASSWORD,
} from "../support/branch_surface.ts";

const LOGIN = "POST /api/auth/login";

Deno.test("C-01: a token comes with the login, serves from anywhere, and the screens need none", async () => {
  await using branch = await BranchSurface.start();
  const login = await branch.signIn("jefa");
  deepStrictEqual(login.user, {
    id: 417,
    username: "jefa",
    fullName: "jefa de prueba",
    role: "ADMIN",
    branch: "CUS",
  });
  const authorization = `Bearer ${login.token}`;
  const headers = { authorization };

  await branch.json("GET /api/stats");
  await branch.json("GET /api/stats", undefined, { from: ELSEWHERE, headers });
  const [head = "", claims = ""] = login.token.split(".")
    .map((part) => part.replaceAll("-", "+").replaceAll("_", "/"));
  ok(JSON.parse(atob(head)).kid);
  const { sub, username, role, branch: site, exp, iat, jti } = JSON.parse(
    atob(claims),
  );
  deepStrictEqual([sub, username, role, site], ["417", "jefa", "admin", "CUS"]);
  strictEqual(exp - iat, 12 * 3600);
  ok(jti);

  const tampered = `${authorization.slice(0, -6)}AAAAAA`;
  for (const wrong of [tampered, "Bearer x", "Basic amVmYTp4"]) {
    const { status } = await branch.ask("GET /api/stats", {
      headers: { authorization: wrong },
    });
    strictEqual(status, 401, wrong);
  }
});

Deno.test("C-02: business routes are closed to callers that nobody knows, health and login are open", async () => {
  await using branch = await BranchSurface.start({ signedIn: false });
  await branch.addUser("jefa", "admin", 417);
  const lines = [
    ...["productos", "productos/CUS-PROD-001", "ventas", "ventas/x", "stats"],
    ...["sincronizacion/logs", "sincronizacion/estado", "sucursales"],
    ...["sincronizacion/conflictos", "usuarios", "auth/me"],
    "reportes/productos-bajo-stock",
  ].map((path) => `GET /api/${path}`).concat(
    ["POST /api/productos", "PUT /api/productos/x", "DELETE /api/productos/x"],
    ["POST /api/ventas", "DELETE /api/ventas/x", "POST /api/usuarios"],
    ["POST /api/sincronizacion/ejecutar", "POST /api/auth/logout"],
  );
  for (const line of lines) {
    for (const from of ["127.0.0.1", ELSEWHERE]) {
      const answered = await branch.ask(line, { from });
      strictEqual(answered.status, 401, line);
    }
  }
  for (const from of ["::1", ELSEWHERE]) {
    const health = await branch.json("GET /api/health", undefined, { from });
    deepStrictEqual(health, {
      status: "ok",
      branch: "CUS",
      name: "CUS",
      type: "SUCURSAL",
    });
  }
});

Deno.test("C-02: a session of this machine is none for others, nor for a page that renamed this machine, nor through a proxy", async () => {
  await using branch = await BranchSurface.start();
  strictEqual((await branch.ask("GET /api/stats")).status, 200);
  for (const from of [ELSEWHERE, "10.0.0.1", "::ffff:10.0.0.1", "fe80::1"]) {
    strictEqual((await branch.ask("GET /api/stats", { from })).status, 401);
  }
  for (const name of ["x-forwarded-for", "via", "forwarded"]) {
    const headers = { [name]: "8.8.8.8" };
    strictEqual((await branch.ask("GET /api/stats", { headers })).status, 401);
  }
  const { port } = new URL(branch.url);
  const connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(port),
  });
  await connection.write(
    new TextEncoder().encode(
      "GET /api/stats HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    ),
  );
  const answered = await new Response(connection.readable).text();
  match(answered, /^HTTP\/1\.1 401 /);
});

/** An address of this machine that is not its loopback; undefined on one that has none. */
function ownAddress(): string | undefined {
  return Deno.networkInterfaces().find(({ address, family }) =>
    family === "IPv4" && !address.startsWith("127.")
  )?.address;
}

const hostname = ownAddress();

Deno.test({
  name:
    "C-02: what the listener says of a caller decides, through a real address of this machine",
  ignore: hostname === undefined,
  async fn() {
    await using branch = await BranchSurface.start({ hostname: "0.0.0.0" });
    const { port } = new URL(branch.url);
    const far = `http://${hostname}:${port}/api/stats`;
    for (
      const [url, status] of [[far, 401], [
        `${branch.url}/api/stats`,
        200,
      ]] as const
    ) {
      const answered = await fetch(url);
      await answered.text();
      strictEqual(answered.status, status, url);
    }
  },
});

Deno.test("C-03: logout really ends the session and the token", async () => {
  await using branch = await BranchSurface.start();
  const { token, sessionId } = await branch.signIn("jefa");
  const asks = [
    {},
    { authorization: `Bearer ${token}` },
    { "x-session-id": sessionId },
  ];
  for (const headers of asks) {
    await branch.json("GET /api/auth/me", undefined, { headers });
    const left = await branch.json("POST /api/auth/logout", undefined, {
      headers,
    });
    deepStrictEqual(left, { success: true });
    const me = await branch.ask("GET /api/auth/me", { headers });
    strictEqual(me.status, 401);
    deepStrictEqual(me.json(), { error: "Debe iniciar sesión" });
  }
});

Deno.test("C-04: a session's id is one that the node issued, and one caller's login is not another's", async () => {
  await using branch = await BranchSurface.start({ signedIn: false });
  await branch.addUser("jefa", "admin", 417);
  await branch.addUser("caja", "cashier", 418);
  const mine = { "x-session-id": "mio" };
  const { sessionId } = await branch.json<{ sessionId: string }>(
    LOGIN,
    { username: "jefa", password: PASSWORD },
    { headers: mine },
  );
  match(sessionId, /^[0-9a-f]{32}$/);
  const guessed = "0".repeat(32);
  for (const id of ["mio", "default", "loopback", guessed]) {
    const headers = { "x-session-id": id };
    strictEqual((await branch.ask("GET /api/stats", { headers })).status, 401);
  }
  // A login under a name of one's own opens no shared session.
  strictEqual((await branch.ask("GET /api/stats")).status, 401);

  await branch.signIn("caja");
  const me = (headers: Record<string, string>) =>
    branch.json<{ user: { username: string } }>("GET /api/auth/me", undefined, {
      headers,
    });
  strictEqual((await me({})).user.username, "caja");
  const issued = { "x-session-id": sessionId };
  strictEqual((await me(issued)).user.username, "jefa");
  await branch.json("GET /api/stats", undefined, {
    headers: issued,
    from: ELSEWHERE,
  });
});

Deno.test("C-04: sessions end after 12 hours without use, and outlive a restart", async () => {
  await using branch = await BranchSurface.start();
  const { node } = branch;
  for (let i = 0; i < 3; i++) {
    node.clock.advance(11 * 3_600_000);
    strictEqual((await branch.ask("GET /api/stats")).status, 200);
  }
  await node.stop();
  {
    await using again = await BranchSurface.start({
      disk: node.disk,
      startMs: node.clock.now(),
      signedIn: false,
    });
    strictEqual((await again.ask("GET /api/stats")).status, 200);
    again.node.clock.advance(12 * 3_600_000 + 1);
    strictEqual((await again.ask("GET /api/stats")).status, 401);
  }
});

Deno.test("C-05: who sells may read, sell and synchronise, and neither edit, delete nor manage users", async () => {
  await using branch = await BranchSurface.start();
  const product = await branch.addProduct();
  const sale = await branch.sell([product, 1]);
  const id = await branch.addUser("caja", "cashier");
  await branch.addUser("turno", "supervisor");
  const cashier = await branch.headersOf("caja");
  const supervisor = await branch.headersOf("turno");
  const Detalles = [{ ProductoID: product, Cantidad: 1 }];
  await branch.json("POST /api/ventas", { UsuarioID: id, Detalles }, {
    headers: cashier,
    status: 201,
  });
  await branch.json("GET /api/productos", undefined, { headers: cashier });
  const refused: [string, Record<string, string>][] = [
    [`DELETE /api/productos/${product}`, cashier],
    [`DELETE /api/productos/${product}`, supervisor],
    [`DELETE /api/ventas/${sale}`, cashier],
    [`DELETE /api/ventas/${sale}`, supervisor],
    [`PUT /api/productos/${product}`, cashier],
    ["POST /api/productos", cashier],
    ["GET /api/usuarios", supervisor],
    ["POST /api/usuarios", cashier],
    ["PUT /api/usuarios/417", cashier],
    ["POST /api/usuarios/417/password", cashier],
  ];
  for (const [line, headers] of refused) {
    const answered = await branch.ask(line, {
      headers,
      ...(line.startsWith("GET") ? {} : { body: { Password: "x".repeat(9) } }),
    });
    strictEqual(answered.status, 403, line);
    const { success, error } = answered.json() as Record<string, unknown>;
    strictEqual(success, false);
    strictEqual(typeof error, "string");
  }
  await branch.json(`PUT /api/productos/${product}`, { Descripcion: "x" }, {
    headers: supervisor,
  });
});

Deno.test("C-06: a user of another branch is refused with both codes", async () => {
  await using branch = await BranchSurface.start();
  const made = await branch.node.useCases.people.createUser({
    ...{ name: "otra", fullName: "Otra", role: "admin", password: PASSWORD },
    site: "ABA" as SiteCode,
  });
  ok(made.ok);
  const answered = await branch.ask(LOGIN, {
    body: { username: "otra", password: PASSWORD },
  });
  strictEqual(answered.status, 403);
  const { error } = answered.json() as { error: string };
  match(error, /ABA.*CUS/);
});

Deno.test("C-07: the password that everybody knows opens nothing but its own change", async () => {
  await using branch = await BranchSurface.start({ signedIn: false });
  const admin = { username: "admin", password: "admin123" };
  strictEqual(
    (await branch.ask(LOGIN, { body: admin, from: ELSEWHERE })).status,
    401,
  );
  const headers = { "x-forwarded-for": "8.8.8.8" };
  const passedOn = await branch.ask(LOGIN, { body: admin, headers });
  strictEqual(passedOn.status, 401);
  const login = await branch.json<
    { user: { id: number }; debeCambiarClave: boolean }
  >(LOGIN, admin);
  strictEqual(login.debeCambiarClave, true);
  for (
    const line of ["GET /api/stats", "GET /api/productos", "POST /api/ventas"]
  ) {
    const answered = await branch.ask(line);
    strictEqual(answered.status, 403, line);
    match(answered.text, /Debe cambiar su contraseña/);
  }
  const path = `POST /api/usuarios/${login.user.id}/password`;
  await branch.json(path, { Password: PASSWORD }, { status: 400 });
  await branch.json(path, { Password: PASSWORD, PasswordActual: "no" }, {
    status: 403,
  });
  await branch.json(path, { Password: "corta", PasswordActual: "admin123" }, {
    status: 422,
  });
  await branch.json(path, { Password: PASSWORD, PasswordActual: "admin123" });

  strictEqual((await branch.ask("GET /api/auth/me")).status, 401);
  await branch.json(LOGIN, admin, { status: 401 });
  await branch.signIn("admin");
  strictEqual((await branch.ask("GET /api/stats")).status, 200);
});

Deno.test("C-07: after five failures under one name from one address come 429 and a time to wait", async () => {
  await using branch = await BranchSurface.start();
  const wrong = { username: "jefa", password: "no es esta" };
  const from = ELSEWHERE;
  for (let i = 0; i < 5; i++) {
    const failed = await branch.json(LOGIN, wrong, { from, status: 401 });
    deepStrictEqual(failed, { error: "Usuario o contraseña incorrectos" });
  }
  const right = { username: "jefa", password: PASSWORD };
  const refused = await branch.ask(LOGIN, { body: right, from });
  strictEqual(refused.status, 429);
  const seconds = Number(refused.headers.get("retry-after"));
  ok(seconds > 0 && seconds <= 15 * 60);
  deepStrictEqual(Object.keys(refused.json() as object), ["error"]);
  await branch.json(LOGIN, right);
  branch.node.clock.advance(seconds * 1000);
  await branch.json(LOGIN, right, { from });
});

Deno.test("C-08: login data of any other kind is a 400 of the family of sign-in", async () => {
  await using branch = await BranchSurface.start();
  const bodies: unknown[] = [
    {},
    [],
    { username: "jefa" },
    { password: PASSWORD },
    { username: "", password: PASSWORD },
    { username: 1, password: 2 },
    { username: { a: 1 }, password: [] },
    { username: "jefa", password: null },
    { username: "x".repeat(5000), password: "y" },
    "{",
    '"jefa"',
    "7",
  ];
  for (const body of bodies) {
    const answered = await branch.ask(LOGIN, {
      body,
      headers: { "content-type": "application/json" },
    });
    strictEqual(answered.status, 400, JSON.stringify(body));
    deepStrictEqual(Object.keys(answered.json() as object), ["error"]);
  }
});

Deno.test("users: an administrator lists, makes and changes them, and no answer holds a hash", async () => {
  await using branch = await BranchSurface.start();
  const { usuario } = await branch.json<{ usuario: { UsuarioID: number } }>(
    "POST /api/usuarios",
    {
      NombreUsuario: "caja",
      NombreCompleto: "Caja Uno",
      Rol: "CAJERO",
      Password: PASSWORD,
    },
    { status: 201 },
  );
  const { UsuarioID: id, ...rest } = usuario;
  deepStrictEqual(rest, {
    NombreUsuario: "caja",
    NombreCompleto: "Caja Uno",
    Rol: "CAJERO",
    SucursalPermitida: "CUS",
    Activo: true,
    DebeCambiarClave: false,
  });
  const list = await branch.ask("GET /api/usuarios");
  const { usuarios } = list.json() as { usuarios: { UsuarioID: number }[] };
  deepStrictEqual(
    usuarios.map((one) => one.UsuarioID).toSorted(),
    [417, id].toSorted(),
  );
  strictEqual(/scrypt|argon|\$2[aby]/.test(list.text), false);

  const user = await branch.headersOf("caja");
  await branch.json(`PUT /api/usuarios/${id}`, { Activo: false });
  const { status } = await branch.ask("GET /api/stats", { headers: user });
  strictEqual(status, 401);
  const name = { NombreUsuario: "CAJA", Password: PASSWORD };
  await branch.json("POST /api/usuarios", name, { status: 409 });
  for (
    const bad of [
      { NombreUsuario: "<b>", Password: PASSWORD },
      { NombreUsuario: "x", Rol: "DIOS", Password: PASSWORD },
      { NombreUsuario: "x", Password: "1" },
    ]
  ) await branch.json("POST /api/usuarios", bad, { status: 422 });
  await branch.json("PUT /api/usuarios/999999", { Activo: true }, {
    status: 404,
  });
  await branch.json("PUT /api/usuarios/417", { Rol: "CAJERO" }, {
    status: 403,
  });
});

Deno.test("C-72: pages loaded from a file may use this machine's branch, pages of other sites may not", async () => {
  await using branch = await BranchSurface.start();
  const asking = {
    origin: "null",
    "access-control-request-method": "PUT",
    "access-control-request-headers": "content-type",
  };
  for (const path of ["/api/productos/x", "/api/ventas", "/none"]) {
    const { status, headers, text } = await branch.ask(`OPTIONS ${path}`, {
      headers: asking,
    });
    strictEqual(status, 204);
    strictEqual(text, "");
    strictEqual(headers.get("access-control-allow-origin"), "*");
    strictEqual(
      headers.get("access-control-allow-methods"),
      "GET,HEAD,PUT,PATCH,POST,DELETE",
    );
    strictEqual(headers.get("access-control-allow-headers"), "content-type");
    match(headers.get("vary") ?? "", /Access-Control-Request-Headers/);
    strictEqual(headers.get("access-control-allow-credentials"), null);
  }
  const allowed = (line: string, origin: string, from?: string) =>
    branch.ask(line, {
      headers: { origin },
      ...(from === undefined ? {} : { from }),
    }).then(({ headers }) => headers.get("access-control-allow-origin"));
  strictEqual(await allowed("GET /api/stats", "null"), "*");
  strictEqual(await allowed("GET /none", "null"), "*");
  const own = "http://localhost:5173";
  strictEqual(await allowed("GET /api/stats", own), own);
  strictEqual(await allowed("GET /api/stats", "https://evil.example"), null);
  strictEqual(await allowed("GET /api/stats", "null", ELSEWHERE), null);

  const posted = await branch.ask("POST /api/productos", {
    headers: {
      origin: "https://evil.example",
      "content-type": "application/x-www-form-urlencoded",
    },
    body: "Nombre=x&PrecioVenta=1",
  });
  strictEqual(posted.status, 403);
});

Deno.test("C-72: a page that a setting names may use the branch from another machine", async () => {
  const origin = "http://oficina.example";
  await using branch = await BranchSurface.start({
    surface: { origins: [origin] },
  });
  const headers = { origin, ...await branch.headersOf("jefa") };
  const answered = await branch.ask("GET /api/stats", {
    headers,
    from: ELSEWHERE,
  });
  strictEqual(answered.status, 200);
  strictEqual(answered.headers.get("access-control-allow-origin"), origin);
  match(answered.headers.get("vary") ?? "", /Origin/);
});

Deno.test("C-05: what was done to products and users stands in the list of acts, with who did it", async () => {
  await using branch = await BranchSurface.start();
  const id = await branch.addProduct();
  await branch.json(`PUT /api/productos/${id}`, { PrecioVenta: 9, Stock: 3 });
  await branch.json(`DELETE /api/productos/${id}`);
  const { items } = branch.node.useCases.people.acts({ limit: 3 });
  deepStrictEqual(
    items.map(({ act, subject, by, note }) => [act, subject, by?.id, note]),
    [
      ["product_removed", `product/${id}`, "417", null],
      ["product_changed", `product/${id}`, "417", "price, adjustment"],
      ["product_created", `product/${id}`, "417", null],
    ],
  );
});
