/**
 * What pages are made of: a heading with actions, sections, figures, labels of states, tabs.
 *
 * @module
 */
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { setQuery } from "../base/location.ts";

/** A page. */
export interface PageProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** Buttons and links beside the heading. */
  readonly actions?: ComponentChildren;
  /** Below the heading: how fresh the figures are, for example. */
  readonly note?: ComponentChildren;
}

/**
 * A page's heading and content; it names the window.
 *
 * @param props What it shows.
 * @returns The page.
 */
export function Page({ title, children, actions, note }: PageProps): VNode {
  useEffect(() => {
    document.title = `${title} · Panal`;
  }, [title]);
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{title}</h1>
          {note}
        </div>
        <div class="actions">{actions}</div>
      </header>
      {children}
    </>
  );
}

/** A part of a page with a heading of its own. */
export function Section(
  { title, children, actions }: {
    readonly title: string;
    readonly children: ComponentChildren;
    readonly actions?: ComponentChildren;
  },
): VNode {
  return (
    <section class="card">
      <header>
        <h2>{title}</h2>
        <div class="actions">{actions}</div>
      </header>
      {children}
    </section>
  );
}

/** One figure: what it is, how much, and what to compare it with. */
export function Figure(
  { label, value, note, kind, href }: {
    readonly label: string;
    readonly value: ComponentChildren;
    readonly note?: ComponentChildren;
    readonly kind?: "good" | "warn" | "bad";
    /** Where more of it is shown. */
    readonly href?: string;
  },
): VNode {
  const inner = (
    <>
      <span class="label">{label}</span>
      <span class="value">{value}</span>
      {note === undefined ? null : <span class="note">{note}</span>}
    </>
  );
  return href === undefined
    ? <div class={`figure ${kind ?? ""}`}>{inner}</div>
    : <a class={`figure ${kind ?? ""}`} href={href}>{inner}</a>;
}

/** Figures side by side. */
export function Figures(
  { children }: { readonly children: ComponentChildren },
): VNode {
  return <div class="figures">{children}</div>;
}

/** A state in a word; the color only repeats what the word says. */
export function Badge(
  { kind = "plain", children }: {
    readonly kind?: "plain" | "good" | "warn" | "bad" | "info";
    readonly children: ComponentChildren;
  },
): VNode {
  return <span class={`badge ${kind}`}>{children}</span>;
}

/** Names and values, below each other. */
export function Facts(
  { rows }: {
    readonly rows: readonly (readonly [string, ComponentChildren])[];
  },
): VNode {
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** On a phone tabs scroll: the chosen one is in view. */
function showTab(tab: HTMLElement | null): void {
  const nav = tab?.parentElement;
  if (tab === null || nav === null || nav === undefined) return;
  const before = (nav.clientWidth - tab.clientWidth) / 2;
  nav.scrollLeft = tab.offsetLeft - nav.offsetLeft - before;
}

/**
 * Tabs, of which one is chosen by the query's `tab`.
 *
 * @param props The tabs, and which one is shown.
 * @returns Buttons in a row.
 */
export function Tabs(
  { label, tabs, chosen, name = "tab" }: {
    readonly label: string;
    readonly tabs: readonly { readonly key: string; readonly title: string }[];
    readonly chosen: string;
    /** The name in the query. */
    readonly name?: string;
  },
): VNode {
  const row = useRef<HTMLElement>(null);
  // On a phone the row is wider than the window.
  useEffect(() => {
    const shown = row.current?.querySelector<HTMLElement>("[aria-current]");
    if (row.current === null || shown === null || shown === undefined) return;
    row.current.scrollLeft = shown.offsetLeft - row.current.offsetLeft -
      (row.current.clientWidth - shown.offsetWidth) / 2;
  }, [chosen]);
  return (
    <nav class="tabs" aria-label={label} ref={row}>
      {tabs.map(({ key, title }) => (
        <button
          type="button"
          key={key}
          aria-current={key === chosen ? "page" : undefined}
          ref={key === chosen ? showTab : null}
          onClick={() => setQuery({ [name]: key })}
        >
          {title}
        </button>
      ))}
    </nav>
  );
}
