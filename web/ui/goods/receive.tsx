/**
 * Taking a delivery in.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { change } from "../base/http.ts";
import { newId } from "../base/ids.ts";
import { ownSite } from "../base/session.ts";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
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
import { MASTER, MESH, SiteField } from "./scope.tsx";
import { text } from "./texts.ts";

/** A delivery that is being taken in. */
interface Delivery {
  readonly id: string;
  readonly site: string;
  readonly note: string;
  readonly lines: readonly Line[];
}

function freshDelivery(site = ""): Delivery {
  return { id: newId(), site, note: "", lines: [] };
}

function parseDelivery(value: unknown): Delivery | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { id, site, note, lines } = value as Partial<Delivery>;
  if (typeof id !== "string" || typeof site !== "string") return undefined;
  return {
    ...{ id, site },
    note: typeof note === "string" ? note : "",
    lines: parseLines(lines),
  };
}

const delivery = kept("panal.goods.delivery", parseDelivery, freshDelivery());

/** The scope whose products a site takes in. */
export function scopeOfSite(site: string): string {
  return site === MASTER ? MESH : `site:${site}`;
}

/** Takes in a delivery of many products. */
export function Receive(): VNode {
  const tried = useSignal(false);
  const action = useAction();
  const { id, note, lines } = delivery.signal.value;
  const site = delivery.signal.value.site || (ownSite.value ?? MASTER);
  const set = (part: Partial<Delivery>) =>
    delivery.set({ ...delivery.signal.peek(), site, ...part });
  const wrong = lines.length === 0 ||
    lines.some((line) => (quantityOf(line) ?? 0) < 1);

  async function submit(): Promise<void> {
    tried.value = true;
    if (wrong) return;
    const done = await action.run(async () => {
      const answer = await change("POST", "/v1/stock/receipts", {
        ...{ id, site },
        lines: lines.map((line) => ({
          product: line.product,
          quantity: quantityOf(line),
        })),
        ...(note.trim() === "" ? {} : { note: note.trim() }),
      });
      // Another try after a refusal is another delivery; after no answer it is the same.
      if (!answer.ok && !isUnsure(answer)) set({ id: newId() });
      return answer;
    }, text("received", { count: lines.length }));
    if (done === undefined) return;
    tried.value = false;
    delivery.set(freshDelivery(site));
  }

  return (
    <div class="card">
      <Form
        submit={text("receive")}
        action={action}
        onSubmit={() => void submit()}
        disabled={lines.length === 0}
      >
        <div class="columns goods-pair">
          <SiteField
            label={text("arrivesAt")}
            value={site}
            onInput={(value) => set({ site: value })}
          />
          <TextField
            label={text("note")}
            hint={text("deliveryNoteHint")}
            value={note}
            maxLength={200}
            onInput={(value) => set({ note: value })}
          />
        </div>
        <ProductFinder
          scope={scopeOfSite(site)}
          onFound={(product) =>
            set({ lines: withProduct(delivery.signal.peek().lines, product) })}
        />
        {lines.length === 0
          ? <Empty icon="goods" title={text("noLines")} />
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
        <p class="hint">{text("keptHint")}</p>
      </Form>
    </div>
  );
}
