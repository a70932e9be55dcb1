import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Result, SiteCode } from "../../../crdt/mod.ts";
import type { Refusal } from "../../../nodes/answers.ts";
import type {
  PeopleUseCases,
  UserInput,
  UserView,
} from "../../../nodes/people/people_use_cases.ts";
import { createTestMesh } from "../../support/test_mesh.ts";
import { createTestNode, type TestNode } from "../../support/test_node.ts";

const ANA: UserInput = { name: "ana", fullName: "Ana Ríos", role: "admin" };
const LUIS: UserInput = { name: "luis", fullName: "Luis P", role: "cashier" };
const BY = { id: "7", name: "Ana Ríos" };

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

Deno.test("createUser() makes a user of this site that outlives a restart", () =>
  withPeople(async (people, { clock, disk, stop }) => {
    strictEqual(people.hasUsers(), false);
    const made = done(await people.createUser({ ...ANA, id: 7 }));

    deepStrictEqual(made, {
      id: 7,
      name: "ana",
      fullName: "Ana Ríos",
      role: "admin",
      site: "CUS" as SiteCode,
      active: true,
      nameShared: false,
      mustChangePassword: false,
      createdAt: made.createdAt,
      changedAt: made.createdAt,
    });
    strictEqual(Math.floor(made.createdAt / 1000), clock.now());
    strictEqual(people.hasUsers(), true);
    await stop();
    const again = await createTestNode({ disk, startMs: clock.now() + 60_000 });
    try {
      deepStrictEqual(again.useCases.people.user(7), made);
    } finally {
      await again.stop();
    }
  }));

Deno.test("createUser() draws a number that no user has", () =>
  withPeople(async (people) => {
    const ana = done(await people.createUser({ ...ANA, id: 7 }));
    const other = done(await people.createUser({ ...LUIS, id: ana.id }));

    ok(other.id !== 7 && other.id > 1 && other.id < 2 ** 31);
  }));

Deno.test("createUser() refuses a first user who is no administrator", () =>
  withPeople(async (people) => {
    strictEqual(codeOf(await people.createUser(LUIS)), "forbidden");
    strictEqual(people.hasUsers(), false);
  }));

Deno.test("createUser() refuses a name that differs only in case", () =>
  withPeople(async (people) => {
    done(await people.createUser(ANA));
    for (const name of ["ana", "ANA", "Ana"]) {
      const again = await people.createUser({ ...LUIS, name });
      strictEqual(codeOf(again), "name_taken");
    }
    const elsewhere = await people.createUser({
      ...LUIS,
      name: "a",
      site: null,
    });
    done(elsewhere);
    const wide = await people.createUser({ ...LUIS, name: "ANA", site: null });
    strictEqual(codeOf(wide), "name_taken");
  }));

Deno.test("C-71: a name with markup or control characters is no user's", () =>
  withPeople(async (people) => {
    for (
      const name of ["<b>", "a>b", "a\u0000", "a\n", "", " a", "x".repeat(51)]
    ) {
      strictEqual(
        codeOf(await people.createUser({ ...ANA, name })),
        "invalid_argument",
        name,
      );
    }
    const fullName = await people.createUser({ ...ANA, fullName: "A<script>" });
    strictEqual(codeOf(fullName), "invalid_argument");
    const user = done(await people.createUser(ANA));
    const renamed = await people.changeUser({ id: user.id, fullName: "<i>" });
    strictEqual(codeOf(renamed), "invalid_argument");
  }));

Deno.test("changeUser() keeps the last active administrator", () =>
  withPeople(async (people) => {
    const ana = done(await people.createUser(ANA));
    done(await people.createUser(LUIS));
    const change = async (fields: object, id = ana.id) =>
      codeOf(await people.changeUser({ id, ...fields }));

    strictEqual(await change({ active: false }), "forbidden");
    strictEqual(await change({ role: "supervisor" }), "forbidden");
    const eva = done(await people.createUser({ ...ANA, name: "eva" }));
    strictEqual(await change({ active: false }), "ok");
    strictEqual(await change({ active: false }, eva.id), "forbidden");
    strictEqual(await change({ active: true }), "ok");
    strictEqual(await change({ role: "cashier" }, eva.id), "ok");
    strictEqual(await change({ active: true }, 99), "user_unknown");
  }));

Deno.test("acts() lists what administrators did, newest first, beside who did it", () =>
  withPeople(async (people, { useCases }) => {
    const ana = done(await people.createUser({ ...ANA, by: BY }));
    const luis = done(await people.createUser(LUIS));
    done(await people.changeUser({ id: luis.id, by: BY, role: "supervisor" }));

    const first = people.acts({ limit: 2 });
    const rest = people.acts({ limit: 2, cursor: first.next ?? "" });
    strictEqual(first.total, 3);
    deepStrictEqual(
      [...first.items, ...rest.items].map(({ act, subject, by, note }) => ({
        ...{ act, subject, by, note },
      })),
      [
        {
          act: "user_changed",
          subject: `user/${luis.id}`,
          by: BY,
          note: "role: supervisor",
        },
        {
          act: "user_created",
          subject: `user/${luis.id}`,
          by: null,
          note: "luis, cashier",
        },
        {
          act: "user_created",
          subject: `user/${ana.id}`,
          by: BY,
          note: "ana, admin",
        },
      ],
    );
    const facts = useCases.facts({ limit: 100 }).items;
    const act = facts.find(({ type }) => type === "ActRecorded");
    const made = facts.find(({ seq }) => seq === act?.seq);
    strictEqual(made?.space, act?.space);
  }));

