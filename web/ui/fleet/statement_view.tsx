/**
 * A month of a company or card: to look at, to print and as a file.
 *
 * @module
 */
import type { VNode } from "preact";
import { withQuery } from "../base/http.ts";
import { formatAmount, formatInstant, formatNumber } from "../base/format.ts";
import { query, setQuery } from "../base/location.ts";
import { useResource } from "../base/resource.ts";
import { Button } from "../parts/button.tsx";
import { TextField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Facts, Section } from "../parts/page.tsx";
import { Loaded } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import type { Company, Statement } from "../wire_types.ts";
import { numberOf } from "./amount_text.ts";
import { monthNow, monthOf, monthText } from "./months.ts";
import { companyPath } from "./paths.ts";
import { SettlementTable } from "./settlements_view.tsx";
import { text } from "./texts.ts";

/** A statement with its filters. */
export function StatementView(
  { company }: { readonly company: Company },
): VNode {
  const typed = query.value.get("month") ?? monthNow();
  const month = monthOf(typed);
  const typedCard = query.value.get("card") ?? "";
  const card = numberOf(typedCard);
  const path = month === undefined
    ? undefined
    : withQuery(companyPath(company.company, "statements", month), { card });
  const statement = useResource<Statement>(path, {
    views: ["fleet_expenses", "fleet_settlements"],
  });
  return (
    <>
      <div class="filters">
        <TextField
          label={text("month")}
          type="month"
          value={typed}
          error={month === undefined ? text("wrong_month") : undefined}
          onInput={(value) => setQuery({ month: value })}
        />
        <TextField
          label={text("card")}
          value={typedCard}
          mode="numeric"
          placeholder={text("allCards")}
          error={typedCard !== "" && card === undefined
            ? text("wrong_number")
            : undefined}
          onInput={(value) => setQuery({ card: value })}
        />
        {path === undefined ? null : <Outputs path={path} card={card} />}
      </div>
      {path === undefined ? null : (
        <Loaded resource={statement}>
          {(value) => <Shown company={company} statement={value} />}
        </Loaded>
      )}
    </>
  );
}

function Outputs(
  { path, card }: { readonly path: string; readonly card: string | undefined },
): VNode {
  const file = `${path}${card === undefined ? "?" : "&"}format=csv`;
  return (
    <>
      <a class="button" href={file} download>
        <Icon name="download" />
        {text("csv")}
      </a>
      <Button icon="print" onClick={() => globalThis.print()}>
        {text("print")}
      </Button>
    </>
  );
}

function Shown(
  { company, statement }: {
    readonly company: Company;
    readonly statement: Statement;
  },
): VNode {
  const { month, card, cards, count, amount, settlements } = statement;
  return (
    <Section title={text("statementOf", { month: monthText(month) })}>
      <Facts
        rows={[
          [
            text("company"),
            [company.company, company.name].filter((part) => part !== "")
              .join(" · "),
          ],
          [text("card"), card ?? text("allCards")],
          [text("expensesAccepted"), formatNumber(count)],
          [text("total"), <strong key="amount">{formatAmount(amount)}</strong>],
          [
            text(card === null ? "balanceToday" : "limitToday"),
            formatAmount(statement.balance),
          ],
          [text("computedAt"), formatInstant(statement.at)],
        ]}
      />
      <h3 class="fleet-heading">{text("byCard")}</h3>
      <Table
        label={text("byCard")}
        rows={cards}
        rowKey={(row) => row.card}
        empty={<p class="muted">{text("noExpensesInMonth")}</p>}
        columns={[
          { key: "card", title: text("card"), cell: (row) => row.card },
          {
            key: "count",
            title: text("expenses"),
            align: "end",
            cell: (row) => formatNumber(row.count),
          },
          {
            key: "amount",
            title: text("amount"),
            align: "end",
            cell: (row) => formatAmount(row.amount),
          },
        ]}
      />
      <h3 class="fleet-heading">{text("settlements")}</h3>
      <SettlementTable rows={settlements} />
    </Section>
  );
}
