/**
 * One transfer: what left, what arrived, and taking it in.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Transfer } from "../wire_types.ts";
import { formatInstant } from "../base/format.ts";
import { change } from "../base/http.ts";
import { isNode, may, ownSite } from "../base/session.ts";
import { SelectField, TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { Facts } from "../parts/page.tsx";
import { Panel } from "../parts/states.tsx";
import { factRow } from "./fact_row.ts";
import type { Named } from "./names.ts";
import { quantityField, quantityText, typedQuantity } from "./quantity.ts";
import { text } from "./texts.ts";
import { isWhole, linesText } from "./transfer_text.ts";

/** What a transfer's details need to know of products. */
type Names = ReadonlyMap<string, Named>;

/** A transfer. */
export function TransferDetails(
  { transfer, names, onDone }: {
    readonly transfer: Transfer;
    readonly names: Names;
    readonly onDone: () => void;
  },
): VNode {
  const { from, to, at, note, lines, arrivals } = transfer;
  const sites = [to, from].filter((site) =>
    isNode("office") || site === ownSite.value
  );
  return (
    <>
      <Facts
        rows={[
          [text("leavesFrom"), from],
          [text("goesTo"), to],
          [text("sentAt"), formatInstant(at)],
          [text("note"), note === "" ? "–" : note],
          ...lines.map(({ product, quantity }) =>
            factRow(
              names.get(product)?.name ?? product,
              quantityText(quantity, names.get(product)?.unit),
            )
          ),
        ]}
      />
      {arrivals.map((one) => (
        <Panel key={one.fact} kind={isWhole(transfer) ? "good" : "warn"}>
          <strong>
            {text(one.site === to ? "arrivedAt" : "cameBackAt", {
              ...{ site: one.site, at: formatInstant(one.at) },
            })}
          </strong>
          <p>
            {one.lines.length === 0
              ? text("nothingArrived")
              : linesText(one.lines, names)}
          </p>
          {one.note === "" ? null : <p>{one.note}</p>}
        </Panel>
      ))}
      {arrivals.length > 1
        ? <Panel kind="warn">{text("arrivedTwice")}</Panel>
        : null}
      {arrivals.length > 0
        ? null
        : !may("supervisor")
        ? <p class="muted">{text("supervisorChanges")}</p>
        : sites.length === 0
        ? <p class="muted">{text("takenInThere", { site: to })}</p>
        : <TakeIn {...{ transfer, names, sites, onDone }} />}
    </>
  );
}

function TakeIn(
  { transfer, names, sites, onDone }: {
    readonly transfer: Transfer;
    readonly names: Names;
    readonly sites: readonly string[];
    readonly onDone: () => void;
  },
): VNode {
  const site = useSignal(sites[0] ?? "");
  const note = useSignal("");
  const tried = useSignal(false);
  const action = useAction();
  const unitOf = (product: string) => names.get(product)?.unit;
  const typed = useSignal<ReadonlyMap<string, string>>(
    new Map(
      transfer.lines.map(({ product, quantity }) =>
        [product, quantityField(quantity, unitOf(product))] as const
      ),
    ),
  );
  const lines = transfer.lines.map(({ product }) => ({
    product,
    quantity: typedQuantity(typed.value.get(product) ?? "", unitOf(product)),
  }));
  const isBack = site.value === transfer.from;

  async function submit(): Promise<void> {
    tried.value = true;
    if (lines.some(({ quantity }) => quantity === undefined)) return;
    // A transfer is taken in once, so a repeat after no answer changes nothing.
    const done = await action.run(
      () =>
        change("POST", `/v1/transfers/${transfer.id}/arrival`, {
          ...{ site: site.value, lines, note: note.value.trim() },
        }),
      text(isBack ? "cameBack" : "takenIn"),
    );
    if (done !== undefined) onDone();
  }

  return (
    <Form
      submit={text(isBack ? "takeInBack" : "takeIn")}
      action={action}
      onSubmit={() => void submit()}
      onCancel={onDone}
    >
      <SelectField
        label={text("arrivesAt")}
        hint={isBack ? text("backHelp") : text("takeInHelp")}
        value={site.value}
        choices={sites.map((one) => ({ value: one, label: one }))}
        onInput={(value) => site.value = value}
      />
      {lines.map(({ product, quantity }) => (
        <TextField
          key={product}
          label={names.get(product)?.name ?? product}
          mode="decimal"
          value={typed.value.get(product) ?? ""}
          error={tried.value && quantity === undefined
            ? text("notQuantity")
            : undefined}
          onInput={(value) =>
            typed.value = new Map(typed.value).set(product, value)}
        />
      ))}
      <TextField
        label={text("note")}
        value={note.value}
        maxLength={200}
        onInput={(value) => note.value = value}
      />
    </Form>
  );
}