Deno.test("users() lists who may sign in here, and those of another site by its code", () =>
  withPeople(async (people) => {
    done(await people.createUser({ ...ANA, id: 5, site: null }));
    done(await people.createUser({ ...LUIS, id: 3 }));
    const other = { ...LUIS, name: "eva", id: 4, site: "LIM" as SiteCode };
    done(await people.createUser(other));
    const ids = (page: { items: readonly UserView[] }) =>
      page.items.map(({ id }) => id);

    deepStrictEqual(ids(people.users({ limit: 9 })), [3, 5]);
    deepStrictEqual(
      ids(people.users({ limit: 9, site: "LIM" as SiteCode })),
      [4, 5],
    );
    const first = people.users({ limit: 1 });
    deepStrictEqual(ids(first), [3]);
    deepStrictEqual(
      ids(people.users({ limit: 1, cursor: first.next ?? "" })),
      [5],
    );
  }));

Deno.test("users of sites apart may have one number, and at a site its own hides one of the mesh", async () => {
  const mesh = createTestMesh({ seed: 11 });
  try {
    await mesh.add("a", { site: "CUS" });
    await mesh.add("b", { site: "LIM" });
    await mesh.add("office", {});
    const people = (name: string) => mesh.node(name).useCases.people;
    for (const name of ["a", "b", "office"]) {
      const user = { ...ANA, name: `of ${name}`, id: 5 };
      done(await mesh.settle(people(name).createUser(user)));
    }
    const office = mesh.node("office");
    for (const name of ["a", "b"]) {
      office.replicator?.want(`/memory/${mesh.peers.get(name)?.peer}`);
    }
    await mesh.run(120_000);

    strictEqual(people("a").user(5)?.name, "of a");
    strictEqual(people("a").users({ limit: 9 }).items.length, 1);
    strictEqual(people("office").user(5)?.name, "of office");
    const drawn = { ...ANA, name: "new", id: 5 };
    const made = done(await mesh.settle(people("office").createUser(drawn)));
    ok(made.id !== 5);
    const taken = { ...ANA, name: "OF A", id: 6 };
    const clash = await mesh.settle(people("office").createUser(taken));
    strictEqual(codeOf(clash), "name_taken");
  } finally {
    await mesh.stop();
  }
});

/** Two tills of one site that are cut off from each other while `apart` runs. */
async function withTills(
  apart: (
    a: PeopleUseCases,
    b: PeopleUseCases,
    settle: <T>(promise: Promise<T>) => Promise<T>,
  ) => Promise<void>,
  after: (a: PeopleUseCases, b: PeopleUseCases) => void | Promise<void>,
): Promise<void> {
  const mesh = createTestMesh({ seed: 5 });
  try {
    await mesh.add("a", { site: "CUS" });
    await mesh.add("b", { site: "CUS" });
    const a = mesh.node("a").useCases.people;
    const b = mesh.node("b").useCases.people;
    await apart(a, b, (promise) => mesh.settle(promise));
    mesh.node("b").replicator?.want(`/memory/${mesh.peers.get("a")?.peer}`);
    await mesh.run(60_000);
    await after(a, b);
  } finally {
    await mesh.stop();
  }
}

Deno.test("a name given to two users apart is both's, and seen as shared", () =>
  withTills(async (a, b, settle) => {
    done(await settle(a.createUser({ ...ANA, id: 20 })));
    done(await settle(b.createUser({ ...ANA, name: "ANA", id: 10 })));
  }, (a, b) => {
    for (const people of [a, b]) {
      deepStrictEqual(
        people.users({ limit: 9 }).items.map(({ id, nameShared }) => ({
          ...{ id, nameShared },
        })),
        [{ id: 10, nameShared: true }, { id: 20, nameShared: true }],
      );
    }
  }));

Deno.test("of roles and of being active set apart the tighter holds", async () => {
  const mesh = createTestMesh({ seed: 6 });
  try {
    await mesh.add("a", { site: "CUS" });
    await mesh.add("b", { site: "CUS", dials: ["a"] });
    const a = mesh.node("a").useCases.people;
    const b = mesh.node("b").useCases.people;
    done(await mesh.settle(a.createUser(ANA)));
    done(await mesh.settle(a.createUser({ ...LUIS, id: 3 })));
    done(await mesh.settle(a.createUser({ ...LUIS, name: "eva", id: 4 })));
    await mesh.run(10_000);
    mesh.cutOff("b");
    done(await mesh.settle(a.changeUser({ id: 3, role: "supervisor" })));
    done(await mesh.settle(a.changeUser({ id: 4, active: false })));
    await mesh.run(1_000);
    // Later, so that of settings that guard nothing these would be shown.
    done(await mesh.settle(b.changeUser({ id: 3, role: "admin" })));
    done(await mesh.settle(b.changeUser({ id: 4, active: false })));
    done(await mesh.settle(b.changeUser({ id: 4, active: true })));
    done(await mesh.settle(b.changeUser({ id: 4, fullName: "Eva" })));
    mesh.network.heal();
    await mesh.run(120_000);

    for (const people of [a, b]) {
      strictEqual(people.user(3)?.role, "supervisor");
      strictEqual(people.user(4)?.active, false);
      strictEqual(people.user(4)?.fullName, "Eva");
    }
  } finally {
    await mesh.stop();
  }
});
