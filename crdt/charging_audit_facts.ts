/**
 * The fact of the audit list of charging that tells what no other fact does.
 *
 * @module
 */
import { z } from "zod";
import { parsePointId, type PointId } from "./charging_ids.ts";
import {
  baseFields,
  type FactBase,
  siteField,
  textField,
} from "./fact_fields.ts";
import type { SiteCode } from "./ids.ts";

/** Something was done at a charging site. */
export interface ChargingAudited extends FactBase {
  /** The kind. */
  readonly type: "ChargingAudited";
  /** Where. */
  readonly site: SiteCode;
  /** What, e.g. `CP_ALTA_REGISTRO`. */
  readonly action: string;
  /** Which point. */
  readonly point?: PointId | undefined;
  /** Who asked: a network address or a name. */
  readonly source?: string | undefined;
  /** More of it. */
  readonly text?: string | undefined;
}

/** The schema of the list's own facts. */
export const chargingAuditSchemas: {
  readonly ChargingAudited: z.ZodType<ChargingAudited>;
} = {
  ChargingAudited: z.strictObject({
    ...baseFields,
    type: z.literal("ChargingAudited"),
    site: siteField,
    action: z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/),
    point: z.string().refine((text) => parsePointId(text) !== undefined)
      .transform((text) => text as PointId).optional(),
    source: textField.optional(),
    text: textField.optional(),
  }),
};
