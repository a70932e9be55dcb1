/**
 * A façade of a node with users, one of each role.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import type { UserRole } from "../../nodes/mod.ts";
import type { AppOptions } from "../../web/app.ts";
import { type NativeApi, withApi } from "./native_api.ts";

/** The password of each of them. */
export const PASSWORD = "correct horse battery";

/** The façade, and who may ask it. */
export interface PeopleApi extends NativeApi {
  /** The header of a user of a role, which is also its name. */
  as(role: UserRole): Promise<Readonly<Record<string, string>>>;
  /** The number of such a user. */
  idOf(role: UserRole): number;
}

/**
 * Runs a test on a node with an administrator, a supervisor and a cashier.
 *
 * @param test The test.
 * @param app Of the façade.
 */
export async function withPeople(
  test: (api: PeopleApi) => Promise<void>,
  app: Partial<AppOptions> = {},
): Promise<void> {
  await withApi(async (api) => {
    const { people } = api.useCases;
    const headers = new Map<UserRole, Promise<Record<string, string>>>();
    const ids = new Map<UserRole, number>();
    for (const role of ["admin", "supervisor", "cashier"] as const) {
      const made = await people.createUser({
        name: role,
        fullName: `The ${role}`,
        role,
        password: PASSWORD,
      });
      ok(made.ok);
      ids.set(role, made.value.id);
      const token = people.issueToken(made.value);
      headers.set(
        role,
        token.then(({ token }) => ({ authorization: `Bearer ${token}` })),
      );
    }
    await test({
      ...api,
      as: (role) => headers.get(role) ?? Promise.resolve({}),
      idOf: (role) => ids.get(role) ?? 0,
    });
  }, { app });
}
