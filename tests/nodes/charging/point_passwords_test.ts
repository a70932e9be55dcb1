import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { PointId } from "../../../crdt/mod.ts";
import { withoutSecrets } from "../../../nodes/people/hidden.ts";
import { createTestHasher, testPeople } from "../../support/people.ts";
import { createTestNode } from "../../support/test_node.ts";

const POINT = "SEV-07" as PointId;
const RIGHT = "right-password-16";

async function startNode() {
  const hasher = createTestHasher();
  const test = await createTestNode({
    site: "SEV",
    roles: ["charging"],
    people: { ...testPeople(), hasher },
  });
  return { ...test, hasher, passwords: test.useCases.pointPasswords };
}

Deno.test("pointPasswords.verify() takes the password that was set, and no other", async () => {
  const { passwords, stop } = await startNode();
  strictEqual(passwords.has(POINT), false);
  strictEqual(await passwords.verify(POINT, RIGHT), false);
  const set = await passwords.set({ point: POINT, password: RIGHT });
  strictEqual(set.ok, true);
  strictEqual(passwords.has(POINT), true);
  strictEqual(await passwords.verify(POINT, RIGHT), true);
  strictEqual(await passwords.verify(POINT, `${RIGHT}x`), false);
  strictEqual(await passwords.verify("SEV-08" as PointId, RIGHT), false);
  await stop();
});

Deno.test("pointPasswords.verify() does not hash again what was right once", async () => {
  const { passwords, hasher, stop } = await startNode();
  await passwords.set({ point: POINT, password: RIGHT });
  strictEqual(await passwords.verify(POINT, RIGHT), true);
  const { asked } = hasher;
  strictEqual(await passwords.verify(POINT, RIGHT), true);
  strictEqual(hasher.asked, asked);
  await passwords.set({ point: POINT, password: "another-password-1" });
  strictEqual(await passwords.verify(POINT, RIGHT), false);
  strictEqual(await passwords.verify(POINT, "another-password-1"), true);
  await stop();
});

Deno.test("pointPasswords.set() takes a password away with null", async () => {
  const { passwords, stop } = await startNode();
  await passwords.set({ point: POINT, password: RIGHT });
  await passwords.set({ point: POINT, password: null });
  strictEqual(passwords.has(POINT), false);
  strictEqual(await passwords.verify(POINT, RIGHT), false);
  await stop();
});

Deno.test("pointPasswords.set() refuses short, long and unprintable passwords, and ids of nothing", async () => {
  const { passwords, stop } = await startNode();
  const codeOf = async (point: string, password: string) => {
    const set = await passwords.set({ point, password });
    return set.ok ? "ok" : set.error.code;
  };
  strictEqual(await codeOf(POINT, "short"), "password_invalid");
  strictEqual(await codeOf(POINT, "x".repeat(65)), "password_invalid");
  strictEqual(await codeOf(POINT, "with spaces in it"), "password_invalid");
  strictEqual(await codeOf("a#b", RIGHT), "request_invalid");
  await stop();
});

Deno.test("pointPasswords.set() keeps passwords of ids that a directory does not take", async () => {
  const { passwords, stop } = await startNode();
  const odd = "Punto ñ / 7" as PointId;
  await passwords.set({ point: odd, password: RIGHT });
  strictEqual(await passwords.verify(odd, RIGHT), true);
  await stop();
});

Deno.test("a point's password is shown nowhere, not even as its hash", async () => {
  const { passwords, useCases, stop } = await startNode();
  await passwords.set({ point: POINT, password: RIGHT });
  const { items } = useCases.documents({ limit: 100 });
  const shown = JSON.stringify(
    items.map((name) => useCases.document(name)?.json),
  );
  strictEqual(shown.includes("charger/"), true);
  strictEqual(shown.includes("$scrypt$"), false);
  const fact = { field: "password", value: "$scrypt$1" };
  deepStrictEqual(withoutSecrets(fact), { ...fact, value: "(hidden)" });
  await stop();
});
