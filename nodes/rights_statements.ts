/**
 * Making statements about rights from what a node knows: that a lost member's rights go to another, and which log makes
 * a company's rights. Pure: keys, rows and time are passed in, nothing is written.
 *
 * @module
 */
import {
  type AuthorityStated,
  balanceOf,
  RIGHTS,
  type RightsSums,
  type SpaceId,
  STATED_RISKS_MAX,
  type Statement,
  trunkOf,
} from "../crdt/mod.ts";
import type { LogEntry } from "./log_register.ts";
import { configError, quote } from "./option_parser.ts";
import { headsOf, logsOf, state, type StatingNode } from "./revocation.ts";

/** The log of a member that is written now in a space: the newest. */
function newestOf(
  logs: readonly LogEntry[],
  space: SpaceId,
): LogEntry | undefined {
  return logs.filter((log) => log.space === space && log.seq > 0)
    .toSorted((a, b) => a.stamp < b.stamp ? -1 : 1).at(-1);
}

/** What a log, or the one that it goes on from, may still spend, as this node knows it. */
function left(
  { reader }: StatingNode,
  numbers: readonly number[],
): { readonly bound: string; readonly amount: number }[] {
  return numbers.flatMap((log) =>
    reader.scan(RIGHTS, { index: "by_log", prefix: [log] })
  ).map((row) => ({
    bound: String(row["bound"]),
    amount: balanceOf(row as unknown as RightsSums),
  })).filter(({ amount }) => amount > 0).slice(0, STATED_RISKS_MAX);
}

/**
 * Gives a lost member's rights to another, or to the newest log of the same one if that was restored: its logs that hold
 * some end where this node has them now.
 *
 * @param node The node that states it.
 * @param peers The peer ids of the lost member and of the one that gets the rights.
 * @returns One statement a log, for a log of this node in `mesh`.
 * @throws {PanalError} `config_invalid` if a member is unknown, holds no rights, or has no log where the other has
 * rights, or if this node does not stand above the lost one.
 */
export function makeReassignment(
  node: StatingNode,
  { from, to }: { readonly from: string; readonly to: string },
): AuthorityStated[] {
  const lost = logsOf(node, from);
  const receivers = logsOf(node, to);
  const statements: Statement[] = [];
  for (const head of headsOf(lost)) {
    const end = lost.find(({ name }) => name === head.log);
    if (end === undefined) continue;
    const numbers = [
      end.number,
      ...(end.parent === undefined ? [] : [end.parent]),
    ];
    const atRisk = left(node, numbers);
    if (atRisk.length === 0) continue;
    const receiver = newestOf(receivers, end.space);
    if (receiver === undefined) {
      throw configError(
        `That member has no log in ${end.space}, where the lost one has rights: name one that sells there with --to`,
      );
    }
    // A restored member's newest log gets what its older ones held.
    if (receiver.number === end.number) continue;
    statements.push({
      kind: "reassign",
      ...head,
      to: trunkOf(receiver.name),
      atRisk,
    });
  }
  if (statements.length === 0) {
    throw configError(
      `The member ${quote(from)} holds no rights that this node knows of`,
    );
  }
  return state(node, lost, statements);
}

/**
 * Names the log in which a company's rights are made.
 *
 * @param node The node that states it.
 * @param issuer The company's id, and the peer id of the member that makes them from now on.
 * @returns The statement, for a log of this node in `mesh`.
 * @throws {PanalError} `config_invalid` if the member is unknown or has no log in the company's space, or if this node
 * does not stand above it.
 */
export function makeIssuer(
  node: StatingNode,
  { company, peer }: { readonly company: string; readonly peer: string },
): AuthorityStated[] {
  const logs = logsOf(node, peer);
  const log = newestOf(logs, `company:${company}` as SpaceId);
  if (log === undefined) {
    throw configError(
      `That member has written nothing in company:${company} yet: let it make the first account there`,
    );
  }
  return state(node, logs, [{
    kind: "issuer",
    company,
    log: trunkOf(log.name),
  }]);
}
