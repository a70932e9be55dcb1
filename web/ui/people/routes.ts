/**
 * The pages of people and settings.
 *
 * @module
 */
import type { PageRoute } from "../shell/page_route.ts";
import { text } from "./texts.ts";

/** The pages of people and settings. */
export const peopleRoutes: readonly PageRoute[] = [{
  path: "/people",
  area: "people",
  title: () => text("people"),
  role: "admin",
  load: async () => (await import("./people_page.tsx")).PeoplePage,
}, {
  path: "/settings",
  area: "people",
  title: () => text("settings"),
  role: "cashier",
  load: async () => (await import("./settings_page.tsx")).SettingsPage,
}, {
  path: "/sign-in",
  area: "people",
  title: () => text("signIn"),
  role: "cashier",
  hidden: true,
  load: async () => (await import("./signed_in.tsx")).SignedInPage,
}];
