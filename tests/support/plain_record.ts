/**
 * Records that compare equal to object literals.
 *
 * @module
 */
import fc from "fast-check";

/**
 * Makes objects, each with the prototype of a literal.
 *
 * @param model What its members are made of.
 * @returns The objects.
 */
export function plainRecord<T>(
  model: { [K in keyof T]: fc.Arbitrary<T[K]> },
): fc.Arbitrary<T> {
  return fc.record<T>(model, { noNullPrototype: true });
}
