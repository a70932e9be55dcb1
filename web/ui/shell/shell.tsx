/**
 * What stands around every page: navigation, the node's name, how the link to it is, language, theme, and who is signed
 * in.
 *
 * @module
 */
import type { ComponentChildren, VNode } from "preact";
import { type Signal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Language, language } from "../base/i18n.ts";
import { linkState } from "../base/live.ts";
import { path } from "../base/location.ts";
import { knowledge, signOut } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Questions } from "../parts/dialog.tsx";
import { SelectField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Notices } from "../parts/notices.tsx";
import { ShortcutHelp } from "../parts/shortcuts.tsx";
import { text } from "../parts/texts.ts";
import { AREAS, type PageRoute } from "./page_route.ts";
import { ROUTES } from "./routes.ts";
import { isShown } from "./shown.ts";
import { type Theme, theme } from "./theme.ts";

const menuOpen: Signal<boolean> = signal(false);

/**
 * The shell around a page.
 *
 * @param props The page.
 * @returns The whole window.
 */
export function Shell(
  { children }: { readonly children: ComponentChildren },
): VNode {
  useEffect(() => {
    menuOpen.value = false;
  }, [path.value]);
  return (
    <>
      <a class="skip" href="#main">{text("skip")}</a>
      <TopBar />
      <div class="frame">
        <Navigation />
        <main id="main" tabIndex={-1}>
          {linkState.value === "lost"
            ? <p class="lost" role="alert">{text("lost")}</p>
            : null}
          {children}
        </main>
      </div>
      <Notices />
      <Questions />
      <ShortcutHelp />
    </>
  );
}

/** What a node without a site is called. */
function nodeName(role: string): string {
  return role === "office" || role === "region" || role === "company"
    ? text(`node_${role}`)
    : role;
}

function TopBar(): VNode {
  const { node } = knowledge.value;
  return (
    <header class="top">
      <Button
        kind="quiet"
        icon="menu"
        label={text("menu")}
        pressed={menuOpen.value}
        onClick={() => menuOpen.value = !menuOpen.value}
      />
      <a class="brand" href="/">
        <img src="/assets/icon.svg" alt="" width="28" height="28" />
        Panal
      </a>
      <span class="node-name">
        {node === undefined
          ? ""
          : node.site ?? node.roles.map(nodeName).join(", ")}
      </span>
      <span class="spring" />
      <LinkDot />
    </header>
  );
}

function LinkDot(): VNode {
  const state = linkState.value;
  return (
    <span
      class={`link-state ${state}`}
      role="img"
      aria-label={text(`link_${state}`)}
    >
      <Icon name={state === "lost" ? "warn" : "link"} />
    </span>
  );
}

function Navigation(): VNode {
  return (
    <nav
      class={`side ${menuOpen.value ? "open" : ""}`}
      aria-label={text("menu")}
    >
      {AREAS.map((area) => {
        const pages = ROUTES.filter((route) =>
          route.area === area && isShown(route)
        );
        return pages.length === 0
          ? null
          : <AreaLinks key={area} area={area} pages={pages} />;
      })}
      <Preferences />
    </nav>
  );
}

function AreaLinks(
  { area, pages }: {
    readonly area: PageRoute["area"];
    readonly pages: readonly PageRoute[];
  },
): VNode {
  const [first] = pages;
  const current = pages.some((page) => page.path === path.value);
  // A page that the navigation does not list belongs to its area all the same.
  const below = ROUTES.some((route) =>
    route.hidden === true && route.area === area && route.path === path.value
  );
  return (
    <div class={`area ${current ? "current" : ""}`}>
      <a
        href={first?.path}
        aria-current={path.value === first?.path
          ? "page"
          : below
          ? "true"
          : undefined}
      >
        <Icon name={area} />
        {text(`area_${area}`)}
      </a>
      {current && pages.length > 1
        ? (
          <ul>
            {pages.map((page) => (
              <li key={page.path}>
                <a
                  href={page.path}
                  aria-current={path.value === page.path ? "page" : undefined}
                >
                  {page.title()}
                </a>
              </li>
            ))}
          </ul>
        )
        : null}
    </div>
  );
}

function Preferences(): VNode {
  const { user } = knowledge.value;
  return (
    <div class="preferences">
      <SelectField
        label={text("language")}
        value={language.value}
        choices={[{ value: "es", label: "Español" }, {
          value: "en",
          label: "English",
        }]}
        onInput={(value) => language.value = value as Language}
      />
      <SelectField
        label={text("theme")}
        value={theme.value}
        choices={[
          { value: "auto", label: text("themeAuto") },
          { value: "light", label: text("themeLight") },
          { value: "dark", label: text("themeDark") },
        ]}
        onInput={(value) => theme.value = value as Theme}
      />
      {user === null ? <p class="hint">{text("nobody")}</p> : (
        <p class="who">
          <strong>{user.fullName}</strong>
          <span>{text(user.role)}</span>
          <Button onClick={() => void signOut()}>{text("signOut")}</Button>
        </p>
      )}
    </div>
  );
}
