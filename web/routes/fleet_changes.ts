/**
 * What changes of companies have in common: the fields that each takes, and the answer where nobody knows the company.
 *
 * @module
 */
import type { CompanyId } from "../../nodes/mod.ts";
import { problem } from "../errors.ts";
import { actorInputSchema, factSchema, maybe } from "../schemas.ts";

/** The fields of every change. */
export const changeFields = {
  id: maybe(factSchema).openapi({
    description: "One a change: a repeat with the same content counts once.",
  }),
  by: maybe(actorInputSchema),
};

/**
 * The answer about a company that nobody knows.
 *
 * @param company Its number.
 * @returns Status 404.
 */
export function unknownCompany(company: CompanyId): Response {
  return problem("company_unknown", `This node knows no company ${company}`);
}
