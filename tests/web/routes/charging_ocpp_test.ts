import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { PointId } from "../../../crdt/mod.ts";
import { AT_POINT, POINT, withChargingApi } from "../charging_api.ts";
import { refuses } from "../native_api.ts";

Deno.test("PUT /v1/charging-points/{id}/password sets a charger's password and takes it away", () =>
  withChargingApi(async (api) => {
    const { pointPasswords: passwords } = api.useCases;
    const path = `${AT_POINT}/password`;
    const password = "correct-horse-battery";
    const set = await api.put(path, { password });
    deepStrictEqual(
      [set.status, set.body],
      [200, { point: POINT, hasPassword: true }],
    );
    strictEqual(await passwords.verify(POINT as PointId, password), true);
    const { body } = await api.put(path, { password: null });
    strictEqual(body.hasPassword, false);
    strictEqual(passwords.has(POINT as PointId), false);
  }));

Deno.test("PUT /v1/charging-points/{id}/password refuses short and unprintable passwords", () =>
  withChargingApi(async (api) => {
    const path = `${AT_POINT}/password`;
    for (const password of ["short", "with spaces in it 16", "ñ".repeat(16)]) {
      refuses(await api.put(path, { password }), 422, "password_invalid");
    }
  }));
