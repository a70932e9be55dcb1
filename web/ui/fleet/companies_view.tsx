/**
 * Companies that this node knows, and how a new one begins.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { change } from "../base/http.ts";
import { formatAmount, formatNumber } from "../base/format.ts";
import { useIntent } from "../base/intent.ts";
import { go } from "../base/location.ts";
import { isNode, may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import type { Column } from "../parts/column.ts";
import { Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { List } from "../parts/list.tsx";
import { Badge } from "../parts/page.tsx";
import { Empty } from "../parts/states.tsx";
import type { Company } from "../wire_types.ts";
import { amountOf, numberOf } from "./amount_text.ts";
import { companyPage, companyPath } from "./paths.ts";
import { text } from "./texts.ts";

/** All companies. */
export function CompaniesView(): VNode {
  const adding = useSignal(false);
  return (
    <>
      {isNode("company")
        ? (
          <div class="actions fleet-bar">
            <Button
              icon="plus"
              kind="primary"
              disabled={!may("admin")}
              onClick={() => adding.value = true}
            >
              {text("newCompany")}
            </Button>
            {may("admin")
              ? null
              : <p class="hint">{text("changesNeedAdmin")}</p>}
          </div>
        )
        : null}
      <List
        label={text("companies")}
        path="/v1/companies"
        views={["fleet_companies", "fleet_expenses"]}
        columns={columns()}
        rowKey={({ company }) => company}
        onOpen={({ company }) => go(companyPage(company))}
        empty={<Empty title={text("noCompanies")} icon="fleet" />}
        exportAs="companies"
      />
      {adding.value
        ? <NewCompany onClose={() => adding.value = false} />
        : null}
    </>
  );
}

function NewCompany({ onClose }: { readonly onClose: () => void }): VNode {
  const number = useSignal("");
  const name = useSignal("");
  const amount = useSignal("");
  const tried = useSignal(false);
  const naming = useIntent();
  const depositing = useIntent();
  const action = useAction();
  const company = numberOf(number.value);
  const deposit = amountOf(amount.value);
  const called = name.value.trim();

  async function submit(): Promise<void> {
    tried.value = true;
    if (company === undefined || deposit === undefined) return;
    const made = await action.run(
      () =>
        depositing.ask((id) =>
          change("POST", companyPath(company, "deposits"), {
            ...{ id, amount: deposit },
          })
        ),
      text("companyMade", { company }),
    );
    if (made === undefined) return;
    // The company is there now: a name that is refused can be given on its page.
    if (called !== "") {
      await action.run(() =>
        naming.ask((id) =>
          change("PUT", companyPath(company, "name"), { id, name: called })
        )
      );
    }
    go(companyPage(company));
  }

  return (
    <Dialog title={text("newCompany")} onClose={onClose}>
      <Form
        submit={text("create")}
        action={action}
        onCancel={onClose}
        onSubmit={() => void submit()}
      >
        <TextField
          label={text("companyNumber")}
          value={number.value}
          mode="numeric"
          focused
          error={tried.value && company === undefined
            ? text("wrong_company")
            : undefined}
          onInput={(value) => number.value = value}
        />
        <TextField
          label={text("name")}
          value={name.value}
          maxLength={200}
          hint={text("optional")}
          onInput={(value) => name.value = value}
        />
        <TextField
          label={text("firstDeposit")}
          value={amount.value}
          mode="numeric"
          hint={text("firstDepositHint")}
          error={tried.value && deposit === undefined
            ? text("wrong_amount")
            : undefined}
          onInput={(value) => amount.value = value}
        />
      </Form>
    </Dialog>
  );
}

function columns(): readonly Column<Company>[] {
  return [
    {
      key: "company",
      title: text("number"),
      width: "6rem",
      cell: ({ company }) => (
        <a href={companyPage(company)}>
          <strong>{company}</strong>
        </a>
      ),
      csv: ({ company }) => company,
    },
    {
      key: "name",
      title: text("name"),
      width: "minmax(8rem, 2fr)",
      cell: ({ name }) => name === "" ? text("unnamed") : name,
      csv: ({ name }) => name,
    },
    {
      key: "balance",
      title: text("balance"),
      align: "end",
      cell: ({ balance }) => formatAmount(balance),
      csv: ({ balance }) => balance.amount,
    },
    {
      key: "spent",
      title: text("spent"),
      align: "end",
      cell: ({ spent }) => formatAmount(spent),
      csv: ({ spent }) => spent.amount,
      phone: false,
    },
    {
      key: "cards",
      title: text("cards"),
      align: "end",
      width: "minmax(4.5rem, 0.6fr)",
      cell: ({ cards }) => formatNumber(cards),
      csv: ({ cards }) => String(cards),
      phone: false,
    },
    {
      key: "expenses",
      title: text("expenses"),
      align: "end",
      width: "minmax(4.5rem, 0.6fr)",
      cell: ({ expenses }) => formatNumber(expenses),
      csv: ({ expenses }) => String(expenses),
      phone: false,
    },
    {
      key: "floorOpen",
      title: text("floorOpen"),
      align: "end",
      width: "minmax(9rem, 1fr)",
      cell: ({ floorOpen }) => formatAmount(floorOpen),
      csv: ({ floorOpen }) => floorOpen.amount,
      phone: false,
    },
    {
      key: "issuer",
      title: text("here"),
      width: "minmax(10rem, 1fr)",
      cell: ({ issuer }) => (
        <Badge kind={issuer ? "info" : "plain"}>
          {text(issuer ? "issuerHere" : "readsOnly")}
        </Badge>
      ),
      csv: ({ issuer }) => issuer ? "issuer" : "reader",
      phone: false,
    },
  ];
}
