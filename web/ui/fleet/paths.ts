/**
 * Addresses of companies and cards, at the node and among the pages.
 *
 * @module
 */

/**
 * A company's route, or one below it.
 *
 * @param company Its number.
 * @param below What follows, each part by itself.
 * @returns A path of the node.
 */
export function companyPath(
  company: string,
  ...below: readonly string[]
): string {
  return ["/v1/companies", ...[company, ...below].map(encodeURIComponent)]
    .join("/");
}

/**
 * A company's page.
 *
 * @param company Its number.
 * @returns A link.
 */
export function companyPage(company: string): string {
  return `/fleet-company?company=${encodeURIComponent(company)}`;
}

/**
 * Where the journal shows a fact.
 *
 * @param fact Its id.
 * @returns A link.
 */
export function factPage(fact: string): string {
  return `/journal?fact=${encodeURIComponent(fact)}`;
}
