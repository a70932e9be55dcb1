/**
 * What a node offers about passwords of charging points.
 *
 * @module
 */
import type { Actor, PointId, Result } from "../../crdt/mod.ts";
import type { Refusal } from "../answers.ts";

/** The kind of subject under which passwords stand in a site's directory. */
export const CHARGER_KIND = "charger";

/** Passwords of the points of the node's site. */
export interface PointPasswords {
  /** Whether a password is set for a point. */
  has(point: PointId): boolean;
  /**
   * Compares a password.
   *
   * @param point The point.
   * @param password Any text.
   * @returns True if it is right; it rejects with `overloaded` if too many wait.
   */
  verify(point: PointId, password: string): Promise<boolean>;
  /**
   * Sets a point's password, from any node of its site.
   *
   * @param input The point, its password or null for none any more, and who sets it.
   * @returns Nothing; or a refusal: `request_invalid`, `password_invalid`, `forbidden`.
   */
  set(
    input: {
      readonly point: string;
      readonly password: string | null;
      readonly by?: Actor;
    },
  ): Promise<Result<null, Refusal>>;
}
