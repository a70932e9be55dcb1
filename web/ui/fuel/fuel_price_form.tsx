/**
 * Setting fuel prices, now or from an instant on.
 *
 * @module
 */
import type { VNode } from "preact";
import { type Signal, useSignal } from "@preact/signals";
import type { FuelPrices } from "../wire_types.ts";
import { change } from "../base/http.ts";
import { newId } from "../base/ids.ts";
import { knowledge } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { CheckField, TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { decimalOf } from "./quantities.ts";
import { text } from "./texts.ts";

/** What a person types for one fuel; empty leaves its price as it is. */
interface Line {
  readonly fuel: string;
  readonly now: string;
  readonly price: string;
}

const USUAL = ["93", "95", "97", "diesel"];
/** The longest origin that the node keeps. */
const ORIGIN_MAX = 64;

function linesOf(prices: FuelPrices | undefined): Line[] {
  const known = (prices?.prices ?? []).map(({ fuel, price }) => ({
    fuel,
    now: price.amount,
    price: "",
  }));
  return known.length > 0
    ? known
    : USUAL.map((fuel) => ({ fuel, now: "", price: "" }));
}

/**
 * Asks for prices.
 *
 * @param props The site, others at which they may be set as well, and what holds now.
 * @returns A dialog.
 */
export function FuelPriceForm(
  { site, sites, prices, onClose, onDone }: {
    readonly site: string;
    readonly sites: readonly string[];
    readonly prices: FuelPrices | undefined;
    readonly onClose: () => void;
    readonly onDone: () => void;
  },
): VNode {
  const id = useSignal(newId());
  const lines = useSignal<readonly Line[]>(linesOf(prices));
  const everywhere = useSignal(false);
  const from = useSignal("");
  const tried = useSignal(false);
  const action = useAction();
  const typed = lines.value.filter(({ price }) => price.trim() !== "");
  const wrong = typed.length === 0 ||
    typed.some(({ fuel, price }) =>
      decimalOf(price) === undefined || fuel.trim() === ""
    );
  const submit = async () => {
    tried.value = true;
    if (wrong) return;
    const done = await action.run(
      () =>
        change("POST", "/v1/fuel-prices", {
          ...(everywhere.value
            ? { sites }
            : { id: id.value, scope: `site:${site}` }),
          prices: typed.map(({ fuel, price }) => ({
            fuel: fuel.trim(),
            price: decimalOf(price),
          })),
          ...(from.value === ""
            ? {}
            : { effectiveAt: new Date(from.value).toISOString() }),
          origin: (knowledge.value.user?.name ?? "panal").slice(0, ORIGIN_MAX),
        }),
      text(from.value === "" ? "pricesSet" : "pricesScheduled"),
    );
    if (done === undefined) return;
    onDone();
    onClose();
  };
  return (
    <Dialog title={`${text("setPrices")} · ${site}`} onClose={onClose}>
      <Form
        submit={text(from.value === "" ? "setNow" : "schedule")}
        action={action}
        onCancel={onClose}
        onSubmit={() => void submit()}
      >
        <p class="hint">{text("setPricesHint")}</p>
        <Lines lines={lines} tried={tried.value} />
        <TextField
          label={text("from")}
          hint={text("fromHint")}
          type="datetime-local"
          value={from.value}
          onInput={(value) => from.value = value}
        />
        {sites.length > 1
          ? (
            <CheckField
              label={text("everywhere", { count: sites.length })}
              value={everywhere.value}
              onInput={(value) => everywhere.value = value}
            />
          )
          : null}
      </Form>
    </Dialog>
  );
}

function Lines(
  { lines, tried }: {
    readonly lines: Signal<readonly Line[]>;
    readonly tried: boolean;
  },
): VNode {
  const set = (at: number, part: Partial<Line>) =>
    lines.value = lines.value.map((line, i) =>
      i === at ? { ...line, ...part } : line
    );
  const nothing = lines.value.every(({ price }) => price.trim() === "");
  return (
    <>
      {lines.value.map(({ fuel, now, price }, i) => (
        <div key={i} class="fuel-line">
          {now === "" && !USUAL.includes(fuel)
            ? (
              <TextField
                label={text("fuel")}
                value={fuel}
                maxLength={64}
                onInput={(value) => set(i, { fuel: value })}
              />
            )
            : null}
          <TextField
            label={text("priceOf", { fuel: fuel === "" ? "…" : fuel })}
            {...(now === "" ? {} : { hint: text("priceIs", { now }) })}
            value={price}
            mode="decimal"
            error={tried && (nothing ? i === 0 : price.trim() !== "" &&
                decimalOf(price) === undefined)
              ? text("notPrice")
              : undefined}
            onInput={(value) =>
              set(i, { price: value })}
          />
        </div>
      ))}
      <Button
        icon="plus"
        onClick={() =>
          lines.value = [...lines.value, { fuel: "", now: "", price: "" }]}
      >
        {text("anotherFuel")}
      </Button>
    </>
  );
}
