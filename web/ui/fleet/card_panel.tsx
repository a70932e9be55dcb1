/**
 * One card: what it may still spend, where the rights to that are, and changing its limit.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { change } from "../base/http.ts";
import { formatAmount, formatInstant, formatNumber } from "../base/format.ts";
import { useIntent } from "../base/intent.ts";
import { type Resource, useResource } from "../base/resource.ts";
import { Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { Facts } from "../parts/page.tsx";
import { Freshness, Loaded } from "../parts/states.tsx";
import type { Card, Company } from "../wire_types.ts";
import { amountOf, placesOf } from "./amount_text.ts";
import { whyNot } from "./company_actions.tsx";
import { HolderTable } from "./holders_view.tsx";
import { companyPage, companyPath } from "./paths.ts";
import { text } from "./texts.ts";

/** Rights move without a change of any view; they are read again after so many milliseconds. */
const AGAIN_MS = 5_000;
/** A lower limit asks all who hold rights for up to 8 seconds before it answers. */
const LIMIT_TIMEOUT_MS = 30_000;

/** A card's details. */
export function CardPanel(
  { company, number, onClose }: {
    readonly company: Company;
    readonly number: string;
    readonly onClose: () => void;
  },
): VNode {
  const path = companyPath(company.company, "cards", number);
  const card = useResource<Card>(path, {
    views: ["fleet_cards", "fleet_expenses"],
    everyMs: AGAIN_MS,
  });
  const page = companyPage(company.company);
  return (
    <Dialog title={text("cardIs", { number })} onClose={onClose} side>
      <Loaded resource={card}>
        {(value) => (
          <>
            <CardFacts card={value} />
            <Freshness asOf={card.asOf} peers={false} />
            <div class="fleet-links">
              <a class="button" href={`${page}&tab=expenses&card=${number}`}>
                {text("expenses")}
              </a>
              <a class="button" href={`${page}&tab=statement&card=${number}`}>
                {text("tab_statement")}
              </a>
            </div>
            <h3>{text("setLimit")}</h3>
            <LimitForm company={company} card={value} resource={card} />
            <h3>{text("rightsOfCard")}</h3>
            <HolderTable
              path={`${path}/holders`}
              label={text("rightsOfCard")}
            />
          </>
        )}
      </Loaded>
    </Dialog>
  );
}

function CardFacts({ card }: { readonly card: Card }): VNode {
  return (
    <Facts
      rows={[
        [
          text("maySpend"),
          <strong key="amount">{formatAmount(card.limit)}</strong>,
        ],
        [text("spent"), formatAmount(card.spent)],
        [text("expenses"), formatNumber(card.expenses)],
        [text("registeredAt"), formatInstant(card.registeredAt)],
        [
          text("madeBy"),
          text(card.automatic ? "madeByPurchase" : "madeByPerson"),
        ],
      ]}
    />
  );
}

function LimitForm(
  { company, card, resource }: {
    readonly company: Company;
    readonly card: Card;
    readonly resource: Resource<Card>;
  },
): VNode {
  const typed = useSignal("");
  const tried = useSignal(false);
  const intent = useIntent();
  const action = useAction();
  const why = whyNot(company);
  const limit = amountOf(typed.value, placesOf(card.limit), true);

  async function submit(): Promise<void> {
    tried.value = true;
    if (limit === undefined) return;
    const path = companyPath(company.company, "cards", card.card, "limit");
    const made = await action.run(
      () =>
        intent.ask((id) =>
          change<Card>("PUT", path, { id, limit }, {
            timeoutMs: LIMIT_TIMEOUT_MS,
          })
        ),
      (reached) => doneText(card.card, limit, reached),
    );
    if (made === undefined) return;
    typed.value = "";
    tried.value = false;
    resource.reload();
  }

  return (
    <Form
      submit={text("setLimit")}
      action={action}
      disabled={why !== undefined}
      onSubmit={() => void submit()}
    >
      {why === undefined ? null : <p class="hint">{why}</p>}
      <TextField
        label={text("newLimit")}
        hint={text("setLimitHint", { balance: formatAmount(company.balance) })}
        value={typed.value}
        mode="decimal"
        disabled={why !== undefined}
        error={tried.value && limit === undefined
          ? text("wrong_amountOrZero")
          : undefined}
        onInput={(value) => typed.value = value}
      />
    </Form>
  );
}

/** What came of it: a limit over the balance is lowered to it, and others may hold rights that they do not give back. */
function doneText(number: string, wanted: string, { limit }: Card): string {
  const values = { number, limit: formatAmount(limit) };
  return text(
    limit.amount === wanted ? "limitDone" : "limitReached",
    values,
  );
}
