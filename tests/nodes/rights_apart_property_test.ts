/** What holds whatever stations do and the network does to them: no account goes below zero, no right is lost or made twice. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { RIGHTS_APART, rightsOf } from "../../crdt/mod.ts";
import {
  ACCOUNT,
  booksOf,
  buy,
  CARD,
  COMPANY,
  createCompanyMesh,
  freeAt,
  inTransitOf,
  issue,
  linkOf,
  purchaseOf,
  register,
  separate,
} from "../support/company_mesh.ts";
import type { TestMesh } from "../support/test_mesh.ts";

const STATIONS = ["s", "t"];

/** One thing that happens, by small numbers. */
const step = fc.record({
  kind: fc.constantFrom(
    "buy",
    "buy",
    "buy",
    "repeat",
    "deposit",
    "gather",
    "cut",
    "answers",
    "far",
    "heal",
    "crash",
    "wait",
  ),
  station: fc.nat(STATIONS.length - 1),
  id: fc.nat(6),
  amount: fc.integer({ min: 1, max: 60 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What is known to have happened. */
interface Known {
  made: number;
  /** What each purchase was charged; of one without an answer nobody knows. */
  readonly bought: Map<string, number>;
}

async function act(mesh: TestMesh, one: Step, known: Known): Promise<void> {
  const name = STATIONS[one.station] as string;
  switch (one.kind) {
    case "buy":
    case "repeat": {
      // An amount belongs to its id: a repeat says the same.
      const text = one.kind === "buy"
        ? `${name} ${known.bought.size} ${mesh.clock.monotonic()}`
        : `${name} ${one.id}`;
      const amount = one.kind === "buy" ? one.amount : 10 + one.id;
      const outcome = await buy(mesh, name, amount, purchaseOf(text));
      if (outcome === "bought") known.bought.set(text, amount);
      return;
    }
    case "deposit":
      await issue(mesh, ACCOUNT, one.amount);
      known.made += one.amount;
      return;
    case "gather": {
      const wanted = { bound: ACCOUNT, amount: one.amount, waitMs: 3000 };
      await mesh.settle(mesh.node("c").desk.gather(wanted));
      return;
    }
    case "cut":
      return mesh.cutOff(name);
    case "answers":
      return linkOf(mesh, "r", name).partition({ oneWay: true });
    case "far":
      return linkOf(mesh, "c", "r").partition();
    case "heal":
      mesh.network.heal();
      return separate(mesh, STATIONS);
    case "crash": {
      // In the middle of a purchase that nobody is told of.
      const bounds = [ACCOUNT, CARD];
      const { useCases } = mesh.node(name);
      useCases.authorizeSpend({ bounds, amount: one.amount, expiresInMs: 5000 })
        .catch(() => {});
      await mesh.run(one.id);
      mesh.crash(name);
      await mesh.run(1000);
      return await mesh.restart(name);
    }
    case "wait":
      return await mesh.run(one.amount * 200);
  }
}

/** What a station's own log has, by the station's books and by the company's. */
function differencesAt(mesh: TestMesh, name: string): unknown[] {
  const own = mesh.node(name).replica;
  const far = mesh.node("c").replica;
  return own.ownLogs(COMPANY).flatMap(({ name: log, number }) => {
    const there = far.register.byName(log);
    return [ACCOUNT, CARD].flatMap((bound) => {
      const here = rightsOf(own.reader, bound, number);
      const seen = rightsOf(far.reader, bound, there?.number ?? 0);
      return JSON.stringify({ ...here, bound: 0, log: 0 }) ===
          JSON.stringify({ ...seen, bound: 0, log: 0 })
        ? []
        : [{ name, bound, here, seen }];
    });
  });
}

Deno.test("C-41: what is spent at stations never exceeds what was made, whatever is cut, lost on the way, repeated, or loses its power", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 20, size: "max" }),
      fc.nat(1000),
      async (steps, seed) => {
        const mesh = await createCompanyMesh(seed, STATIONS);
        const known: Known = { made: 300, bought: new Map() };
        await issue(mesh, ACCOUNT, known.made);
        await register(mesh, 200);
        for (const one of steps) await act(mesh, one, known);
        mesh.network.heal();
        separate(mesh, STATIONS);
        await mesh.run(150_000);
        const spent = [...known.bought.values()].reduce((a, b) => a + b, 0);
        const left = known.made - spent;
        deepStrictEqual(booksOf(mesh, ACCOUNT), { left, spent });
        deepStrictEqual(booksOf(mesh, CARD), { left: 200 - spent, spent });
        strictEqual(left >= 0 && spent <= 200, true);
        strictEqual(inTransitOf(mesh), 0);
        for (const name of ["c", "r", ...STATIONS]) {
          const { useCases, replica } = mesh.node(name);
          const wrong = useCases.invariants()
            .filter(({ violations }) => violations > 0);
          deepStrictEqual(wrong, [], name);
          strictEqual(freeAt(mesh, name) >= 0, true);
          const apart = replica.reader.scan(RIGHTS_APART);
          if (name === "c" || name === "r") deepStrictEqual(apart, []);
        }
        const differences = STATIONS.flatMap((name) =>
          differencesAt(mesh, name)
        );
        deepStrictEqual(differences, []);
        await mesh.stop();
      },
    ),
    { numRuns: 8 },
  );
});
