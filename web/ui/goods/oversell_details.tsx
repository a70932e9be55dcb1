/**
 * One sale of goods that are not there: what it was, and choosing what is done about it.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Oversell, OversellAcknowledgement } from "../wire_types.ts";
import { formatInstant } from "../base/format.ts";
import { change } from "../base/http.ts";
import { may } from "../base/session.ts";
import { SelectField, TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { Badge, Facts } from "../parts/page.tsx";
import { Panel } from "../parts/states.tsx";
import { useLevels } from "./levels.ts";
import { quantityText } from "./quantity.ts";
import { remedyText } from "./remedy_text.ts";
import { siteText } from "./scope.tsx";
import { factRow } from "./fact_row.ts";
import { text } from "./texts.ts";

type Remedy = Oversell["remedy"];

/** Goods of one sale that are not there. */
export function OversellDetails(
  { item, onDone }: { readonly item: Oversell; readonly onDone: () => void },
): VNode {
  const { levels } = useLevels(`site:${item.site}`, item.product);
  const unit = levels?.unit;
  return (
    <>
      <Facts
        rows={[
          factRow(text("product"), levels?.name ?? item.product),
          factRow(text("missing"), quantityText(item.quantity, unit)),
          factRow(text("site"), item.site),
          factRow(
            text("receipt"),
            <a href={`/sales?sale=${item.sale}`} class="mono">
              {item.receipt}
            </a>,
          ),
          factRow(text("soldAt"), formatInstant(item.at)),
          factRow(
            text("remedy"),
            <>
              {remedyText(item)} {item.acknowledged === null
                ? <Badge kind="warn">{text("proposed")}</Badge>
                : <Badge kind="good">{text("fixed")}</Badge>}
            </>,
          ),
          ...(levels?.sites ?? []).map(({ site, onHand }) =>
            factRow(
              text("onHandAt", { site: siteText(site) }),
              quantityText(onHand, unit),
            )
          ),
          ...(levels?.offers ?? []).map(({ site, quantity }) =>
            factRow(text("offeredBy", { site }), quantityText(quantity, unit))
          ),
        ]}
      />
      {item.acknowledged !== null
        ? <Panel kind="good">{text("fixedHelp")}</Panel>
        : may("supervisor")
        ? (
          <Acknowledge
            item={item}
            offers={(levels?.offers ?? []).map(({ site }) => site)}
            onDone={onDone}
          />
        )
        : <p class="muted">{text("supervisorChanges")}</p>}
    </>
  );
}

function Acknowledge(
  { item, offers, onDone }: {
    readonly item: Oversell;
    readonly offers: readonly string[];
    readonly onDone: () => void;
  },
): VNode {
  const remedy = useSignal<Remedy>(item.remedy);
  const from = useSignal(item.from ?? "");
  const note = useSignal("");
  const tried = useSignal(false);
  const action = useAction();
  const isTransfer = remedy.value === "transfer";
  const site = from.value.trim().toUpperCase();
  const wrong = isTransfer &&
    (!/^[A-Z0-9]{2,12}$/.test(site) || site === item.site);

  async function submit(): Promise<void> {
    tried.value = true;
    if (wrong) return;
    const body: OversellAcknowledgement = {
      remedy: remedy.value,
      ...(isTransfer ? { from: site } : {}),
      note: note.value.trim(),
    };
    // The item names what is fixed, and what is fixed stays: a repeat changes nothing.
    const done = await action.run(
      () => change("POST", `/v1/oversells/${item.id}/acknowledgement`, body),
      text("oversellFixed", { receipt: item.receipt }),
    );
    if (done !== undefined) onDone();
  }

  return (
    <Form
      submit={text("fix")}
      action={action}
      onSubmit={() => void submit()}
      onCancel={onDone}
    >
      <SelectField
        label={text("remedy")}
        hint={text(`remedyHelp_${remedy.value}`)}
        value={remedy.value}
        choices={(["transfer", "backorder", "refund"] as const).map((one) => ({
          value: one,
          label: text(`remedy_${one}`),
        }))}
        onInput={(value) => remedy.value = value as Remedy}
      />
      {isTransfer
        ? (
          <TextField
            label={text("fromSite")}
            hint={offers.length === 0
              ? text("nobodyOffers")
              : text("offerers", { sites: offers.join(", ") })}
            value={from.value}
            maxLength={12}
            options={offers}
            error={tried.value && wrong ? text("notOtherSite") : undefined}
            onInput={(value) => from.value = value}
          />
        )
        : null}
      <TextField
        label={text("note")}
        value={note.value}
        maxLength={200}
        onInput={(value) => note.value = value}
      />
    </Form>
  );
}
