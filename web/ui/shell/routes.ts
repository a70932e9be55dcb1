/**
 * All pages, in the order of the navigation.
 *
 * @module
 */
import { chargingRoutes } from "../charging/routes.ts";
import { fleetRoutes } from "../fleet/routes.ts";
import { fuelRoutes } from "../fuel/routes.ts";
import { goodsRoutes } from "../goods/routes.ts";
import { homeRoutes } from "../home/routes.ts";
import { tillRoutes } from "../till/routes.ts";
import { linkRoutes } from "../links/routes.ts";
import { meshRoutes } from "../mesh/routes.ts";
import { peopleRoutes } from "../people/routes.ts";
import { reportRoutes } from "../reports/routes.ts";
import type { PageRoute } from "./page_route.ts";

/** All pages. */
export const ROUTES: readonly PageRoute[] = [
  ...homeRoutes,
  ...tillRoutes,
  ...fuelRoutes,
  ...chargingRoutes,
  ...fleetRoutes,
  ...reportRoutes,
  ...meshRoutes,
  ...linkRoutes,
  ...peopleRoutes,
  ...goodsRoutes,
];
