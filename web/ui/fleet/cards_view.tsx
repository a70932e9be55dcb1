/**
 * A company's cards: what each may still spend, and registering a new one.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { change } from "../base/http.ts";
import { formatAmount, formatNumber } from "../base/format.ts";
import { useIntent } from "../base/intent.ts";
import { query, setQuery } from "../base/location.ts";
import { Button } from "../parts/button.tsx";
import type { Column } from "../parts/column.ts";
import { Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { List } from "../parts/list.tsx";
import { Badge, Facts } from "../parts/page.tsx";
import { Empty } from "../parts/states.tsx";
import { When } from "../parts/when.tsx";
import type { Card, Company } from "../wire_types.ts";
import { amountOf, numberOf, placesOf } from "./amount_text.ts";
import { CardPanel } from "./card_panel.tsx";
import { whyNot } from "./company_actions.tsx";
import { companyPath } from "./paths.ts";
import { text } from "./texts.ts";

/** All cards of a company; the query's `open` shows one. */
export function CardsView({ company }: { readonly company: Company }): VNode {
  const adding = useSignal(false);
  const typed = useSignal("");
  const wanted = numberOf(typed.value);
  const opened = numberOf(query.value.get("open") ?? "");
  return (
    <>
      <div class="fleet-bar fleet-find">
        <form
          class="actions"
          onSubmit={(event) => {
            event.preventDefault();
            if (wanted !== undefined) setQuery({ open: wanted });
          }}
        >
          <TextField
            label={text("findCard")}
            value={typed.value}
            mode="numeric"
            error={typed.value !== "" && wanted === undefined
              ? text("wrong_number")
              : undefined}
            onInput={(value) => typed.value = value}
          />
          <Button submit icon="search" disabled={wanted === undefined}>
            {text("showCard")}
          </Button>
        </form>
        <Button
          icon="plus"
          disabled={whyNot(company) !== undefined}
          onClick={() => adding.value = true}
        >
          {text("newCard")}
        </Button>
      </div>
      <List
        label={text("cards")}
        path={companyPath(company.company, "cards")}
        views={["fleet_cards", "fleet_expenses"]}
        columns={columns()}
        rowKey={({ card }) => card}
        onOpen={({ card }) => setQuery({ open: card })}
        empty={<Empty title={text("noCards")} icon="fleet" />}
        exportAs={`cards-${company.company}`}
      />
      {adding.value
        ? <NewCard company={company} onClose={() => adding.value = false} />
        : null}
      {opened === undefined ? null : (
        <CardPanel
          key={opened}
          company={company}
          number={opened}
          onClose={() => setQuery({ open: undefined })}
        />
      )}
    </>
  );
}

function NewCard(
  { company, onClose }: {
    readonly company: Company;
    readonly onClose: () => void;
  },
): VNode {
  const number = useSignal("");
  const typed = useSignal("");
  const tried = useSignal(false);
  const intent = useIntent();
  const action = useAction();
  const card = numberOf(number.value);
  const limit = amountOf(typed.value, placesOf(company.balance), true);

  async function submit(): Promise<void> {
    tried.value = true;
    if (card === undefined || limit === undefined) return;
    const made = await action.run(
      () =>
        intent.ask((id) =>
          change<Card>("POST", companyPath(company.company, "cards"), {
            ...{ id, card, limit },
          })
        ),
      (row) => text("cardMade", { card, limit: formatAmount(row.limit) }),
    );
    if (made !== undefined) onClose();
  }

  return (
    <Dialog title={text("newCard")} onClose={onClose}>
      <Form
        submit={text("register")}
        action={action}
        onCancel={onClose}
        onSubmit={() => void submit()}
      >
        <Facts rows={[[text("balance"), formatAmount(company.balance)]]} />
        <TextField
          label={text("cardNumber")}
          value={number.value}
          mode="numeric"
          focused
          error={tried.value && card === undefined
            ? text("wrong_card")
            : undefined}
          onInput={(value) => number.value = value}
        />
        <TextField
          label={text("limit")}
          hint={text("newLimitHint")}
          value={typed.value}
          mode="decimal"
          error={tried.value && limit === undefined
            ? text("wrong_amountOrZero")
            : undefined}
          onInput={(value) => typed.value = value}
        />
      </Form>
    </Dialog>
  );
}

function columns(): readonly Column<Card>[] {
  return [
    {
      key: "card",
      title: text("card"),
      cell: ({ card }) => <strong>{card}</strong>,
      csv: ({ card }) => card,
    },
    {
      key: "limit",
      title: text("maySpend"),
      align: "end",
      width: "minmax(8rem, 1fr)",
      cell: ({ limit }) => formatAmount(limit),
      csv: ({ limit }) => limit.amount,
    },
    {
      key: "spent",
      title: text("spent"),
      align: "end",
      cell: ({ spent }) => formatAmount(spent),
      csv: ({ spent }) => spent.amount,
    },
    {
      key: "expenses",
      title: text("expenses"),
      align: "end",
      cell: ({ expenses }) => formatNumber(expenses),
      csv: ({ expenses }) => String(expenses),
      phone: false,
    },
    {
      key: "registeredAt",
      title: text("registeredAt"),
      width: "minmax(6rem, 1fr)",
      cell: ({ registeredAt }) => <When at={registeredAt} />,
      csv: ({ registeredAt }) => registeredAt,
      phone: false,
    },
    {
      key: "made",
      title: text("madeBy"),
      width: "minmax(9rem, 1fr)",
      cell: ({ automatic }) => (
        <Badge kind={automatic ? "info" : "plain"}>
          {text(automatic ? "madeByPurchase" : "madeByPerson")}
        </Badge>
      ),
      csv: ({ automatic }) => automatic ? "purchase" : "person",
      phone: false,
    },
  ];
}
