/**
 * Dialogs: the browser's own, which keep the focus inside and close by Escape.
 *
 * @module
 */
import type { ComponentChildren, VNode } from "preact";
import { type Signal, signal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { Button } from "./button.tsx";
import { text } from "./texts.ts";

/** What a dialog shows. */
export interface DialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** Is called when it was closed, by whatever. */
  readonly onClose: () => void;
  /** At the right edge, as tall as the window: for details of a row. */
  readonly side?: boolean;
}

/**
 * A dialog, open while it is rendered.
 *
 * @param props What it shows.
 * @returns A modal `dialog`.
 */
export function Dialog(
  { title, children, onClose, side = false }: DialogProps,
): VNode {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      class={side ? "side" : ""}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header>
        <h2 id={id}>{title}</h2>
        <Button
          kind="quiet"
          icon="close"
          label={text("close")}
          onClick={onClose}
        />
      </header>
      <div class="body">{children}</div>
    </dialog>
  );
}

interface Question {
  readonly title: string;
  readonly detail: string;
  readonly action: string;
  readonly danger: boolean;
  readonly answer: (yes: boolean) => void;
}

const question: Signal<Question | undefined> = signal(undefined);

/**
 * Asks whether something is meant.
 *
 * @param title The question.
 * @param options What follows from it, and the word on the button that does it.
 * @returns True if so.
 */
export function confirmed(
  title: string,
  options: {
    readonly detail?: string;
    readonly action: string;
    readonly danger?: boolean;
  },
): Promise<boolean> {
  question.value?.answer(false);
  return new Promise((resolve) => {
    question.value = {
      title,
      detail: options.detail ?? "",
      action: options.action,
      danger: options.danger ?? false,
      answer: (yes) => {
        question.value = undefined;
        resolve(yes);
      },
    };
  });
}

/** Where questions are shown. */
export function Questions(): VNode | null {
  const asked = question.value;
  if (asked === undefined) return null;
  return (
    <Dialog title={asked.title} onClose={() => asked.answer(false)}>
      {asked.detail === "" ? null : <p>{asked.detail}</p>}
      <div class="actions">
        <Button onClick={() => asked.answer(false)}>{text("cancel")}</Button>
        <Button
          kind={asked.danger ? "danger" : "primary"}
          onClick={() => asked.answer(true)}
        >
          {asked.action}
        </Button>
      </div>
    </Dialog>
  );
}
