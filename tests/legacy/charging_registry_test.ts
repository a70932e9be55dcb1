import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { PointId } from "../../crdt/mod.ts";
import { parseFernetKey } from "../../net/legacy/fernet.ts";
import { createApp } from "../../web/app.ts";
import { postJson } from "../support/secured_monitor.ts";
import { type SecuredRig, withSecuredRig } from "../support/secured_rig.ts";

const POINT = "SEV-07";
const PLACE = "C/ Serrano 10, Madrid";
const UUID =
  /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Registers a point, which must succeed. */
async function register(
  { registry }: SecuredRig,
  id = POINT,
  location = PLACE,
) {
  const { status, body } = await postJson(`${registry}/register`, {
    id,
    location,
  });
  strictEqual(status, 200);
  return {
    token: String(body["token"]),
    key: String(body["symmetric_key"]),
  };
}

const unregister = ({ registry }: SecuredRig, body: unknown) =>
  postJson(`${registry}/unregister`, body);

Deno.test("M-9: S: /register over HTTPS with a certificate of its own answers exactly as 9.1", () =>
  withSecuredRig(async (rig) => {
    const { status, body } = await postJson(`${rig.registry}/register`, {
      "id": POINT,
      "location": PLACE,
    });
    strictEqual(status, 200);
    deepStrictEqual(Object.keys(body), ["message", "token", "symmetric_key"]);
    strictEqual(body["message"], "CP registrado correctamente");
    match(String(body["token"]), UUID);
    ok(parseFernetKey(body["symmetric_key"]) !== undefined);
    const { state, location, price } = rig.point(POINT);
    deepStrictEqual([state, location, price], ["DESCONECTADO", PLACE, 2500]);
    // The location of the next registration replaces it.
    await register(rig, POINT, "Plaza del Ayuntamiento 1");
    strictEqual(rig.point(POINT).location, "Plaza del Ayuntamiento 1");
  }));

Deno.test("the registry refuses what is incomplete or no JSON, in the words of 9.1", () =>
  withSecuredRig(async (rig) => {
    const missing = {
      "error": "Datos incompletos. Se requiere 'id' y 'location'",
    };
    const bodies = [
      {},
      [],
      null,
      { "id": POINT },
      { "location": PLACE },
      { "id": "", "location": PLACE },
      { "id": 7, "location": PLACE },
      { "id": "A#B", "location": PLACE },
      { "id": "x".repeat(201), "location": PLACE },
      { "id": POINT, "location": "x".repeat(201) },
      { "id": POINT, "location": "\ud800" },
    ];
    for (const body of bodies) {
      deepStrictEqual(
        await postJson(`${rig.registry}/register`, body),
        { status: 400, body: missing },
      );
    }
    deepStrictEqual(await unregister(rig, {}), {
      status: 400,
      body: { "error": "Falta el ID del CP" },
    });
    const url = `${rig.registry}/register`;
    const strange = [
      await postJson(url, "{"),
      await postJson(url, "{}", { type: "text/plain" }),
      await postJson(url, { "id": "x".repeat(70_000) }),
    ];
    deepStrictEqual(strange.map(({ status }) => status), [400, 415, 413]);
    strictEqual(rig.useCases.charging.points({ limit: 10 }).items.length, 0);
  }));

Deno.test("C-39: each registration gives a new token and a new key", () =>
  withSecuredRig(async (rig) => {
    const first = await register(rig);
    const second = await register(rig);
    ok(first.token !== second.token && first.key !== second.key);
    strictEqual(rig.useCases.chargingSecurity.hasKey(POINT as PointId), true);
  }));

