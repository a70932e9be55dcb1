/**
 * One expense with all that is known of it.
 *
 * @module
 */
import type { VNode } from "preact";
import {
  formatAmount,
  formatDate,
  formatInstant,
  formatNumber,
} from "../base/format.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Facts } from "../parts/page.tsx";
import { Panel } from "../parts/states.tsx";
import type { Expense } from "../wire_types.ts";
import { OutcomeBadge } from "./outcome_badge.tsx";
import { companyPage } from "./paths.ts";
import { placeText } from "./place_text.ts";
import { text } from "./texts.ts";

const SOURCES = [
  "card",
  "region",
  "company",
  "pump",
  "peer",
  "import",
] as const;

function sourceText(source: string): string {
  const known = SOURCES.find((one) => one === source);
  return known === undefined ? source : text(`source_${known}`);
}

/** An expense's details. */
export function ExpensePanel(
  { expense, onClose }: {
    readonly expense: Expense;
    readonly onClose: () => void;
  },
): VNode {
  const { company, card, reason, route, suspect, floor, settled } = expense;
  return (
    <Dialog title={text("expense")} onClose={onClose} side>
      <p>
        <OutcomeBadge expense={expense} />
      </p>
      {reason === null
        ? null
        : <Panel kind="warn">{text(`reason_${reason}`)}</Panel>}
      {suspect ? <Panel kind="warn">{text("suspectHelp")}</Panel> : null}
      {floor && !settled
        ? <Panel kind="warn">{text("notCoveredHelp")}</Panel>
        : null}
      <Facts
        rows={[
          [
            text("amount"),
            <strong key="amount">{formatAmount(expense.amount)}</strong>,
          ],
          [
            text("company"),
            <a key="company" href={companyPage(company)}>{company}</a>,
          ],
          [
            text("card"),
            <a key="card" href={`${companyPage(company)}&open=${card}`}>
              {card}
            </a>,
          ],
          [text("dayUtc"), formatDate(expense.date)],
          [text("when"), formatInstant(expense.at)],
          [
            text("liters"),
            expense.liters === null ? "–" : formatNumber(expense.liters),
          ],
          [text("place"), placeText(expense.place)],
          [text("source"), sourceText(expense.source)],
          [text("chargedTo"), text(floor ? "theFloor" : "theBalance")],
          ...(route === null ? [] : [
            [text("pumpAddress"), route.pumpAddress] as const,
            [text("originalStation"), route.station] as const,
            [text("originalRegional"), route.regional] as const,
          ]),
          [text("purchaseId"), <span key="id" class="mono">{expense.id}</span>],
          [
            text("decidedBy"),
            <span key="log" class="mono">{expense.log}</span>,
          ],
        ]}
      />
    </Dialog>
  );
}
