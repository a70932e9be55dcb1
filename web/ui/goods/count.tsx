/**
 * Counting many products in a row: scan or find, say how many are there, send.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Product } from "../wire_types.ts";
import { type Answer, change, type Problem, read } from "../base/http.ts";
import { newId } from "../base/ids.ts";
import { ownSite } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { CheckField } from "../parts/field.tsx";
import { tellDone } from "../parts/notices.tsx";
import { Badge, Section } from "../parts/page.tsx";
import { Empty, Panel } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { ProductFinder } from "./finder.tsx";
import { isUnsure } from "../base/intent.ts";
import { kept } from "./kept.ts";
import { LineList } from "./line_list.tsx";
import {
  type Line,
  parseLines,
  quantityOf,
  without,
  withProduct,
  withTyped,
} from "./lines.ts";
import { productPath } from "./product_path.ts";
import { quantityText } from "./quantity.ts";
import { scopeOfSite } from "./receive.tsx";
import { MASTER, SiteField } from "./scope.tsx";
import { text } from "./texts.ts";

/** A count that is under way. */
interface Count {
  readonly site: string;
  readonly lines: readonly Line[];
  /** Whether what is expected is shown, by product; a blind count is the better one. */
  readonly open: boolean;
}

/** What a count came to. */
interface Counted {
  readonly line: Line;
  readonly difference: number;
}

function parseCount(value: unknown): Count | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { site, lines, open } = value as Partial<Count>;
  if (typeof site !== "string") return undefined;
  return { site, lines: parseLines(lines), open: open === true };
}

const FRESH: Count = { site: "", lines: [], open: false };
const count = kept("panal.goods.count", parseCount, FRESH);

/** Results shown below; older ones stand in the journal. */
const RESULTS_MAX = 100;

/** The counting mode. */
export function CountStock(): VNode {
  const { lines, open } = count.signal.value;
  const site = count.signal.value.site || (ownSite.value ?? MASTER);
  const scope = scopeOfSite(site);
  const tried = useSignal(false);
  const busy = useSignal(false);
  const problems = useSignal<ReadonlyMap<string, Problem>>(new Map());
  const expected = useSignal<ReadonlyMap<string, number>>(new Map());
  const results = useSignal<readonly Counted[]>([]);
  const set = (part: Partial<Count>) =>
    count.set({ ...count.signal.peek(), site, ...part });

  function add(product: Product): void {
    set({ lines: withProduct(count.signal.peek().lines, product) });
    expected.value = new Map(expected.peek()).set(
      product.product,
      product.onHand,
    );
  }

  async function expect(): Promise<void> {
    const found = new Map<string, number>();
    for (const { product } of count.signal.peek().lines) {
      const answer = await read<Product>(productPath(scope, product));
      if (answer.ok) found.set(product, answer.value.onHand);
    }
    expected.value = found;
  }

  async function send(some: readonly Line[]): Promise<void> {
    tried.value = true;
    if (busy.value || some.some((line) => quantityOf(line) === undefined)) {
      return;
    }
    busy.value = true;
    problems.value = new Map();
    let sent = 0;
    for (const line of some) {
      const answer = await sendLine(site, line);
      if (answer.ok) {
        sent += 1;
        results.value = [
          { line, difference: answer.value.difference },
          ...results.value,
        ].slice(0, RESULTS_MAX);
        set({ lines: without(count.signal.peek().lines, line.product) });
      } else {
        problems.value = new Map(problems.value).set(
          line.product,
          answer.problem,
        );
        if (!isUnsure(answer)) set({ lines: renewed(line) });
        if (answer.problem.status === 0) break;
      }
    }
    busy.value = false;
    if (sent > 0) tellDone(text("countsSent", { count: sent }));
    if (problems.value.size === 0) tried.value = false;
  }

  return (
    <>
      <Section title={text("counting")}>
        <p class="muted">{text("countHelp")}</p>
        <div class="columns goods-pair">
          <SiteField
            label={text("countAt")}
            value={site}
            onInput={(value) => set({ site: value })}
          />
          <CheckField
            label={text("showExpected")}
            hint={text("showExpectedHint")}
            value={open}
            onInput={(value) => {
              set({ open: value });
              if (value) void expect();
            }}
          />
        </div>
        <ProductFinder scope={scope} onFound={add} />
        {lines.length === 0
          ? <Empty icon="goods" title={text("noCounts")} />
          : (
            <LineList
              lines={lines}
              label={text("counted")}
              least={0}
              tried={tried.value}
              problems={problems.value}
              onTyped={(product, typed) =>
                set({ lines: withTyped(lines, product, typed) })}
              onRemove={(product) => set({ lines: without(lines, product) })}
              extra={(line) => (
                <span class="goods-line-extra">
                  {open
                    ? (
                      <span class="muted">
                        {text("expected", {
                          quantity: expectedText(expected.value, line),
                        })}
                      </span>
                    )
                    : null}
                  <Button
                    disabled={busy.value}
                    onClick={() => void send([line])}
                  >
                    {text("send")}
                  </Button>
                </span>
              )}
            />
          )}
        <div class="actions goods-end">
          <span class="hint">{text("keptHint")}</span>
          <Button
            kind="primary"
            busy={busy.value}
            disabled={lines.length === 0}
            onClick={() => void send(lines)}
          >
            {lines.length === 0
              ? text("sendCount")
              : text("sendCounts", { count: lines.length })}
          </Button>
        </div>
      </Section>
      <Results results={results.value} />
    </>
  );
}

function expectedText(
  expected: ReadonlyMap<string, number>,
  { product, unit }: Line,
): string {
  const quantity = expected.get(product);
  return quantity === undefined ? "?" : quantityText(quantity, unit);
}

function sendLine(
  site: string,
  line: Line,
): Promise<Answer<{ readonly difference: number }>> {
  return change("POST", "/v1/stock/counts", {
    ...{ id: line.id, site, product: line.product },
    counted: quantityOf(line),
  });
}

/** A line that was refused is another count when it is sent again. */
function renewed({ product }: Line): readonly Line[] {
  return count.signal.peek().lines.map((line) =>
    line.product === product ? { ...line, id: newId() } : line
  );
}

function Results(
  { results }: { readonly results: readonly Counted[] },
): VNode | null {
  if (results.length === 0) return null;
  const apart = results.filter(({ difference }) => difference !== 0).length;
  return (
    <Section title={text("countResults")}>
      <Panel kind={apart === 0 ? "good" : "warn"}>
        {apart === 0
          ? text("countsRight")
          : text("countsApart", { count: apart })}
      </Panel>
      <Table<Counted>
        label={text("countResults")}
        rows={results}
        rowKey={({ line }) => line.id}
        columns={[{
          key: "name",
          title: text("name"),
          width: "minmax(8rem, 2fr)",
          cell: ({ line }) => line.name,
        }, {
          key: "counted",
          title: text("counted"),
          align: "end",
          cell: ({ line }) => quantityText(quantityOf(line) ?? 0, line.unit),
        }, {
          key: "difference",
          title: text("difference"),
          align: "end",
          cell: ({ line, difference }) => (
            <Badge kind={difference === 0 ? "good" : "warn"}>
              {difference > 0 ? "+" : ""}
              {quantityText(difference, line.unit)}
            </Badge>
          ),
        }]}
      />
    </Section>
  );
}
