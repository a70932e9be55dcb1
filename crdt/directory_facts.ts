/**
 * The directory's facts: one field of one subject was set. Pumps, tanks, stations and what else people list and name
 * are subjects; what a subject's fields mean is known to whoever reads them, so that a new kind of subject needs no new
 * kind of fact. How changes make up what is shown stands in `directory.ts`.
 *
 * @module
 */
import { z } from "zod";
import { OVER_MAX } from "./catalog_facts.ts";
import {
  baseFields,
  type FactBase,
  factIdField,
  textField,
} from "./fact_fields.ts";
import { type FactId, parseSpaceId, type SpaceId } from "./ids.ts";

/** Most parts of a value that is a list. */
export const DIRECTORY_LIST_MAX = 64;

/** What a field holds; null takes it away. */
export type DirectoryValue =
  | string
  | number
  | boolean
  | null
  | readonly string[];

/** One field of a subject of a directory was set. */
export interface DirectoryChanged extends FactBase {
  /** The kind. */
  readonly type: "DirectoryChanged";
  /** Whose directory. */
  readonly space: SpaceId;
  /** A kind and a name, e.g. `pump/12`, `tank/1`, `site/E03`: lower-case letters, `/`, then 1 to 64 characters. */
  readonly subject: string;
  /** Which field: letters and digits. */
  readonly field: string;
  /** Its new value; numbers are exact integers. */
  readonly value: DirectoryValue;
  /** The changes of this field that it replaces. */
  readonly over: readonly FactId[];
}

const subject = z.string().regex(/^[a-z]{1,32}\/[A-Za-z0-9._:-]{1,64}$/);
const field = z.string().regex(/^[a-z][A-Za-z0-9]{0,63}$/);
const value = z.union([
  textField,
  z.int(),
  z.boolean(),
  z.null(),
  z.array(textField).max(DIRECTORY_LIST_MAX),
]);
const space = z.string().refine((text) => parseSpaceId(text) === text)
  .transform((text) => text as SpaceId);

/** One schema a kind. */
export const directorySchemas: {
  readonly DirectoryChanged: z.ZodType<DirectoryChanged>;
} = {
  DirectoryChanged: z.strictObject({
    ...baseFields,
    type: z.literal("DirectoryChanged"),
    space,
    subject,
    field,
    value,
    over: z.array(factIdField).max(OVER_MAX),
  }),
};
