/**
 * How rights move ahead of need: pure arithmetic on what each log has and how fast it has spent lately. Each holder
 * plans for itself, from what it sees; nobody coordinates.
 *
 * @module
 */

/** A log as a holder sees it. */
export interface BalancedLog {
  /** Its number. */
  readonly log: number;
  /** What it has free, what is on its way to it included. */
  readonly free: number;
  /** Units that it spends a second, lately. */
  readonly rate: number;
  /** True for a log that may be given more: its peer is linked. */
  readonly takes: boolean;
}

/** A planned grant. */
export interface PlannedGrant {
  /** The receiving log's number. */
  readonly log: number;
  /** How many, above 0. */
  readonly amount: number;
}

/** This part of all rights is shared evenly, so that a log that sold nothing lately can sell something. */
const EVEN_SHARE = 0.4;
/** Nothing moves until a log is off its share by this part of it: rights do not swing to and fro. */
const SLACK = 0.25;

/**
 * The rate after some more seconds: an exponentially weighted mean of units a second.
 *
 * @param before The rate before.
 * @param spent Units spent since.
 * @param time Seconds since, above 0, and the seconds after which what was spent weighs half.
 * @returns Units a second.
 */
export function nextRate(
  before: number,
  spent: number,
  time: { readonly seconds: number; readonly halfSeconds: number },
): number {
  const weight = 1 - 2 ** (-time.seconds / time.halfSeconds);
  return before + weight * (spent / time.seconds - before);
}

/**
 * What a holder gives away now. Every log's share is in proportion to its rate; who has more than its share gives to
 * those who have less, each holder the part of it that its own excess is of all excess, so that several holders that
 * plan at once do not give too much.
 *
 * @param logs All logs that spend of a bound, or have some of it.
 * @param own The holder's log number.
 * @param options With `idle` all have an even share while nobody spends; else nothing moves then.
 * @returns Grants, together less than what the holder has above its share.
 */
export function planGrants(
  logs: readonly BalancedLog[],
  own: number,
  { idle = false }: { readonly idle?: boolean } = {},
): PlannedGrant[] {
  const taking = logs.filter(({ log, takes }) => takes || log === own);
  const rates = taking.reduce((sum, { rate }) => sum + rate, 0);
  if (!(rates > 0) && !idle) return [];
  const total = taking.reduce((sum, { free }) => sum + Math.max(0, free), 0);
  const off = taking.map(({ log, free, rate }) => {
    const even = rates > 0 ? EVEN_SHARE : 1;
    const share = total *
      (even / taking.length + (rates > 0 ? (1 - even) * (rate / rates) : 0));
    return { log, share, excess: Math.max(0, free) - share };
  });
  const mine = off.find(({ log }) => log === own);
  if (mine === undefined || mine.excess <= SLACK * mine.share) return [];
  const excess = off.reduce((sum, it) => sum + Math.max(0, it.excess), 0);
  return off
    .filter((it) => -it.excess > SLACK * it.share)
    .map(({ log, excess: lack }) => ({
      log,
      amount: Math.floor(-lack * (mine.excess / excess)),
    }))
    .filter(({ amount }) => amount > 0);
}
