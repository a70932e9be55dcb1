import {
  deepStrictEqual,
  notStrictEqual,
  ok,
  strictEqual,
  throws,
} from "node:assert/strict";
import fc from "fast-check";
import {
  appendAtoms,
  type Atom,
  closeBranch,
  encodeAtoms,
  GENESIS_STATE,
  mergeBranches,
  type OpenBranch,
  openBranch,
  readAtoms,
  readChange,
  saveBranch,
  truncateBranch,
} from "../../crdt/documents.ts";
import type { LogId } from "../../crdt/ids.ts";

const LOG = "ab".repeat(16) as LogId;
const OTHER = "cd".repeat(16) as LogId;
const texts = fc.string({ unit: "grapheme" });
/** Lists of changes, each of new keys. */
const histories: fc.Arbitrary<Atom[][]> = fc.array(
  fc.array(texts, { minLength: 1, maxLength: 3 }),
  { minLength: 1, maxLength: 5 },
).map((changes) =>
  changes.map((list, i) => list.map((text, j): Atom => [`${i}/${j}`, text]))
);

function write(log: LogId, history: readonly Atom[][]) {
  let branch = openBranch(log);
  const changes: Uint8Array[] = [];
  const states = [branch.state];
  for (const atoms of history) {
    const next = appendAtoms(branch, atoms, changes.length);
    branch = next.branch;
    changes.push(next.bytes);
    states.push(branch.state);
  }
  return { branch, changes, states };
}

Deno.test("the genesis change is the same for ever", () => {
  deepStrictEqual(GENESIS_STATE, {
    changes: 0,
    operations: 1,
    head: "9a9e97baece2b531945b4b35551c569bf942db00907e1f0b0c0c5468896373df",
  });
});

Deno.test("readChange() reads what appendAtoms() wrote", () => {
  fc.assert(fc.property(histories, (history) => {
    const { changes, states, branch } = write(LOG, history);
    changes.forEach((bytes, i) => {
      const before = states[i];
      ok(before !== undefined);
      deepStrictEqual(readChange(bytes, LOG, before), {
        atoms: history[i],
        overwrites: false,
        after: states[i + 1],
        parent: before.head,
      });
    });
    const again = openBranch(LOG, saveBranch(branch));
    deepStrictEqual(new Map(readAtoms(again)), new Map(history.flat()));
    closeBranch(branch);
  }));
});

Deno.test("encodeAtoms() gives the bytes that appendAtoms() gives", () => {
  fc.assert(fc.property(histories, (history) => {
    const { changes, states } = write(LOG, history);
    history.forEach((atoms, i) => {
      const before = states[i];
      ok(before !== undefined);
      const { bytes, after } = encodeAtoms(LOG, before, {
        atoms,
        timeSeconds: i,
      });
      deepStrictEqual(bytes, changes[i]);
      deepStrictEqual(after, states[i + 1]);
    });
  }));
});

Deno.test("a branch opened from its saved form or its changes is the same", () => {
  fc.assert(fc.property(histories, fc.nat(), (history, n) => {
    const { branch, changes, states } = write(LOG, history);
    const saved = saveBranch(branch);
    const keep = n % (changes.length + 1);
    const again = openBranch(LOG, saved);
    const shorter = truncateBranch(again, LOG, keep);
    deepStrictEqual(again.state, states.at(-1));
    deepStrictEqual(shorter.state, states[keep]);
    const longer = openBranch(LOG, saveBranch(shorter), changes.slice(keep));
    deepStrictEqual(saveBranch(longer), saved);
  }));
});

Deno.test("truncateBranch() refuses to make a branch longer", () => {
  throws(() => truncateBranch(openBranch(LOG), LOG, 1), {
    code: "bundle_invalid",
  });
});

const one = (): { bytes: Uint8Array; branch: OpenBranch } =>
  appendAtoms(openBranch(LOG), [["a", "1"]], 1);

Deno.test("readChange() refuses another actor", () => {
  strictEqual(
    readChange(one().bytes, OTHER, GENESIS_STATE),
    "change_by_another_actor",
  );
});

