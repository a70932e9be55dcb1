import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { PanalError, type Result } from "../../../crdt/mod.ts";
import type { Refusal } from "../../../nodes/answers.ts";
import type {
  PeopleUseCases,
  UserInput,
  UserView,
} from "../../../nodes/people/people_use_cases.ts";
import { SIGN_INS_WAITING_MAX } from "../../../nodes/people/sign_in.ts";
import { createTestHasher, testPeople } from "../../support/people.ts";
import { createTestMesh } from "../../support/test_mesh.ts";
import { createTestNode, type TestNode } from "../../support/test_node.ts";

const LOOPBACK = "127.0.0.1";
const LAN = "192.168.1.20";
const PASSWORD = "a long enough one";
const ANA: UserInput = {
  name: "ana",
  fullName: "Ana Ríos",
  role: "admin",
  id: 7,
  password: PASSWORD,
};
function done<T>(result: Result<T, Refusal>): T {
  ok(result.ok, JSON.stringify(result));
  return result.value;
}

function codeOf(result: Result<unknown, Refusal>): string {
  return result.ok ? "ok" : result.error.code;
}

async function withPeople(
  test: (people: PeopleUseCases, node: TestNode) => Promise<void>,
  options: Parameters<typeof createTestNode>[0] = {},
): Promise<void> {
  const node = await createTestNode(options);
  try {
    await test(node.useCases.people, node);
  } finally {
    await node.stop();
  }
}

function signIn(
  people: PeopleUseCases,
  password: string,
  { name = "ana", address = LAN } = {},
): Promise<Result<UserView, Refusal>> {
  return people.signIn({ name, password, address });
}

Deno.test("signIn() knows a name in any case, and its password alone", () =>
  withPeople(async (people) => {
    const ana = done(await people.createUser(ANA));

    deepStrictEqual(done(await signIn(people, PASSWORD)), ana);
    deepStrictEqual(done(await signIn(people, PASSWORD, { name: "ANA" })), ana);
    for (const password of ["", "A long enough one", `${PASSWORD} `]) {
      strictEqual(codeOf(await signIn(people, password)), "sign_in_failed");
    }
    const nobody = await signIn(people, PASSWORD, { name: "eva" });
    strictEqual(codeOf(nobody), "sign_in_failed");
  }));

Deno.test("signIn() hashes for an unknown name, a disabled user and an endless password as for a wrong one", () => {
  const hasher = createTestHasher();
  return withPeople(async (people) => {
    done(await people.createUser(ANA));
    done(await people.createUser({ ...ANA, name: "eva", id: 8 }));
    done(await people.changeUser({ id: 8, active: false }));
    const before = hasher.asked;
    const asked: number[] = [];
    for (
      const [name, password] of [
        ["ana", "wrong"],
        ["nobody", "wrong"],
        ["eva", PASSWORD],
        ["ana", "x".repeat(100_000)],
      ] as const
    ) {
      const outcome = await signIn(people, password, { name });
      strictEqual(codeOf(outcome), "sign_in_failed");
      asked.push(hasher.asked - before);
    }
    deepStrictEqual(asked, [1, 2, 3, 4]);
  }, { people: { ...testPeople(), hasher } });
});

Deno.test("C-07: five failures in a quarter of an hour make a name wait at its address, also with the right password", () =>
  withPeople(async (people, { clock }) => {
    done(await people.createUser(ANA));
    for (let n = 0; n < 5; n++) {
      strictEqual(codeOf(await signIn(people, "wrong")), "sign_in_failed");
      clock.advance(60_000);
    }
    const throttled = await signIn(people, PASSWORD, { name: "ANA" });
    deepStrictEqual(
      throttled.ok ? undefined : throttled.error.details,
      { retryAfterSeconds: 600 },
    );
    strictEqual(codeOf(throttled), "sign_in_throttled");
    done(await signIn(people, PASSWORD, { address: "192.168.1.21" }));
    clock.advance(599_000);
    strictEqual(codeOf(await signIn(people, PASSWORD)), "sign_in_throttled");
    clock.advance(1_001);
    done(await signIn(people, PASSWORD));
    // A success has cleared what was counted.
    for (let n = 0; n < 4; n++) await signIn(people, "wrong");
    done(await signIn(people, PASSWORD));
  }));