Deno.test("C-41: /unregister takes any token that was issued to the point, and no other", () =>
  withSecuredRig(async (rig) => {
    const gone = { "message": `CP ${POINT} dado de baja correctamente` };
    const unknown = { "error": "CP no encontrado o no se pudo eliminar" };
    deepStrictEqual(await unregister(rig, { "id": POINT }), {
      status: 404,
      body: unknown,
    });
    const first = await register(rig);
    await register(rig);
    const other = await register(rig, "SEV-08");
    const wrong = [other.token, crypto.randomUUID(), "", 7, {}];
    for (const token of wrong) {
      const { status } = await unregister(rig, { "id": POINT, token });
      strictEqual(status, 403);
    }
    // The first that it ever got is as good as the newest.
    const done = await unregister(rig, { "id": POINT, token: first.token });
    deepStrictEqual(done, { status: 200, body: gone });
    strictEqual(rig.useCases.charging.point(POINT), undefined);
    strictEqual(rig.useCases.chargingSecurity.hasKey(POINT as PointId), false);
    deepStrictEqual(await unregister(rig, { "id": POINT }), {
      status: 404,
      body: unknown,
    });
    // It may come back.
    await register(rig);
    strictEqual(rig.point(POINT).state, "DESCONECTADO");
  }));

Deno.test("C-41: a token from before a revocation is refused", () =>
  withSecuredRig(async (rig) => {
    const before = await register(rig);
    const point = POINT as PointId;
    const { chargingSecurity } = rig.useCases;
    const revoked = await chargingSecurity.revokePoint({ point, source: "x" });
    strictEqual(revoked.ok, true);
    const { status } = await unregister(rig, {
      "id": POINT,
      token: before.token,
    });
    strictEqual(status, 403);
    const after = await register(rig);
    const again = await unregister(rig, { "id": POINT, token: after.token });
    strictEqual(again.status, 200);
  }));

Deno.test("C-41: without a token a point is unregistered from this machine", () =>
  withSecuredRig(async (rig) => {
    await register(rig);
    strictEqual((await unregister(rig, { "id": POINT })).status, 200);
  }));

Deno.test("C-41: without a token nobody unregisters from another machine", () =>
  withSecuredRig(async (rig) => {
    const { token } = await register(rig);
    strictEqual((await unregister(rig, { "id": POINT })).status, 403);
    const empty = { "id": POINT, "token": null };
    strictEqual((await unregister(rig, empty)).status, 403);
    strictEqual((await unregister(rig, { "id": POINT, token })).status, 200);
  }, { registryFrom: "192.0.2.7" }));

Deno.test("C-40: tokens and keys are in no fact, document, list or log line that anybody can ask for", () =>
  withSecuredRig(async (rig) => {
    const { token, key } = await register(rig);
    const { token: second, key: newer } = await register(rig);
    const { useCases, clock } = rig;
    const app = createApp(useCases, { clock, requireSignIn: false });
    const read = async (path: string) => {
      const answer = await app.request(path);
      strictEqual(answer.status, 200, path);
      return await answer.text();
    };
    const names = useCases.documents({ limit: 1000 }).items;
    ok(names.some((name) => name.startsWith("journal/")));
    const shown = [
      await read("/v1/facts?limit=1000"),
      await read("/v1/facts?type=PointCredential"),
      await read("/v1/charging/audit"),
      await read("/v1/charging/audit?format=csv"),
      ...await Promise.all(
        names.map((name) => read(`/v1/documents/${encodeURIComponent(name)}`)),
      ),
      (await rig.api.ask("GET /api/estado")).text,
      (await rig.api.ask("GET /api/logs")).text,
      JSON.stringify(useCases.chargingSecurity.audit({ limit: 100 })),
    ].join("\n");
    ok(shown.includes("PointCredential"));
    for (const secret of [token, key, second, newer]) {
      strictEqual(shown.includes(secret), false);
    }
    // As an Automerge file such a document is not given at all.
    for (const name of names) {
      const document = useCases.document(name);
      const isPage = JSON.stringify(document?.json).includes("Credential");
      strictEqual(document?.automerge === null, isPage, name);
    }
  }));

Deno.test("the registry bounds how often a point registers", () =>
  withSecuredRig(async (rig) => {
    const statuses: number[] = [];
    for (let i = 0; i < 25; i++) {
      const { status } = await postJson(`${rig.registry}/register`, {
        "id": POINT,
        "location": PLACE,
      });
      statuses.push(status);
    }
    ok(statuses.includes(500));
    strictEqual(statuses[0], 200);
    await register(rig, "SEV-08");
  }));
