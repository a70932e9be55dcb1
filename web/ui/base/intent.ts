/**
 * What a person means to do once: it keeps its id until the node has answered, so that a repeat after no answer counts
 * once.
 *
 * @module
 */
import { useRef } from "preact/hooks";
import type { Answer } from "./http.ts";
import { newId } from "./ids.ts";

/** Something meant once. */
export interface Intent {
  /**
   * Asks the node with this intent's id. After an answer the next asking is a new intent.
   *
   * @param work Asks with the id.
   * @returns What the node answered.
   */
  ask<T>(work: (id: string) => Promise<Answer<T>>): Promise<Answer<T>>;
}

/** Whether after an answer nobody knows if something was recorded. */
export function isUnsure<T>(answer: Answer<T>): boolean {
  return !answer.ok &&
    (answer.problem.status === 0 || answer.problem.status >= 500);
}

/** An intent of a component. */
export function useIntent(): Intent {
  const id = useRef<string | undefined>(undefined);
  return {
    async ask(work) {
      id.current ??= newId();
      const answer = await work(id.current);
      if (!isUnsure(answer)) id.current = undefined;
      return answer;
    },
  };
}
