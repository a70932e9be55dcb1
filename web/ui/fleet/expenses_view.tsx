/**
 * Expenses: what cards paid and what was refused and kept, found by company, card, day and outcome.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { formatAmount, formatDate, formatNumber } from "../base/format.ts";
import { query, setQuery } from "../base/location.ts";
import { DayRange } from "../parts/day_range.tsx";
import { Button } from "../parts/button.tsx";
import type { Column } from "../parts/column.ts";
import { SelectField, TextField } from "../parts/field.tsx";
import { List } from "../parts/list.tsx";
import { Empty } from "../parts/states.tsx";
import { When } from "../parts/when.tsx";
import type { Expense } from "../wire_types.ts";
import { numberOf } from "./amount_text.ts";
import { ExpensePanel } from "./expense_panel.tsx";
import { OutcomeBadge } from "./outcome_badge.tsx";
import { placeText } from "./place_text.ts";
import { text } from "./texts.ts";

const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
/** Reasons for which a refused purchase is kept. */
const REASONS = [
  "limit_insufficient",
  "balance_insufficient",
  "rights_unreachable",
  "card_unknown",
  "company_unknown",
  "amount_invalid",
  "replay_suspected",
  "outcome_unknown",
] as const;
const NAMES = ["card", "from", "to", "outcome", "reason"] as const;

function asked(name: string): string {
  return query.value.get(name) ?? "";
}

function dateOf(name: string): string | undefined {
  return DATE.test(asked(name)) ? asked(name) : undefined;
}

/** The filter of an outcome. */
function outcomeQuery(): Readonly<Record<string, boolean | undefined>> {
  switch (asked("outcome")) {
    case "accepted":
      return { accepted: true };
    case "refused":
      return { accepted: false };
    case "suspect":
      return { suspect: true };
    default:
      return {};
  }
}

/**
 * Expenses of one company, or of all.
 *
 * @param props The company; all if left out.
 * @returns Filters and a list.
 */
export function ExpensesView(
  { company }: { readonly company?: string },
): VNode {
  const opened = useSignal<Expense | undefined>(undefined);
  const of = company ?? numberOf(asked("of"));
  const reason = REASONS.find((one) => one === asked("reason"));
  return (
    <>
      <Filters all={company === undefined} />
      <List
        label={text("expenses")}
        path="/v1/expenses"
        query={{
          company: of,
          card: numberOf(asked("card")),
          from: dateOf("from"),
          to: dateOf("to"),
          reason,
          ...outcomeQuery(),
        }}
        views={["fleet_expenses"]}
        columns={columns(company === undefined)}
        rowKey={({ id }) => id}
        onOpen={(row) => opened.value = row}
        empty={<Empty title={text("noExpenses")} icon="fleet" />}
        exportAs={of === undefined ? "expenses" : `expenses-${of}`}
      />
      {opened.value === undefined ? null : (
        <ExpensePanel
          expense={opened.value}
          onClose={() => opened.value = undefined}
        />
      )}
    </>
  );
}

function Filters({ all }: { readonly all: boolean }): VNode {
  const names = all ? ["of", ...NAMES] : NAMES;
  const isFiltered = names.some((name) => asked(name) !== "");
  return (
    <div class="filters fleet-filters">
      {(all ? ["of", "card"] as const : ["card"] as const).map((name) => (
        <TextField
          key={name}
          label={text(name === "of" ? "company" : "card")}
          value={asked(name)}
          mode="numeric"
          error={asked(name) !== "" && numberOf(asked(name)) === undefined
            ? text("wrong_number")
            : undefined}
          onInput={(value) => setQuery({ [name]: value })}
        />
      ))}
      <DayRange />
      <SelectField
        label={text("outcome")}
        value={asked("outcome")}
        choices={["", "accepted", "refused", "suspect"].map((value) => ({
          value,
          label: text(
            value === "" ? "all" : `outcome_${value}` as "outcome_accepted",
          ),
        }))}
        onInput={(outcome) => setQuery({ outcome })}
      />
      <SelectField
        label={text("reason")}
        value={asked("reason")}
        choices={[
          { value: "", label: text("all") },
          ...REASONS.map((value) => ({
            value,
            label: text(`short_${value}`),
          })),
        ]}
        onInput={(reason) => setQuery({ reason })}
      />
      {isFiltered
        ? (
          <Button
            onClick={() =>
              setQuery(
                Object.fromEntries(names.map((name) => [name, undefined])),
              )}
          >
            {text("clearFilters")}
          </Button>
        )
        : null}
    </div>
  );
}

function columns(all: boolean): readonly Column<Expense>[] {
  const company: Column<Expense> = {
    key: "company",
    title: text("company"),
    width: "minmax(4rem, 0.6fr)",
    cell: ({ company }) => company,
    csv: ({ company }) => company,
    phone: false,
  };
  return [
    {
      key: "at",
      title: text("when"),
      width: "minmax(6rem, 1fr)",
      cell: ({ at }) => <When at={at} />,
      csv: ({ at }) => at,
    },
    {
      key: "date",
      title: text("dayUtc"),
      cell: ({ date }) => formatDate(date),
      csv: ({ date }) => date,
      phone: false,
    },
    ...(all ? [company] : []),
    {
      key: "card",
      title: text("card"),
      width: "minmax(4rem, 0.6fr)",
      cell: ({ card }) => card,
      csv: ({ card }) => card,
    },
    {
      key: "amount",
      title: text("amount"),
      align: "end",
      cell: ({ amount }) => formatAmount(amount),
      csv: ({ amount }) => amount.amount,
    },
    {
      key: "liters",
      title: text("liters"),
      align: "end",
      width: "minmax(4rem, 0.6fr)",
      cell: ({ liters }) => liters === null ? "–" : formatNumber(liters),
      csv: ({ liters }) => liters === null ? "" : String(liters),
      phone: false,
    },
    {
      key: "place",
      title: text("place"),
      width: "minmax(9rem, 1.5fr)",
      cell: (row) => placeText(row.place),
      csv: (row) => placeText(row.place),
      phone: false,
    },
    {
      key: "outcome",
      title: text("outcome"),
      width: "minmax(8rem, 1fr)",
      cell: (row) => <OutcomeBadge expense={row} />,
      csv: ({ accepted, reason }) =>
        accepted ? "accepted" : reason ?? "refused",
    },
    {
      key: "purchase",
      title: text("purchaseId"),
      width: "minmax(6rem, 1fr)",
      cell: ({ id }) => <span class="mono">{id}</span>,
      csv: ({ id }) => id,
      phone: false,
    },
  ];
}
