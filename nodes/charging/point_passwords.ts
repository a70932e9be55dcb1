/**
 * Passwords of charging points that connect by OCPP with security profile 1 or 2. They stand in the site's directory as
 * slow hashes, like those of people, so that every node of the site can take a point's connection; of several that were set
 * apart a password must be all.
 *
 * @module
 */
import {
  directoryEntry,
  directoryStanding,
  ok,
  parsePointId,
  type PointId,
  type Random,
  type Reader,
  sha256,
  siteSpace,
  type SpaceId,
  toHex,
} from "../../crdt/mod.ts";
import { setFields } from "../forecourt/forecourt_context.ts";
import { recordAct } from "../people/people_context.ts";
import type { PasswordHasher } from "../people/people_ports.ts";
import {
  decideExactly,
  refuse,
  type UseCaseContext,
} from "../use_cases/context.ts";
import { CHARGER_KIND, type PointPasswords } from "./password_use_cases.ts";

/** Shortest and longest password, in characters. */
export const POINT_PASSWORD_LENGTHS: readonly [number, number] = [16, 64];
/** Most passwords set apart that are compared with; of more, none is right. */
const APART_MAX = 4;
/** Most passwords that are known to be right, by their digests. */
const RIGHT_MAX = 20_000;
const SALT_BYTES = 16;
const NAME = /^[A-Za-z0-9._-][A-Za-z0-9._:-]{0,63}$/;

/** What passwords work with. */
export interface PointPasswordParts
  extends Pick<UseCaseContext, "node" | "replica"> {
  /** Draws salts. */
  readonly random: Random;
  /** Hashes; undefined in a node where nobody signs in. */
  readonly hasher: PasswordHasher | undefined;
}

/** Ids that a directory does not take as they are stand there by their digest, which begins with a colon. */
function subjectOf(point: PointId): string {
  if (NAME.test(point)) return `${CHARGER_KIND}/${point}`;
  const digest = sha256(new TextEncoder().encode(point)).slice(0, 20);
  return `${CHARGER_KIND}/:${toHex(digest)}`;
}

function hashesOf(rows: Reader, space: SpaceId, point: PointId): string[] {
  const subject = subjectOf(point);
  return directoryStanding(rows, { space, subject, field: "password" })
    .filter((value) => typeof value === "string");
}

/**
 * Makes the passwords of a node's site.
 *
 * @param parts What they work with.
 * @returns The passwords.
 */
export function createPointPasswords(
  { node, replica, random, hasher }: PointPasswordParts,
): PointPasswords {
  const space = node.site === null ? undefined : siteSpace(node.site);
  const hashes = (point: PointId) =>
    space === undefined ? [] : hashesOf(replica.reader, space, point);
  // Comparing is slow on purpose, and points connect again and again: what was right once is known by its digest here.
  const right = new Set<string>();
  const note = (digest: string) => {
    if (right.size >= RIGHT_MAX) right.clear();
    right.add(digest);
  };
  return {
    has: (point) => hashes(point).length > 0,
    async verify(point, password) {
      const all = hashes(point);
      if (hasher === undefined || all.length === 0 || all.length > APART_MAX) {
        return false;
      }
      const text = JSON.stringify([point, all, password]);
      const digest = toHex(sha256(new TextEncoder().encode(text)));
      if (right.has(digest)) return true;
      for (const hash of all) {
        if (!await hasher.verify(password, hash)) return false;
      }
      note(digest);
      return true;
    },
    async set({ point: text, password, by }) {
      const point = parsePointId(text);
      if (point === undefined) {
        return refuse("request_invalid", "This is no point's id");
      }
      if (space === undefined) {
        return refuse("forbidden", "This node has no site");
      }
      if (password !== null && !isPassword(password)) {
        const [min, max] = POINT_PASSWORD_LENGTHS;
        return refuse(
          "password_invalid",
          `A point's password has ${min} to ${max} printable ASCII characters`,
        );
      }
      if (hasher === undefined) {
        return refuse("forbidden", "This node keeps no passwords");
      }
      const value = password === null
        ? null
        : await hasher.hash(password, random.bytes(SALT_BYTES));
      return await decideExactly(replica, (decision) => {
        const subject = subjectOf(point);
        const before = directoryEntry(decision.rows, space, subject);
        setFields(decision, { space, subject, before }, { password: value });
        recordAct(decision, space, { act: "password_set", subject, by });
        return ok(null);
      });
    },
  };
}

function isPassword(text: string): boolean {
  const [min, max] = POINT_PASSWORD_LENGTHS;
  return text.length >= min && text.length <= max &&
    /^[\x21-\x7e]*$/.test(text);
}
