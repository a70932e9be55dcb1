/**
 * Keys that do what a page's buttons do, listed for whoever asks with `?`.
 *
 * @module
 */
import type { VNode } from "preact";
import { type Signal, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Dialog } from "./dialog.tsx";
import { text } from "./texts.ts";

/** A key and what it does. */
export interface Shortcut {
  /** As `KeyboardEvent.key` names it, e.g. `F2`, or with `Ctrl+` before it. */
  readonly key: string;
  readonly label: string;
  readonly run: () => void;
}

const listed: Signal<readonly Shortcut[]> = signal([]);
const asked: Signal<boolean> = signal(false);

function keyOf(event: KeyboardEvent): string {
  return event.ctrlKey || event.metaKey ? `Ctrl+${event.key}` : event.key;
}

function isTyping(event: KeyboardEvent): boolean {
  return event.target instanceof HTMLElement &&
    event.target.matches("input, textarea, select, [contenteditable]");
}

function isInDialog(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

/**
 * Keys of the page that is shown. Keys that write a letter do nothing while somebody types, and none does anything while
 * a dialog is open.
 *
 * @param shortcuts The keys.
 */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    listed.value = shortcuts;
    function pressed(event: KeyboardEvent): void {
      if (event.defaultPrevented || isInDialog()) return;
      const key = keyOf(event);
      const found = latest.current.find((one) => one.key === key);
      if (found === undefined || key.length === 1 && isTyping(event)) return;
      event.preventDefault();
      found.run();
    }
    document.addEventListener("keydown", pressed);
    return () => {
      listed.value = [];
      document.removeEventListener("keydown", pressed);
    };
  }, []);
}

/** Shows the list of keys when somebody presses `?`. */
export function ShortcutHelp(): VNode | null {
  useEffect(() => {
    function pressed(event: KeyboardEvent): void {
      if (event.key === "?" && !isTyping(event) && !isInDialog()) {
        asked.value = true;
      }
    }
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
  if (!asked.value) return null;
  return (
    <Dialog title={text("shortcuts")} onClose={() => asked.value = false}>
      <dl class="facts">
        {listed.value.map(({ key, label }) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
