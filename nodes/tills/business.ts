/**
 * What receipts say of the business: `setting/business` of a site's directory, and of the mesh's.
 *
 * @module
 */
import {
  directoryEntry,
  type DirectoryValue,
  MESH_SPACE,
  ok,
  type Reader,
  type Scope,
  type SiteCode,
  siteSpace,
  type SpaceId,
} from "../../crdt/mod.ts";
import { setFields } from "../forecourt/forecourt_context.ts";
import {
  decideExactly,
  siteOfScope,
  spaceOfScope,
  type UseCaseContext,
} from "../use_cases/context.ts";
import type { BusinessView, TillUseCases } from "./till_use_cases.ts";

const SUBJECT = "setting/business";
const FIELDS: readonly (keyof BusinessView)[] = [
  "name",
  "ruc",
  "address",
  "phone",
];

/**
 * What receipts of a site say of the business.
 *
 * @param rows The views.
 * @param site The site; null for what is set for the mesh alone.
 * @returns The business.
 */
export function businessOf(rows: Reader, site: SiteCode | null): BusinessView {
  const spaces: SpaceId[] = site === null
    ? [MESH_SPACE]
    : [siteSpace(site), MESH_SPACE];
  const entries = spaces.map((space) => directoryEntry(rows, space, SUBJECT));
  const text = (field: keyof BusinessView): string => {
    const values = entries.map((entry) => entry?.fields[field]);
    const found = values.find((value) =>
      typeof value === "string" && value !== ""
    );
    return typeof found === "string" ? found : "";
  };
  return {
    name: text("name"),
    ruc: text("ruc"),
    address: text("address"),
    phone: text("phone"),
  };
}

/**
 * Makes the use-cases about the business.
 *
 * @param use The node and its replica.
 * @returns The use-cases.
 */
export function createBusinessUseCases(
  { node, replica }: UseCaseContext,
): Pick<TillUseCases, "business" | "setBusiness"> {
  return {
    business: (site) => businessOf(replica.reader, site ?? node.site),
    async setBusiness({ scope, ...fields }) {
      const meant: Scope = scope ??
        (node.site === null ? "mesh" : `site:${node.site}`);
      const space = spaceOfScope(meant);
      const values = FIELDS.map((
        field,
      ): [string, DirectoryValue | undefined] => [
        field,
        fields[field] === "" ? null : fields[field],
      ]);
      const set = await decideExactly(replica, (context) => {
        const before = directoryEntry(context.rows, space, SUBJECT);
        const place = { space, subject: SUBJECT, before };
        setFields(context, place, Object.fromEntries(values));
        return ok(null);
      });
      if (!set.ok) return set;
      const site = meant === "mesh" ? null : siteOfScope(meant);
      return ok(businessOf(replica.reader, site));
    },
  };
}
