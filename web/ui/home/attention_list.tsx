/**
 * What needs attention, as a list of links.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Problem } from "../base/http.ts";
import { Icon } from "../parts/icon.tsx";
import { Section } from "../parts/page.tsx";
import { Loading, Panel } from "../parts/states.tsx";
import { problemText } from "../parts/problem_text.ts";
import type { Attention } from "./attention.ts";
import { text } from "./texts.ts";

/**
 * What needs attention.
 *
 * @param props What was found; why something could not be looked at; whether all was looked at.
 * @returns A part of the start page.
 */
export function AttentionList(
  { found, problem, complete }: {
    readonly found: readonly Attention[];
    readonly problem: Problem | undefined;
    readonly complete: boolean;
  },
): VNode {
  return (
    <Section title={text("attention")}>
      {problem === undefined ? null : (
        <Panel kind="warn">
          <strong>{text("attentionPart")}</strong> {problemText(problem).title}
        </Panel>
      )}
      {found.length > 0
        ? (
          <ul class="home-attention">
            {found.map(({ key, kind, title, detail, href }) => (
              <li key={key}>
                <a href={href} class={kind}>
                  <Icon name="warn" />
                  <span>
                    <strong>{title}</strong>
                    <small>{detail}</small>
                  </span>
                  <Icon name="right" />
                </a>
              </li>
            ))}
          </ul>
        )
        : complete
        ? <Panel kind="good">{text("attentionNone")}</Panel>
        : problem === undefined
        ? <Loading />
        : null}
    </Section>
  );
}
