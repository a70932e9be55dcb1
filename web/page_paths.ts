/**
 * Where a node serves its pages. All are one shell that looks at its address; they are listed, and not caught by a
 * pattern, so that an unknown address stays one.
 *
 * @module
 */

/** The paths of all pages; those that a node's roles have no use for say so themselves. */
export const PAGE_PATHS: readonly string[] = [
  "/",
  "/sign-in",
  "/till",
  "/sales",
  "/cash",
  "/products",
  "/stock",
  "/prices",
  "/oversells",
  "/pumps",
  "/tanks",
  "/fuel-prices",
  "/deliveries",
  "/charging",
  "/charging-sessions",
  "/fleet",
  "/fleet-company",
  "/mesh",
  "/journal",
  "/incidents",
  "/reports",
  "/links",
  "/people",
  "/settings",
];
