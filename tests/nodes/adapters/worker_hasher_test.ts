import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { bcrypt } from "hash-wasm";
import { createWorkerHasher } from "../../../nodes/adapters/worker_hasher.ts";
import { testPeople } from "../../support/people.ts";
import { createTestNode } from "../../support/test_node.ts";

const SALT = new Uint8Array(16).fill(7);

/** As the original program's database holds it; a real one costs 10. */
function originalHash(password: string): Promise<string> {
  return bcrypt({ password, salt: SALT, costFactor: 4 });
}

Deno.test("createWorkerHasher() makes argon2id and compares with it and with bcrypt", async () => {
  const hasher = createWorkerHasher();
  try {
    const hash = await hasher.hash("contraseña larga", SALT);
    match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    strictEqual(hasher.isCurrent(hash), true);
    strictEqual(await hasher.verify("contraseña larga", hash), true);
    strictEqual(await hasher.verify("contrasena larga", hash), false);
    const old = await originalHash("admin123");
    for (const form of [old, old.replace("$2a$", "$2b$")]) {
      strictEqual(hasher.isCurrent(form), false);
      strictEqual(await hasher.verify("admin123", form), true);
      strictEqual(await hasher.verify("admin124", form), false);
    }
    // bcrypt looks at 72 bytes.
    const long = await originalHash("x".repeat(72));
    strictEqual(await hasher.verify("x".repeat(200), long), true);
    for (const wrong of ["", "$2a$31$", "$argon2id$v=19$m=4,t=1,p=1$a$b"]) {
      strictEqual(await hasher.verify("admin123", wrong), false);
    }
    strictEqual(await hasher.verify("", hash), false);
  } finally {
    hasher.stop();
  }
});

Deno.test("createWorkerHasher() ends what waits when it is stopped, and refuses more than it may hold", async () => {
  const hasher = createWorkerHasher();
  const asked = Array.from(
    { length: 65 },
    () => hasher.hash("a password", SALT).catch((error) => error.code),
  );
  hasher.stop();

  const codes = await Promise.all(asked);
  strictEqual(codes[64], "overloaded");
  ok(codes.slice(0, 64).every((code) => code === "node_stopping"));
  strictEqual(
    await hasher.hash("a password", SALT).catch((error) => error.code),
    "node_stopping",
  );
});

Deno.test("C-07: an imported default password signs in, is hashed anew and must be changed", async () => {
  const hasher = createWorkerHasher();
  const { useCases: { people }, stop, node } = await createTestNode({
    people: { ...testPeople(), hasher },
  });
  const signIn = (password: string) =>
    people.signIn({ name: "admin", password, address: "10.0.0.9" });
  const hashes = () =>
    node.replica.catalog.subjects(
      node.replica.reader,
      "site:CUS" as never,
      "user",
    )
      .map(({ fields }) => fields["password"]);
  try {
    const made = await people.createUser({
      name: "admin",
      fullName: "Administrador",
      role: "admin",
      passwordHash: await originalHash("admin123"),
    });
    ok(made.ok);
    strictEqual(made.value.mustChangePassword, false);
    strictEqual((await signIn("admin124")).ok, false);
    const first = await signIn("admin123");
    ok(first.ok);
    strictEqual(first.value.mustChangePassword, true);
    match(JSON.stringify(hashes()), /\["again","\$argon2id\$/);
    ok(people.user(made.value.id)?.mustChangePassword);
    const { length } = people.acts({ limit: 99 }).items;
    strictEqual(length, 1);

    const again = await signIn("admin123");
    ok(again.ok && again.value.mustChangePassword);
    const { id } = made.value;
    const set = await people.setPassword({ id, password: "a better one" });
    ok(set.ok && !set.value.mustChangePassword);
    strictEqual((await signIn("admin123")).ok, false);
    deepStrictEqual(await signIn("a better one"), set);
  } finally {
    await stop();
  }
});
