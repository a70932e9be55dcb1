import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { PointId } from "../../../crdt/mod.ts";
import { type FernetKey, sealFernet } from "../../../net/legacy/fernet.ts";
import {
  createChargingMesh,
  PlayedPoint,
} from "../../support/charging_node.ts";

const POINT = "SEV-07" as PointId;

function sealed(key: string) {
  const text = JSON.stringify({ "type": "CONSUMO", "cp_id": POINT });
  return {
    "cp_id": POINT,
    "encrypted": true,
    "ciphertext": sealFernet(
      key as FernetKey,
      new TextEncoder().encode(text),
      { seconds: 1, iv: new Uint8Array(16) },
    ),
  };
}

/** Two nodes of a site; the point registered with the first. */
async function withKey(seed: number) {
  const mesh = await createChargingMesh(seed);
  const of = (name: string) => mesh.node(name).useCases;
  const register = async (name: string) => {
    const given = await mesh.settle(
      of(name).chargingSecurity.registerPoint({
        point: POINT,
        location: "C/ Serrano 10, Madrid",
        source: "127.0.0.1",
      }),
    );
    if (!given.ok) throw new TypeError(given.error.message);
    await mesh.run(500);
    return given.value;
  };
  const opens = (name: string, key: string) =>
    of(name).chargingSecurity.readTelemetry(sealed(key), null).ok;
  return { mesh, of, register, opens };
}

Deno.test("C-39: every node of the site opens telemetry, whichever gave the key, and so after a restart", async () => {
  const { mesh, of, register, opens } = await withKey(31);
  const first = await register("a");
  strictEqual(opens("b", first.key), true);
  const second = await register("b");
  deepStrictEqual(
    ["a", "b"].map((name) => [
      opens(name, first.key),
      opens(name, second.key),
    ]),
    [[true, true], [true, true]],
  );
  await mesh.run(61_000);
  deepStrictEqual(
    ["a", "b"].map((name) => [
      opens(name, first.key),
      opens(name, second.key),
    ]),
    [[false, true], [false, true]],
  );
  mesh.crash("a");
  await mesh.restart("a");
  strictEqual(opens("a", second.key), true);
  strictEqual(of("a").charging.point(POINT)?.location, "C/ Serrano 10, Madrid");
  await mesh.stop();
});

Deno.test("C-15: a revocation at another node closes the connection where it is, and a recovery without new credentials lifts nothing", async () => {
  const { mesh, of, register, opens } = await withKey(32);
  const { key, token } = await register("a");
  const point = new PlayedPoint(POINT);
  await mesh.settle(point.connect(of("a").charging));
  await mesh.run(500);
  const revoked = await mesh.settle(
    of("b").chargingSecurity.revokePoint({ point: POINT, source: "x" }),
  );
  strictEqual(revoked.ok, true);
  await mesh.run(1000);
  deepStrictEqual([point.told, point.isClosed], [["stop"], true]);
  deepStrictEqual([opens("a", key), opens("b", key)], [false, false]);
  const stops = () => of("b").charging.point(POINT)?.stops;
  deepStrictEqual(stops(), ["revoked"]);

  const again = new PlayedPoint(POINT);
  const link = await mesh.settle(again.connect(of("a").charging));
  await mesh.settle(link.recover());
  await mesh.run(500);
  deepStrictEqual(stops(), ["revoked"]);
  const gone = await mesh.settle(
    of("a").chargingSecurity.unregisterPoint({
      point: POINT,
      token,
      isLocal: true,
      source: "x",
    }),
  );
  strictEqual(gone.ok, false);

  await register("b");
  await mesh.settle(link.recover());
  await mesh.run(500);
  deepStrictEqual(stops(), []);
  const actions = of("a").chargingSecurity.audit({ limit: 100, point: POINT })
    .items.map(({ action }) => action);
  ok(actions.includes("CP_REGISTRO_INICIAL"));
  ok(actions.includes("CP_RECONEXION"));
  ok(actions.includes("REVOCACION_MANUAL"));
  await mesh.stop();
});
