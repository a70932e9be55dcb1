/**
 * Charging a card by hand, where no original program does it: company, card, amount.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { formatAmount, formatTime } from "../base/format.ts";
import { Button } from "../parts/button.tsx";
import { confirmed } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { Badge, Section } from "../parts/page.tsx";
import { printReceipt } from "../parts/receipt.tsx";
import { Panel } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import {
  charge,
  discard,
  done,
  type DonePurchase,
  type Draft,
  draft,
  type,
  wrongFields,
} from "./purchase.ts";
import { text } from "./texts.ts";
import { voucherText } from "./voucher.ts";

/** In what a purchase is typed: companies count in whole pesos. */
const CURRENCY = "ARS";

/** The form, and what was charged with it. */
export function PurchaseView(): VNode {
  return (
    <div class="columns">
      <Section title={text("purchase")}>
        <PurchaseForm />
      </Section>
      <Section title={text("purchasesDone")}>
        <LastPurchases />
      </Section>
    </div>
  );
}

function PurchaseForm(): VNode {
  const action = useAction();
  const tried = useSignal(false);
  const typed = draft.value;
  const wrong = tried.value ? wrongFields(typed) : [];
  const unsure = typed.sent !== undefined && !action.busy;
  // No answer is what the panel below says, with what to do about it.
  const lost = unsure && action.problem?.status === 0;

  async function submit(): Promise<void> {
    tried.value = true;
    if (wrongFields(draft.value).length > 0) return;
    const verdict = await action.run(charge);
    if (verdict?.accepted === true) tried.value = false;
  }

  async function giveUp(): Promise<void> {
    const sure = await confirmed(text("discardAsk"), {
      detail: text("discardDetail"),
      action: text("discard"),
      danger: true,
    });
    if (!sure) return;
    discard();
    action.clear();
    tried.value = false;
  }

  return (
    <Form
      submit={unsure ? text("chargeAgain") : text("charge")}
      action={lost ? { ...action, problem: undefined } : action}
      onSubmit={() => void submit()}
    >
      <Verdict verdict={done.value[0]} />
      <DraftField name="company" wrong={wrong} />
      <DraftField name="card" wrong={wrong} />
      <DraftField name="amount" wrong={wrong} />
      <div class="fleet-pair">
        <DraftField name="liters" wrong={wrong} />
        <DraftField name="pump" wrong={wrong} />
      </div>
      {unsure
        ? (
          <>
            <Panel kind="warn">{text("purchaseUnsure")}</Panel>
            <div class="actions">
              <Button onClick={() => void giveUp()}>{text("discard")}</Button>
            </div>
          </>
        )
        : null}
    </Form>
  );
}

function DraftField(
  { name, wrong }: {
    readonly name: Exclude<keyof Draft, "sent">;
    readonly wrong: readonly (keyof Draft)[];
  },
): VNode {
  const typed = draft.value;
  return (
    <TextField
      label={text(`field_${name}`)}
      hint={name === "company" || name === "card"
        ? undefined
        : text(`hint_${name}`)}
      value={typed[name]}
      mode="numeric"
      maxLength={20}
      focused={name === "company"}
      disabled={typed.sent !== undefined}
      error={wrong.includes(name) ? text(`wrong_${name}`) : undefined}
      onInput={(value) => type({ [name]: value } as Partial<Draft>)}
    />
  );
}

function amountText({ amount }: DonePurchase): string {
  return formatAmount({ amount, currency: CURRENCY });
}

/** What came of the last purchase, until the next is typed. */
function Verdict(
  { verdict }: { readonly verdict: DonePurchase | undefined },
): VNode | null {
  const { company, amount } = draft.value;
  // What was refused stays typed; a charged one leaves the form empty.
  const typing = verdict?.accepted === true &&
    (company !== "" || amount !== "");
  if (verdict === undefined || typing) return null;
  const { accepted, repeated, reason, card } = verdict;
  const values = { amount: amountText(verdict), card };
  return (
    <div role="status" class="fleet-verdict">
      <Panel kind={accepted ? "good" : "bad"}>
        <strong>
          {text(accepted ? "chargedTitle" : "refusedTitle", values)}
        </strong>
        <p>
          {reason === null
            ? text(repeated ? "chargedBefore" : "chargedDetail")
            : text(`reason_${reason}`)}
        </p>
      </Panel>
    </div>
  );
}

function LastPurchases(): VNode {
  return (
    <Table
      label={text("purchasesDone")}
      rows={done.value}
      rowKey={({ id, at }) => `${id} ${at}`}
      empty={<p class="muted">{text("noPurchases")}</p>}
      columns={[
        {
          key: "at",
          title: text("time"),
          cell: ({ at }) => formatTime(at),
          phone: false,
        },
        {
          key: "card",
          title: text("card"),
          cell: ({ company, card }) => `${company} / ${card}`,
        },
        {
          key: "amount",
          title: text("amount"),
          align: "end",
          cell: amountText,
        },
        {
          key: "verdict",
          title: text("verdict"),
          cell: ({ accepted }) => (
            <Badge kind={accepted ? "good" : "bad"}>
              {text(accepted ? "charged" : "refused")}
            </Badge>
          ),
        },
        {
          key: "print",
          title: text("voucher"),
          width: "3.5rem",
          cell: (one) =>
            one.accepted
              ? (
                <Button
                  kind="quiet"
                  icon="print"
                  label={text("printVoucher")}
                  onClick={() => printReceipt(voucherText(one, CURRENCY))}
                />
              )
              : null,
        },
      ]}
    />
  );
}
