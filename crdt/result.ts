/**
 * Expected refusals as values.
 *
 * @module
 */

/** An outcome that succeeded. */
export interface Ok<T> {
  /** Always true. */
  readonly ok: true;
  /** What the caller asked for. */
  readonly value: T;
}

/** An outcome that was refused for a reason that a caller can act on. */
export interface Err<E> {
  /** Always false. */
  readonly ok: false;
  /** Why. */
  readonly error: E;
}

/** Either a value or an expected refusal. */
export type Result<T, E> = Ok<T> | Err<E>;

/**
 * Wraps a success.
 *
 * @param value What the caller asked for.
 * @returns The success.
 */
export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

/**
 * Wraps a refusal.
 *
 * @param error Why.
 * @returns The refusal.
 */
export function err<E>(error: E): Err<E> {
  return { ok: false, error };
}
