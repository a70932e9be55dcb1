/**
 * Where the browser is: the path says which page, the query what it shows, so that each view has an address that can be
 * kept, sent and gone back to.
 *
 * @module
 */
import {
  computed,
  type ReadonlySignal,
  type Signal,
  signal,
} from "@preact/signals";

const current: Signal<URL> = signal(new URL(location.href));

/** The path shown now. */
export const path: ReadonlySignal<string> = computed(() =>
  current.value.pathname
);

/** The query shown now. */
export const query: ReadonlySignal<URLSearchParams> = computed(() =>
  current.value.searchParams
);

globalThis.addEventListener("popstate", () => {
  current.value = new URL(location.href);
});

/**
 * Goes to another page of this node.
 *
 * @param to A path with its query.
 * @param options `replace` leaves no entry in the history.
 */
export function go(to: string, { replace = false } = {}): void {
  const url = new URL(to, location.href);
  if (replace) history.replaceState(null, "", url);
  else history.pushState(null, "", url);
  const moved = url.pathname !== current.value.pathname;
  current.value = url;
  if (moved) scrollTo(0, 0);
}

/**
 * Changes parts of the query of the page shown now.
 *
 * @param values New values; empty or undefined takes one out.
 */
export function setQuery(
  values: Readonly<Record<string, string | undefined>>,
): void {
  const url = new URL(current.value);
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === "") url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  go(url.pathname + url.search, { replace: true });
}

/** Follows links of this node without loading the page anew; all others stay the browser's. */
export function followLinks(): void {
  document.addEventListener("click", (event) => {
    const link = linkOf(event);
    if (link === undefined) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}

function linkOf(event: MouseEvent): HTMLAnchorElement | undefined {
  if (event.defaultPrevented || event.button !== 0) return undefined;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) {
    return undefined;
  }
  const link = event.target instanceof Element
    ? event.target.closest("a")
    : null;
  if (link === null || link.target !== "" || link.hasAttribute("download")) {
    return undefined;
  }
  const own = link.origin === location.origin &&
    !link.pathname.startsWith("/v1/");
  return own ? link : undefined;
}