Deno.test("C-07: failures at one time count too", () =>
  withPeople(async (people) => {
    done(await people.createUser(ANA));
    const codes = await Promise.all(
      Array.from({ length: 20 }, () => signIn(people, "wrong").then(codeOf)),
    );
    strictEqual(codes.filter((code) => code === "sign_in_failed").length, 5);
    strictEqual(
      codes.filter((code) => code === "sign_in_throttled").length,
      15,
    );
  }));

Deno.test("signIn() refuses more than the node may hold, and does not count that as a failure", () =>
  withPeople(async (people) => {
    done(await people.createUser(ANA));
    const many = Array.from(
      { length: SIGN_INS_WAITING_MAX },
      (_, n) => signIn(people, "wrong", { address: `10.0.0.${n}` }),
    );
    const beyond = Array.from({ length: 6 }, () => signIn(people, PASSWORD));
    for (const outcome of await Promise.all(beyond)) {
      strictEqual(codeOf(outcome), "overloaded");
    }
    await Promise.all(many);
    done(await signIn(people, PASSWORD));
  }));

Deno.test("C-07: while there is no user, loopback signs in as the original default account, which must set a password", () =>
  withPeople(async (people, { useCases }) => {
    const ask = (password: string, address: string) =>
      people.signIn({ name: "Admin", password, address });
    strictEqual(codeOf(await ask("admin123", LAN)), "sign_in_failed");
    strictEqual(codeOf(await ask("admin124", LOOPBACK)), "sign_in_failed");
    const user = done(await ask("admin123", LOOPBACK));
    deepStrictEqual(
      [user.id, user.name, user.role, user.site, user.mustChangePassword],
      [1, "admin", "admin", "CUS", true],
    );
    strictEqual(people.hasUsers(), false);
    strictEqual(useCases.facts({ limit: 99 }).items.length, 0);
    const { token } = await people.issueToken(user);
    const id = await people.openSession(user);
    deepStrictEqual((await people.verifyToken(token))?.user, user);
    deepStrictEqual(people.session(id)?.user, user);

    for (const password of ["admin123", "ADMIN123", "short", "x".repeat(201)]) {
      const refused = await people.setPassword({ id: 1, password });
      strictEqual(codeOf(refused), "password_invalid", password);
    }
    const set = done(await people.setPassword({ id: 1, password: PASSWORD }));
    deepStrictEqual(
      [set.id, set.name, set.role, set.active, set.mustChangePassword],
      [1, "admin", "admin", true, false],
    );
    strictEqual(people.hasUsers(), true);
    strictEqual(await people.verifyToken(token), undefined);
    strictEqual(people.session(id), undefined);
    strictEqual(codeOf(await ask("admin123", LOOPBACK)), "sign_in_failed");
    deepStrictEqual(done(await ask(PASSWORD, LOOPBACK)), set);
  }));

Deno.test("setPassword() refuses the user's own name, and unknown users", () =>
  withPeople(async (people) => {
    done(await people.createUser({ ...ANA, name: "a long name" }));
    const set = async (password: string, id = 7) =>
      codeOf(await people.setPassword({ id, password }));

    strictEqual(await set("A Long Name"), "password_invalid");
    strictEqual(await set("1234567"), "password_invalid");
    strictEqual(await set("12345678"), "ok");
    strictEqual(await set("12345678", 8), "user_unknown");
    strictEqual(await set("12345678", 1), "user_unknown");
  }));

Deno.test("setPassword() and disabling end every session and token of the user", () =>
  withPeople(async (people) => {
    done(await people.createUser(ANA));
    const eva = done(await people.createUser({ ...ANA, name: "eva", id: 8 }));
    const open = async (user: UserView) => ({
      token: (await people.issueToken(user)).token,
      id: await people.openSession(user, "loopback"),
    });
    const alive = async ({ token, id }: Awaited<ReturnType<typeof open>>) => [
      await people.verifyToken(token) !== undefined,
      people.session(id) !== undefined,
    ];
    const first = await open(eva);
    deepStrictEqual(await alive(first), [true, true]);
    const set = { id: 8, password: "another password" };
    done(await people.setPassword({ ...set, mustChangePassword: true }));
    deepStrictEqual(await alive(first), [false, false]);
    strictEqual(people.session({ fixed: "loopback" }), undefined);

    const again = done(await signIn(people, set.password, { name: "eva" }));
    strictEqual(again.mustChangePassword, true);
    const second = await open(again);
    deepStrictEqual(await alive(second), [true, true]);
    strictEqual(people.session({ fixed: "loopback" })?.user.id, 8);
    done(await people.changeUser({ id: 8, active: false }));
    deepStrictEqual(await alive(second), [false, false]);
    // Enabled again, it has to sign in again.
    done(await people.changeUser({ id: 8, active: true }));
    deepStrictEqual(await alive(second), [false, false]);
  }));

