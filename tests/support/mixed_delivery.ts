/**
 * Brings commits to replicas as a bad network would: cut into runs, in any order, twice, with gaps.
 *
 * @module
 */
import { notStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import type { Run } from "../../nodes/log_run.ts";
import { type BareReplica, openBareReplica } from "./bare_replica.ts";
import type { ForgedLog } from "./forged_log.ts";
import type { MixedCommits } from "./mixed_commits.ts";

/** Each pass but the last takes something; each commit is taken once, but where a cut was lifted. */
const PASSES_MAX = 50;

/** Draws numbers for one delivery; the same numbers give the same delivery. */
export type Draw = (limit: number) => number;

/** Numbers for a delivery: pass them to `drawFrom`. */
export const drawnNumbers: fc.Arbitrary<number[]> = fc.array(fc.nat(1000), {
  minLength: 30,
  maxLength: 30,
});

/**
 * Draws from a list of numbers, again and again.
 *
 * @param numbers The numbers.
 * @returns A source of numbers below a limit.
 */
export function drawFrom(numbers: readonly number[]): Draw {
  let next = 0;
  return (limit) => (numbers[next++ % numbers.length] ?? 0) % limit;
}

/**
 * Cuts a chain into runs; some are sent twice, and some reach back over the one before.
 *
 * @param chain The chain.
 * @param draw What decides.
 * @returns Runs in order.
 */
export function cutRuns(chain: ForgedLog, draw: Draw): Run[] {
  const runs: Run[] = [];
  const { length } = chain.commits;
  for (let from = 1; from <= length;) {
    const to = Math.min(length, from + draw(4));
    const back = Math.max(1, from - (draw(3) === 0 ? draw(4) : 0));
    runs.push(chain.run(back, to));
    if (draw(4) === 0) runs.push(chain.run(from, to));
    from = to + 1;
  }
  return runs;
}

/**
 * The same items in another order.
 *
 * @param items Any items.
 * @param draw What decides.
 * @returns A permutation.
 */
export function shuffle<T>(items: readonly T[], draw: Draw): T[] {
  const rest = [...items];
  const out: T[] = [];
  while (rest.length > 0) out.push(...rest.splice(draw(rest.length), 1));
  return out;
}

/**
 * Offers runs in groups, again and again until nothing more is taken.
 *
 * @param bare The replica.
 * @param runs The runs; every commit before a run's first is in some other.
 * @param draw What decides the groups.
 */
export async function deliver(
  { replica, clock }: BareReplica,
  runs: readonly Run[],
  draw: Draw,
): Promise<void> {
  // A readmission may want what was not wanted before: everything is offered until nothing more is taken.
  for (let more = true, pass = 0; more; pass++) {
    more = false;
    ok(pass <= PASSES_MAX, "the same commits are taken again and again");
    const waiting = [...runs];
    while (waiting.length > 0) {
      const group = waiting.splice(0, 1 + draw(6));
      const answers = group.map((run) => replica.take(run));
      clock.advance(0);
      for (const outcome of await Promise.all(answers)) {
        notStrictEqual(outcome.kind, "refused", JSON.stringify(outcome));
        more ||= outcome.kind === "taken" || outcome.kind === "fork";
      }
    }
  }
}

/**
 * Opens a replica and brings it everything.
 *
 * @param mixed The commits.
 * @param draw What decides how.
 * @returns The replica.
 */
export async function fillReplica(
  { forger, chains }: MixedCommits,
  draw: Draw,
): Promise<BareReplica> {
  const bare = openBareReplica(forger);
  const runs = shuffle(chains.flatMap((chain) => cutRuns(chain, draw)), draw);
  await deliver(bare, runs, draw);
  return bare;
}
