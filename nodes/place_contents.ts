/**
 * Placing what one commit holds: each fact in the views or in the list of what is set aside. Whatever brings a commit's
 * facts anew (making views again, a cut that moved) ends here, so that all leave the rows that taking it in left.
 *
 * @module
 */
import {
  type AsideReason,
  type Fact,
  type FoldRows,
  type JudgedPlace,
  judgeFact,
  type Ledger,
  type LogFact,
  type SetAside,
  splitFacts,
  type VerifyContext,
  type Writer,
} from "../crdt/mod.ts";
import type { StampedContents } from "./log_contents.ts";
import type { LogEntry } from "./log_register.ts";
import { SET_ASIDE } from "./tables.ts";

/** Where contents are placed. */
export interface PlaceContext {
  /** The transaction. */
  readonly writer: Writer;
  /** Its rows. */
  readonly rows: FoldRows;
  /** Where facts are placed. */
  readonly ledger: Ledger;
  /** By what facts are judged. */
  readonly verify: VerifyContext;
}

/**
 * Judges a fact where it stands, beyond a cut too.
 *
 * @param fact The fact.
 * @param place Its place, and where its log was cut.
 * @param verify The root key and the signature scheme.
 * @returns Why it does not count; undefined if it may.
 */
export function judgeInLog(
  fact: Fact,
  place: JudgedPlace & { readonly seq: number; readonly counts: number },
  verify: VerifyContext,
): AsideReason | undefined {
  return place.seq > place.counts
    ? "beyond_cut"
    : judgeFact(fact, place, verify);
}

/**
 * Places what a commit holds, in the place of what was listed of it as set aside. None of its facts is placed before.
 *
 * @param context Where.
 * @param place The log, the seq, and the chain in force there.
 * @param contents What the commit holds.
 */
export function placeContents(
  context: PlaceContext,
  place: {
    readonly entry: LogEntry;
    readonly seq: number;
    readonly chain: Uint8Array;
  },
  contents: StampedContents,
): void {
  const { writer, rows, ledger, verify } = context;
  const { entry, seq, chain } = place;
  const { stamp } = contents;
  const log = entry.number;
  const { counting, aside } = splitFacts(
    contents.facts,
    (fact) =>
      judgeInLog(fact, {
        space: entry.space,
        writer: entry.publicKey,
        chain,
        stamp,
        seq,
        counts: entry.cut?.counts ?? Infinity,
      }, verify),
  );
  for (const row of writer.scan(SET_ASIDE, { prefix: [log, seq] })) {
    writer.delete(SET_ASIDE, [log, seq, row["item"] ?? null]);
  }
  const put = (item: number, { reason, doc, id, type }: SetAside) =>
    writer.put(SET_ASIDE, { log, seq, item, reason, doc, id, type });
  const listed = [...contents.setAside, ...aside];
  listed.forEach((one, i) => put(i, one));
  let item = listed.length;
  for (const { fact, doc } of counting) {
    const placed: LogFact = {
      fact,
      stamp,
      log: entry.name,
      logNumber: log,
      seq,
    };
    if (ledger.place(rows, placed)) continue;
    const { id, type } = fact;
    put(item++, { reason: "id_used_before", doc, id, type });
  }
}