Deno.test("readChange() refuses a change out of order, unless any place is right", () => {
  const first = one();
  const { state } = first.branch;
  const { bytes } = appendAtoms(first.branch, [["b", "1"]], 1);
  strictEqual(readChange(bytes, LOG, GENESIS_STATE), "change_out_of_order");
  strictEqual(readChange(first.bytes, LOG, state), "change_out_of_order");
  const loose = readChange(bytes, LOG, GENESIS_STATE, { anywhere: true });
  ok(typeof loose !== "string");
  strictEqual(loose.parent, state.head);
});

Deno.test("readChange() tells that a key had a value before", () => {
  const first = one();
  const { state } = first.branch;
  const { bytes } = appendAtoms(first.branch, [["a", "2"]], 1);
  const change = readChange(bytes, LOG, state);
  ok(typeof change !== "string");
  strictEqual(change.overwrites, true);
});

Deno.test("readChange() refuses the keys that a document has of its own", () => {
  for (const key of ["version", "__proto__"]) {
    const { bytes } = encodeAtoms(LOG, GENESIS_STATE, {
      atoms: [[key, "2"]],
      timeSeconds: 1,
    });
    strictEqual(readChange(bytes, LOG, GENESIS_STATE), "change_not_an_atom");
  }
});

Deno.test("readChange() refuses a change without atoms, and one key twice", () => {
  const atoms: Atom[][] = [[], [["a", "1"], ["a", "2"]]];
  for (const list of atoms) {
    const { bytes } = encodeAtoms(LOG, GENESIS_STATE, {
      atoms: list,
      timeSeconds: 1,
    });
    strictEqual(readChange(bytes, LOG, GENESIS_STATE), "change_not_an_atom");
  }
});

Deno.test("readChange() never throws, whatever the bytes", () => {
  const { bytes } = one();
  fc.assert(fc.property(fc.uint8Array(), (it) => {
    strictEqual(typeof readChange(it, LOG, GENESIS_STATE), "string");
  }));
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (n, flip) => {
      const changed = bytes.slice();
      const at = n % bytes.length;
      changed[at] = (changed[at] ?? 0) ^ flip;
      const change = readChange(changed, LOG, GENESIS_STATE);
      // Contents may be changed, with another hash; everything around them may not.
      if (typeof change === "string") return;
      ok(at > 8 && changed.length === bytes.length);
      notStrictEqual(change.after.head, one().branch.state.head);
    }),
  );
});

Deno.test("readChange() refuses bytes behind a change", () => {
  const { bytes } = one();
  strictEqual(
    readChange(Uint8Array.of(...bytes, ...bytes), LOG, GENESIS_STATE),
    "change_unreadable",
  );
});

Deno.test("openBranch() refuses bytes that are no branch", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    if (bytes.length === 0) return;
    throws(() => openBranch(LOG, bytes), { code: "bundle_invalid" });
  }));
});

Deno.test("mergeBranches() holds the atoms of all, in any order", () => {
  fc.assert(fc.property(histories, histories, (a, b) => {
    const keyed = b.map((list) =>
      list.map(([key, text]): Atom => [`${key}/b`, text])
    );
    const [x, y] = [write(LOG, a), write(OTHER, keyed)]
      .map(({ branch }) => saveBranch(branch));
    ok(x !== undefined && y !== undefined);
    const merged = mergeBranches([x, y]);
    const swapped = mergeBranches([y, x]);
    deepStrictEqual(merged.json, swapped.json);
    deepStrictEqual(merged.heads, swapped.heads);
    deepStrictEqual(
      merged.json,
      Object.fromEntries([...a.flat(), ...keyed.flat(), ["version", 1]]),
    );
  }));
});

Deno.test("a branch does not depend on when or where it was written", () => {
  const { changes } = write(LOG, [[["a", "1"]]]);
  const other = write(OTHER, [[["a", "1"]]]);
  deepStrictEqual(write(LOG, [[["a", "1"]]]).changes, changes);
  notStrictEqual(
    other.states[1]?.head,
    write(LOG, [[["a", "1"]]]).states[1]?.head,
  );
});
