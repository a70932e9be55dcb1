/** Transfers in any order, as each node has them: its own acceptances apart count there without the grant. */
import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type BoundName, logFactId } from "../../crdt/bounds.ts";
import type { LogFact } from "../../crdt/fold.ts";
import type { LogId } from "../../crdt/ids.ts";
import { createLedger } from "../../crdt/ledger.ts";
import { RIGHTS_TABLES } from "../../crdt/rights.ts";
import { apartId } from "../../crdt/rights_transfers.ts";
import { idOf, makeFact, placeFact, TestArchive } from "../support/facts.ts";
import { MemoryRows } from "../support/memory_rows.ts";

const ACCOUNT = "account:42" as BoundName;
const LOGS = [1, 2, 3];
const nameOf = (log: number) => String(log).repeat(32) as LogId;

/** A grant or an acceptance, drawn from few, so that they meet. */
const drawn = fc.record({
  kind: fc.constantFrom("grant", "accept", "apart", "heir"),
  log: fc.constantFrom(...LOGS),
  other: fc.constantFrom(...LOGS),
  request: fc.nat(1),
  amount: fc.integer({ min: 1, max: 2 }),
});
type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

function factOf(one: Drawn, index: number) {
  const { kind, log, other, amount } = one;
  const request = idOf(`request ${one.request}`);
  const common = { bound: ACCOUNT, amount };
  const grant = logFactId(nameOf(other), request);
  switch (kind) {
    case "grant":
      return makeFact("RightsGranted", {
        ...common,
        id: logFactId(nameOf(log), request),
        to: nameOf(other),
        request,
      });
    case "accept":
      return makeFact("RightsAccepted", {
        ...common,
        id: idOf(`acceptance ${index}`),
        grant,
      });
    case "apart":
      return makeFact("RightsAccepted", {
        ...common,
        id: apartId(grant),
        grant,
      });
    case "heir":
      return makeFact("AuthorityStated", {
        id: idOf(`stated ${one.request} ${log}`),
        statement: {
          kind: "reassign",
          log: nameOf(log),
          seq: 1,
          hash: "0".repeat(64),
          to: nameOf(other),
          atRisk: [],
        },
        chain: "",
        signature: "0".repeat(128),
      });
  }
}

function placedOf(all: readonly Drawn[]): LogFact[] {
  return all.map((one, i) => {
    const log = one.kind === "heir" ? 9 : one.log;
    const placed = placeFact(factOf(one, i), { log, seq: i + 1, stamp: i + 1 });
    return { ...placed, log: nameOf(log) };
  });
}

function rowsOf(placed: readonly LogFact[], own: number | undefined) {
  const rows = new MemoryRows();
  const archive = new TestArchive(undefined, own);
  const ledger = createLedger(archive);
  const kept: LogFact[] = [];
  for (const one of placed) {
    archive.facts.push(one);
    if (ledger.place(rows, one)) kept.push(one);
  }
  return { rows, ledger, kept };
}

const shown = (rows: MemoryRows) =>
  RIGHTS_TABLES.map((table) => rows.scan(table));

/** Facts of which none has an id that its log has used: which of two that do counts depends on their order alone. */
function distinct(placed: readonly LogFact[]): LogFact[] {
  const seen = new Set<string>();
  return placed.filter(({ fact, logNumber }) => {
    const key = `${logNumber} ${fact.id}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

Deno.test("transfers give the same rows in any order, and taken out leave what was never there, at every node", () => {
  fc.assert(
    fc.property(
      fc.array(drawn, { maxLength: 10 }).map((all) => distinct(placedOf(all)))
        .chain((placed) =>
          fc.tuple(
            fc.constant(placed),
            fc.shuffledSubarray(placed, { minLength: placed.length }),
            fc.subarray(placed),
          )
        ),
      fc.constantFrom(undefined, ...LOGS),
      ([placed, shuffled, removed], own) => {
        const expected = rowsOf(placed, own);
        const other = rowsOf(shuffled, own);
        deepStrictEqual(shown(other.rows), shown(expected.rows));
        for (const one of removed) other.ledger.unplace(other.rows, one);
        const rest = placed.filter((one) => !removed.includes(one));
        deepStrictEqual(shown(other.rows), shown(rowsOf(rest, own).rows));
      },
    ),
    { numRuns: 600 },
  );
});
