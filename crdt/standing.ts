/**
 * Which of several changes of one field stand: those that no other names as replaced. One idea for the catalog and the
 * directory, where people set fields apart from each other.
 *
 * @module
 */
import { compareOrder, type FactOrder } from "./fold.ts";

/** A change of a field, as far as it matters for which of several stands. */
export interface Replacing extends FactOrder {
  /** The changes that it replaces. */
  readonly replaces: readonly string[];
}

/**
 * The changes that nobody replaced.
 *
 * @param changes All changes of one field.
 * @returns What stands, least (stamp, log, seq, id) first: the last is shown; several if they were made apart. Only a
 * liar's changes can replace each other in a circle; then all of them stand.
 */
export function standing<C extends Replacing>(changes: readonly C[]): C[] {
  const replaced = new Set(changes.flatMap(({ replaces }) => replaces));
  const left = changes.filter(({ id }) => !replaced.has(id));
  return (left.length > 0 ? left : changes).toSorted(compareOrder);
}
