/**
 * Forms: one action, one press, a clear result.
 *
 * @module
 */
import type { ComponentChildren, VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Answer, Problem } from "../base/http.ts";
import { Button } from "./button.tsx";
import { tellDone } from "./notices.tsx";
import { ProblemPanel } from "./states.tsx";
import { text } from "./texts.ts";

/** An action of a person and what came of it. */
export interface Action {
  /** True while it is under way. */
  readonly busy: boolean;
  /** Why it was refused last; undefined if it was not. */
  readonly problem: Problem | undefined;
  /**
   * Does it, unless it is under way.
   *
   * @param work Asks the node.
   * @param done What is said when it was done; nothing if left out.
   * @returns What the node answered; undefined if it was refused or was under way.
   */
  run<T>(
    work: () => Promise<Answer<T>>,
    done?: string | ((value: T) => string),
  ): Promise<T | undefined>;
  /** Forgets what came of it. */
  clear(): void;
}

/**
 * An action of a component.
 *
 * @returns The action.
 */
export function useAction(): Action {
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  return {
    busy: busy.value,
    problem: problem.value,
    clear: () => void (problem.value = undefined),
    async run(work, done) {
      if (busy.peek()) return undefined;
      busy.value = true;
      problem.value = undefined;
      const answer = await work();
      busy.value = false;
      if (!answer.ok) {
        problem.value = answer.problem;
        return undefined;
      }
      if (done !== undefined) {
        tellDone(typeof done === "string" ? done : done(answer.value));
      }
      return answer.value;
    },
  };
}

/** A form. */
export interface FormProps {
  readonly children: ComponentChildren;
  /** What its button says. */
  readonly submit: string;
  readonly action: Action;
  readonly onSubmit: () => void;
  /** Shows a second button that gives it up. */
  readonly onCancel?: () => void;
  readonly danger?: boolean;
  readonly disabled?: boolean;
}

/**
 * A form with its button below and what was refused above it. Enter submits.
 *
 * @param props The form.
 * @returns A `form`.
 */
export function Form(props: FormProps): VNode {
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        props.onSubmit();
      }}
    >
      {props.children}
      {props.action.problem === undefined
        ? null
        : <ProblemPanel problem={props.action.problem} />}
      <div class="actions">
        {props.onCancel === undefined
          ? null
          : <Button onClick={props.onCancel}>{text("cancel")}</Button>}
        <Button
          submit
          kind={props.danger === true ? "danger" : "primary"}
          busy={props.action.busy}
          disabled={props.disabled === true}
        >
          {props.submit}
        </Button>
      </div>
    </form>
  );
}
