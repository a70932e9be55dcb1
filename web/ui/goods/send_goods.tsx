/**
 * Sending goods to another site.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { change } from "../base/http.ts";
import { newId } from "../base/ids.ts";
import { isNode, ownSite } from "../base/session.ts";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { Section } from "../parts/page.tsx";
import { Empty } from "../parts/states.tsx";
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
import { SiteField, sitesOf, usePeers, useReadSites } from "./scope.tsx";
import { text } from "./texts.ts";

/** A transfer that is being put together. */
interface Sending {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly note: string;
  readonly lines: readonly Line[];
}

function freshSending(from = ""): Sending {
  return { id: newId(), from, to: "", note: "", lines: [] };
}

function parseSending(value: unknown): Sending | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { id, from, to, note, lines } = value as Partial<Sending>;
  const texts = [id, from, to, note];
  if (texts.some((one) => typeof one !== "string")) return undefined;
  return { ...freshSending(), ...value, lines: parseLines(lines) };
}

const sending = kept("panal.goods.sending", parseSending, freshSending());

/** Where the goods go: a site that is known, or any that somebody types. */
function ToField(
  { value, wrong, onInput }: {
    readonly value: string;
    readonly wrong: boolean;
    readonly onInput: (site: string) => void;
  },
): VNode {
  const known = [...sitesOf(usePeers()), ...useReadSites()];
  const sites = [...new Set(known)].filter((site) => site !== ownSite.value);
  return (
    <TextField
      label={text("goesTo")}
      hint={text("goesToHint")}
      value={value}
      maxLength={12}
      options={sites}
      error={wrong ? text("notOtherSite") : undefined}
      onInput={onInput}
    />
  );
}

/** Sends goods to another site. */
export function SendGoods({ onSent }: { readonly onSent: () => void }): VNode {
  const tried = useSignal(false);
  const action = useAction();
  const { id, to, note, lines } = sending.signal.value;
  const from = sending.signal.value.from || (ownSite.value ?? "");
  const set = (part: Partial<Sending>) =>
    sending.set({ ...sending.signal.peek(), from, ...part });
  const site = to.trim().toUpperCase();
  const wrongSite = !/^[A-Z0-9]{2,12}$/.test(site) || site === from;
  const wrong = wrongSite || from === "" || lines.length === 0 ||
    lines.some((line) => (quantityOf(line) ?? 0) < 1);

  async function submit(): Promise<void> {
    tried.value = true;
    if (wrong) return;
    const done = await action.run(async () => {
      const answer = await change("POST", "/v1/transfers", {
        ...{ id, from, to: site, note: note.trim() },
        lines: lines.map((line) => ({
          product: line.product,
          quantity: quantityOf(line),
        })),
      });
      if (!answer.ok && !isUnsure(answer)) set({ id: newId() });
      return answer;
    }, text("goodsSent", { site }));
    if (done === undefined) return;
    tried.value = false;
    sending.set(freshSending(from));
    onSent();
  }

  return (
    <Section title={text("sendGoods")}>
      <p class="muted">{text("sendHelp")}</p>
      <Form
        submit={text("sendGoods")}
        action={action}
        onSubmit={() => void submit()}
        disabled={lines.length === 0}
      >
        <div class="columns goods-pair">
          {isNode("office")
            ? (
              <SiteField
                label={text("leavesFrom")}
                value={from}
                all
                onInput={(value) => set({ from: value })}
              />
            )
            : null}
          <ToField
            value={to}
            wrong={tried.value && wrongSite}
            onInput={(value) => set({ to: value })}
          />
          <TextField
            label={text("note")}
            value={note}
            maxLength={200}
            onInput={(value) => set({ note: value })}
          />
        </div>
        {from === "" ? null : (
          <ProductFinder
            scope={`site:${from}`}
            onFound={(product) =>
              set({ lines: withProduct(sending.signal.peek().lines, product) })}
          />
        )}
        {lines.length === 0
          ? <Empty icon="goods" title={text("noSending")} />
          : (
            <LineList
              lines={lines}
              label={text("quantity")}
              least={1}
              tried={tried.value}
              onTyped={(product, typed) =>
                set({ lines: withTyped(lines, product, typed) })}
              onRemove={(product) => set({ lines: without(lines, product) })}
            />
          )}
      </Form>
    </Section>
  );
}
