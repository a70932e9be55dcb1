/**
 * Where the pages of each role's node are: what a person finds in its navigation, and the tabs behind.
 *
 * @module
 */
import type { PageNodeRole } from "./page_node.ts";

/** What a person finds in the navigation of each role's node; each page is walked where it is at home. */
export const PAGE_WALKS: Readonly<Record<PageNodeRole, readonly string[]>> = {
  branch: [
    ...["/", "/till", "/sales", "/cash", "/products", "/stock", "/prices"],
    ...["/oversells", "/people", "/settings", "/reports"],
  ],
  station: ["/", "/pumps", "/tanks", "/fuel-prices", "/deliveries"],
  charging: ["/", "/charging", "/charging-sessions"],
  company: ["/", "/fleet", "/fleet-company?company=42"],
  office: ["/", "/mesh", "/incidents", "/journal", "/links"],
};

const COMPANY = "/fleet-company?company=42";

/** The tabs of those pages that are not shown first. */
export const PAGE_TABS: Readonly<Record<PageNodeRole, readonly string[]>> = {
  branch: [
    ...["/cash?tab=day", "/cash?tab=history", "/stock?tab=receive"],
    ...["/stock?tab=count", "/stock?tab=move", "/stock?tab=rights"],
    ...["/prices?tab=later", "/people?tab=acts", "/people?tab=roles"],
    ...["/reports?tab=day", "/reports?tab=cash"],
    ...["/links", "/links?tab=central", "/links?tab=equipment"],
  ],
  station: [
    ...["/pumps?tab=orders", "/reports?tab=fuel"],
    ...["/reports?tab=fuel&of=shift", "/fleet?tab=purchase", "/till"],
  ],
  charging: [
    ...["alerts", "drivers", "tariffs", "audit", "energy", "security"].map(
      (tab) => `/charging?tab=${tab}`,
    ),
    "/charging-sessions?tab=reports",
  ],
  company: [
    ...["purchase", "expenses", "verdicts"].map((tab) => `/fleet?tab=${tab}`),
    ...["expenses", "statement", "settlements", "rights", "feed"].map((tab) =>
      `${COMPANY}&tab=${tab}`
    ),
    "/links",
  ],
  office: [
    ...["lag", "cuts", "members", "node"].map((tab) => `/mesh?tab=${tab}`),
    ...["/incidents?tab=all", "/links?tab=notices", "/links?tab=fleet"],
    ...["/links?tab=equipment", "/sales", "/reports", "/stock"],
  ],
};