Deno.test("C-06: a user of another site is told so once its password is right, and not before", async () => {
  const mesh = createTestMesh({ seed: 7 });
  try {
    await mesh.add("office", {});
    const office = mesh.node("office").useCases.people;
    done(await mesh.settle(office.createUser(ANA)));
    const luis = { ...ANA, name: "luis", id: 9, role: "cashier" } as const;
    const site = "CUS" as UserInput["site"];
    done(await mesh.settle(office.createUser({ ...luis, site: site ?? null })));

    const wrong = await mesh.settle(signIn(office, "wrong", { name: "luis" }));
    const right = await mesh.settle(signIn(office, PASSWORD, { name: "luis" }));
    strictEqual(codeOf(wrong), "sign_in_failed");
    deepStrictEqual(
      right.ok ? undefined : [right.error.code, right.error.details],
      [
        "forbidden",
        { site: "CUS" },
      ],
    );
    done(await mesh.settle(signIn(office, PASSWORD)));
  } finally {
    await mesh.stop();
  }
});

Deno.test("of passwords set apart none is good until one is set anew, and the same one heals", async () => {
  const mesh = createTestMesh({ seed: 8 });
  try {
    await mesh.add("a", { site: "CUS" });
    await mesh.add("b", { site: "CUS", dials: ["a"] });
    const a = mesh.node("a").useCases.people;
    const b = mesh.node("b").useCases.people;
    const set = async (people: PeopleUseCases, id: number, password: string) =>
      done(await mesh.settle(people.setPassword({ id, password })));
    const ask = async (
      people: PeopleUseCases,
      name: string,
      password: string,
    ) => codeOf(await mesh.settle(signIn(people, password, { name })));
    done(await mesh.settle(a.createUser(ANA)));
    done(await mesh.settle(a.createUser({ ...ANA, name: "eva", id: 8 })));
    await mesh.run(10_000);
    mesh.cutOff("b");
    await set(a, 7, "password of a");
    await set(b, 7, "password of b");
    await set(a, 8, "one for both");
    await set(b, 8, "one for both");
    strictEqual(await ask(b, "ana", "password of b"), "ok");
    mesh.network.heal();
    await mesh.run(120_000);

    for (const people of [a, b]) {
      strictEqual(await ask(people, "ana", "password of a"), "sign_in_failed");
      strictEqual(await ask(people, "ana", "password of b"), "sign_in_failed");
      strictEqual(await ask(people, "eva", "one for both"), "ok");
    }
    await set(a, 7, "the new one");
    await mesh.run(10_000);
    strictEqual(await ask(b, "ana", "the new one"), "ok");
  } finally {
    await mesh.stop();
  }
});

Deno.test("C-07: first administrators made at two tills apart are one, each password good until one is changed", async () => {
  const mesh = createTestMesh({ seed: 9 });
  try {
    await mesh.add("a", { site: "CUS" });
    await mesh.add("b", { site: "CUS" });
    const a = mesh.node("a").useCases.people;
    const b = mesh.node("b").useCases.people;
    const ask = (people: PeopleUseCases, password: string) =>
      mesh.settle(signIn(people, password, { name: "admin" }));
    done(
      await mesh.settle(a.setPassword({ id: 1, password: "password of a" })),
    );
    done(
      await mesh.settle(b.setPassword({ id: 1, password: "password of b" })),
    );
    mesh.node("b").replicator?.want(`/memory/${mesh.peers.get("a")?.peer}`);
    await mesh.run(60_000);

    strictEqual(a.users({ limit: 9 }).items.length, 1);
    for (const password of ["password of a", "password of b"]) {
      const user = done(await ask(b, password));
      strictEqual(user.mustChangePassword, true);
    }
    done(await mesh.settle(b.setPassword({ id: 1, password: "the new one" })));
    await mesh.run(10_000);
    strictEqual(codeOf(await ask(a, "password of a")), "sign_in_failed");
    strictEqual(done(await ask(a, "the new one")).mustChangePassword, false);
  } finally {
    await mesh.stop();
  }
});

