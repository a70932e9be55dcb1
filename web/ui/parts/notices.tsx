/**
 * Short notices of what an action came to, at the edge of the window.
 *
 * @module
 */
import type { VNode } from "preact";
import { type Signal, signal } from "@preact/signals";
import type { Problem } from "../base/http.ts";
import { Button } from "./button.tsx";
import { problemText } from "./problem_text.ts";
import { text } from "./texts.ts";

interface Notice {
  readonly number: number;
  readonly kind: "good" | "bad";
  readonly title: string;
  readonly detail: string;
}

/** The most notices shown at once; older ones go. */
const NOTICES_MAX = 4;
/** Milliseconds that good news stays; bad news stays until it is closed. */
const SHOWN_MS = 6_000;

const notices: Signal<readonly Notice[]> = signal([]);
let last = 0;

function add(notice: Omit<Notice, "number">): number {
  last += 1;
  notices.value = [...notices.value, { ...notice, number: last }]
    .slice(-NOTICES_MAX);
  return last;
}

function drop(number: number): void {
  notices.value = notices.value.filter((notice) => notice.number !== number);
}

/**
 * Says that something was done.
 *
 * @param title What was done, in the past tense.
 * @param detail More of it.
 */
export function tellDone(title: string, detail = ""): void {
  const number = add({ kind: "good", title, detail });
  setTimeout(() => drop(number), SHOWN_MS);
}

/**
 * Says that something was refused or failed.
 *
 * @param problem Why.
 */
export function tellProblem(problem: Problem): void {
  add({ kind: "bad", ...problemText(problem) });
}

/** Where notices are shown. */
export function Notices(): VNode {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ number, kind, title, detail }) => (
        <div key={number} class={`notice ${kind}`}>
          <div>
            <strong>{title}</strong>
            {detail === "" ? null : <p>{detail}</p>}
          </div>
          <Button
            kind="quiet"
            icon="close"
            label={text("close")}
            onClick={() =>
              drop(number)}
          />
        </div>
      ))}
    </div>
  );
}
