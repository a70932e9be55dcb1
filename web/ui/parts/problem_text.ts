/**
 * Refusals in words: what happened and what to do about it.
 *
 * @module
 */
import { language } from "../base/i18n.ts";
import type { Problem } from "../base/http.ts";
import { text } from "./texts.ts";
import { problemsEs } from "./problems_es.ts";

/** A refusal in words. */
export interface ProblemText {
  /** What happened. */
  readonly title: string;
  /** More of it, or what to do; may be empty. */
  readonly detail: string;
}

/**
 * A refusal in the language shown now. The node speaks English, so in Spanish its codes are translated, and what it
 * says besides stands below.
 *
 * @param problem What the node or the connection said.
 * @returns Words.
 */
export function problemText(problem: Problem): ProblemText {
  if (problem.code === "unreachable") {
    return { title: text("unreachable"), detail: text("unreachableHelp") };
  }
  const fields = (problem.errors ?? [])
    .map(({ path, message }) => path === "" ? message : `${path}: ${message}`);
  const detail = [problem.detail, ...fields].filter((line) => line !== "")
    .join("\n");
  if (language.value === "en") return { title: problem.title, detail };
  return { title: problemsEs[problem.code] ?? problem.title, detail };
}
