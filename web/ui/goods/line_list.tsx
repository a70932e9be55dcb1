/**
 * The lines that a person collects: a quantity each, and taking one out.
 *
 * @module
 */
import type { ComponentChildren, VNode } from "preact";
import type { Problem } from "../base/http.ts";
import { Button } from "../parts/button.tsx";
import { TextField } from "../parts/field.tsx";
import { ProblemPanel } from "../parts/states.tsx";
import { type Line, quantityOf } from "./lines.ts";
import { unitSign } from "./quantity.ts";
import { text } from "./texts.ts";

/** Lines with their fields. */
export function LineList(
  { lines, label, least, tried, onTyped, onRemove, extra, problems }: {
    readonly lines: readonly Line[];
    /** What the quantity is, e.g. what was counted. */
    readonly label: string;
    /** The least quantity of a line. */
    readonly least: number;
    readonly tried: boolean;
    readonly onTyped: (product: string, typed: string) => void;
    readonly onRemove: (product: string) => void;
    /** What stands beside a line's quantity. */
    readonly extra?: (line: Line) => ComponentChildren;
    /** Why lines were refused, by product. */
    readonly problems?: ReadonlyMap<string, Problem>;
  },
): VNode {
  return (
    <ul class="goods-lines">
      {lines.map((line) => {
        const quantity = quantityOf(line);
        const wrong = quantity === undefined || quantity < least;
        const problem = problems?.get(line.product);
        return (
          <li key={line.product}>
            <div class="goods-line-name">
              <strong>{line.name}</strong>
              <span class="mono muted">{line.product}</span>
            </div>
            <TextField
              label={`${label} (${unitSign(line.unit)}): ${line.name}`}
              quiet
              mode="decimal"
              value={line.typed}
              error={tried && wrong ? text("notQuantity") : undefined}
              onInput={(typed) => onTyped(line.product, typed)}
            />
            <span class="muted">{unitSign(line.unit)}</span>
            <Button
              kind="quiet"
              icon="trash"
              label={text("takeOut", { name: line.name })}
              onClick={() => onRemove(line.product)}
            />
            {extra?.(line)}
            {problem === undefined ? null : (
              <div class="goods-line-problem">
                <ProblemPanel problem={problem} />
              </div>
            )}
          </li>
        );
      })}
    </ul>
  );
}
