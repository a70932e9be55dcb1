/**
 * Cursors of lists: the key of the last row that was shown, as text that callers pass back unread.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** A row's key as a cursor. */
export function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** A cursor's parts; undefined for text that is no cursor, which starts the list from the beginning. */
export function decodeCursor(
  cursor: string | undefined,
): (string | number)[] | undefined {
  if (cursor === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(
      Buffer.from(cursor, "base64url").toString(),
    );
    const right = Array.isArray(value) &&
      value.every((part) =>
        typeof part === "string" ||
        (typeof part === "number" && Number.isFinite(part))
      );
    return right ? value : undefined;
  } catch {
    return undefined;
  }
}
