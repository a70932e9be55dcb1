/**
 * Verdicts that have not reached whom they are for, and purchases that original programs decide.
 *
 * @module
 */
import type { VNode } from "preact";
import { query, setQuery } from "../base/location.ts";
import { SelectField, TextField } from "../parts/field.tsx";
import { List } from "../parts/list.tsx";
import { Empty, Panel } from "../parts/states.tsx";
import type {
  CardResult,
  ForwardedPurchase,
  OwedVerdict,
  UnconfirmedVerdict,
} from "../wire_types.ts";
import { numberOf } from "./amount_text.ts";
import { text } from "./texts.ts";
import {
  forwardedColumns,
  owedColumns,
  resultColumns,
  unconfirmedColumns,
} from "./verdict_columns.tsx";

const LISTS = ["results", "unconfirmed", "forwarded", "owed"] as const;
const RESULT_STATES = ["kept", "delivering", "delivered"] as const;
const FORWARD_STATES = [
  "queued",
  "sent",
  "unknown",
  "accepted",
  "refused",
  "dropped",
  "review",
] as const;
const TARGETS = ["company", "regional"] as const;
const empty = () => <Empty title={text("noVerdicts")} icon="check" />;

function asked(name: string): string {
  return query.value.get(name) ?? "";
}

/** The four lists, one at a time. */
export function VerdictsView(): VNode {
  const list = LISTS.find((one) => one === asked("list")) ?? "results";
  return (
    <>
      <div class="filters">
        <SelectField
          label={text("verdicts")}
          value={list}
          choices={LISTS.map((value) => ({
            value,
            label: text(`list_${value}`),
          }))}
          onInput={(value) => setQuery({ list: value, state: undefined })}
        />
        <ListFilters list={list} />
      </div>
      <Panel>{text(`help_${list}`)}</Panel>
      <Shown list={list} />
    </>
  );
}

function ListFilters(
  { list }: { readonly list: typeof LISTS[number] },
): VNode | null {
  switch (list) {
    case "results":
      return (
        <>
          <OfCompany />
          <OfState states={RESULT_STATES} />
        </>
      );
    case "unconfirmed":
      return <OfCompany />;
    case "forwarded":
      return (
        <>
          <SelectField
            label={text("target")}
            value={target()}
            choices={TARGETS.map((value) => ({
              value,
              label: text(`target_${value}`),
            }))}
            onInput={(value) => setQuery({ target: value })}
          />
          <OfState states={FORWARD_STATES} />
        </>
      );
    case "owed":
      return null;
  }
}

function target(): typeof TARGETS[number] {
  return TARGETS.find((one) => one === asked("target")) ?? "company";
}

function OfCompany(): VNode {
  const bad = asked("of") !== "" && numberOf(asked("of")) === undefined;
  return (
    <TextField
      label={text("company")}
      value={asked("of")}
      mode="numeric"
      error={bad ? text("wrong_number") : undefined}
      onInput={(of) => setQuery({ of })}
    />
  );
}

type State = typeof RESULT_STATES[number] | typeof FORWARD_STATES[number];

function OfState({ states }: { readonly states: readonly State[] }): VNode {
  return (
    <SelectField
      label={text("state")}
      value={asked("state")}
      choices={[
        { value: "", label: text("all") },
        ...states.map((value) => ({ value, label: text(`state_${value}`) })),
      ]}
      onInput={(state) => setQuery({ state })}
    />
  );
}

function Shown({ list }: { readonly list: typeof LISTS[number] }): VNode {
  const company = numberOf(asked("of"));
  switch (list) {
    case "results":
      return (
        <List<CardResult>
          label={text("list_results")}
          path="/v1/card-results"
          query={{
            company,
            state: RESULT_STATES.find((one) => one === asked("state")),
          }}
          views={["fleet_results"]}
          columns={resultColumns()}
          rowKey={({ purchase, site }) => `${purchase} ${site}`}
          empty={empty()}
          exportAs="card-results"
        />
      );
    case "unconfirmed":
      return (
        <List<UnconfirmedVerdict>
          label={text("list_unconfirmed")}
          path="/v1/unconfirmed-verdicts"
          query={{ company }}
          views={["fleet_expenses"]}
          columns={unconfirmedColumns()}
          rowKey={({ expense }) => expense.id}
          empty={empty()}
          exportAs="unconfirmed-verdicts"
        />
      );
    case "forwarded":
      return (
        <List<ForwardedPurchase>
          label={text("list_forwarded")}
          path="/v1/forwarded-purchases"
          query={{
            target: target(),
            state: FORWARD_STATES.find((one) => one === asked("state")),
          }}
          views={["fleet_expenses"]}
          columns={forwardedColumns()}
          rowKey={({ purchase }) => purchase}
          empty={empty()}
          exportAs="forwarded-purchases"
        />
      );
    case "owed":
      return (
        <List<OwedVerdict>
          label={text("list_owed")}
          path="/v1/owed-verdicts"
          views={["fleet_expenses"]}
          columns={owedColumns()}
          rowKey={({ purchase }) => purchase}
          empty={empty()}
          exportAs="owed-verdicts"
        />
      );
  }
}