Deno.test("no password and no hash is in what a node shows", () =>
  withPeople(async (people, { useCases }) => {
    done(await people.createUser(ANA));
    const facts = JSON.stringify(useCases.facts({ limit: 99 }).items);
    const users = JSON.stringify(people.users({ limit: 9 }));
    const document = useCases.document("directory/site:CUS");

    strictEqual(document?.automerge, null);
    ok(facts.includes("DirectoryChanged") && facts.includes("Ana Ríos"));
    for (const text of [facts, users, JSON.stringify(document?.json)]) {
      ok(!text.includes("$scrypt$"), text);
    }
  }));

Deno.test("what is opened for a sign-in is over if the password was changed since", () =>
  withPeople(async (people) => {
    done(await people.createUser(ANA));
    const user = done(await signIn(people, PASSWORD));
    done(await people.setPassword({ id: 7, password: "a changed one" }));
    const { token } = await people.issueToken(user);
    const id = await people.openSession(user);

    strictEqual(await people.verifyToken(token), undefined);
    strictEqual(people.session(id), undefined);
  }));

Deno.test("a sign-in whose password is changed while it is compared fails", () => {
  const slow = createTestHasher();
  const { promise, resolve } = Promise.withResolvers<void>();
  const hasher = {
    ...slow,
    async verify(password: string, hash: string) {
      await promise;
      return await slow.verify(password, hash);
    },
  };
  return withPeople(async (people) => {
    done(await people.createUser(ANA));
    const waiting = signIn(people, PASSWORD);
    done(await people.setPassword({ id: 7, password: "a changed one" }));
    resolve();
    strictEqual(codeOf(await waiting), "sign_in_failed");
    done(await signIn(people, "a changed one"));
  }, { people: { ...testPeople(), hasher } });
});

Deno.test("a folder that was copied knows no sessions and no tokens of before", async () => {
  const first = await createTestNode();
  const { people } = first.useCases;
  const ana = done(await people.createUser(ANA));
  const { token } = await people.issueToken(ana);
  const id = await people.openSession(ana, "loopback");
  await first.stop();
  for (const newLogs of [false, true]) {
    const again = await createTestNode({
      disk: first.disk,
      startMs: first.clock.now() + 1000,
      newLogs,
    });
    const { people } = again.useCases;
    try {
      strictEqual(people.session(id) === undefined, newLogs);
      strictEqual(await people.verifyToken(token) === undefined, newLogs);
      strictEqual(people.session({ fixed: "loopback" }) === undefined, newLogs);
      done(await signIn(people, PASSWORD));
    } finally {
      await again.stop();
    }
  }
});

Deno.test("signIn() hashes for an unknown name again after the hash that it compares with failed", () => {
  const real = createTestHasher();
  let failing = true;
  const hasher = {
    ...real,
    hash(password: string, salt: Uint8Array) {
      if (!failing) return real.hash(password, salt);
      failing = false;
      return Promise.reject(new PanalError("overloaded", "Too many"));
    },
  };
  return withPeople(async (people) => {
    await rejects(signIn(people, "wrong", { name: "nobody" }));
    const again = await signIn(people, "wrong", { name: "nobody" });
    strictEqual(codeOf(again), "sign_in_failed");
  }, { people: { ...testPeople(), hasher } });
});

Deno.test("signIn() never compares an empty password, which would cost nothing", () => {
  const real = createTestHasher();
  const compared: string[] = [];
  const hasher = {
    ...real,
    verify(password: string, hash: string) {
      compared.push(password);
      return real.verify(password, hash);
    },
  };
  return withPeople(async (people) => {
    done(await people.createUser(ANA));
    const tries = [
      { name: "ana", password: "" },
      { name: "nobody", password: "" },
      { name: "n".repeat(51), password: PASSWORD },
      { name: "ana", password: "x".repeat(201) },
    ];
    for (const one of tries) {
      const outcome = await people.signIn({ ...one, address: LAN });
      strictEqual(codeOf(outcome), "sign_in_failed");
    }
    strictEqual(compared.length, tries.length);
    ok(!compared.includes(""));
  }, { people: { ...testPeople(), hasher } });
});
