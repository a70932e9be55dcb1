/**
 * What the doctor finds: a sentence, how bad it is, and what helps.
 *
 * @module
 */

/** How bad it is: `well` informs, `warn` wants a look, `bad` keeps the node from working. */
export type FindingLevel = "well" | "warn" | "bad";

/** Something that was looked at. */
export interface Finding {
  /** How bad it is. */
  readonly level: FindingLevel;
  /** A sentence without an end. */
  readonly text: string;
  /** What helps; left out where nothing has to. */
  readonly remedy?: string;
}

/** Something that is as it should be. */
export function well(text: string): Finding {
  return { level: "well", text };
}

/** Something that wants a look. */
export function warn(text: string, remedy: string): Finding {
  return { level: "warn", text, remedy };
}

/** Something that keeps the node from working. */
export function bad(text: string, remedy: string): Finding {
  return { level: "bad", text, remedy };
}
