/**
 * The pages of the mesh.
 *
 * @module
 */
import type { PageRoute } from "../shell/page_route.ts";
import { text } from "./texts.ts";

/** The pages of the mesh. */
export const meshRoutes: readonly PageRoute[] = [{
  path: "/mesh",
  area: "mesh",
  title: () => text("mesh"),
  role: "cashier",
  load: async () => (await import("./mesh_page.tsx")).MeshPage,
}, {
  path: "/incidents",
  area: "mesh",
  title: () => text("incidents"),
  role: "cashier",
  load: async () => (await import("./incidents_page.tsx")).IncidentsPage,
}, {
  path: "/journal",
  area: "mesh",
  title: () => text("journal"),
  role: "supervisor",
  load: async () => (await import("./journal_page.tsx")).JournalPage,
}];
