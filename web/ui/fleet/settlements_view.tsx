/**
 * Settlements of a company's months, and settling one.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { change } from "../base/http.ts";
import { formatAmount, formatNumber } from "../base/format.ts";
import { useIntent } from "../base/intent.ts";
import { Button } from "../parts/button.tsx";
import type { Column } from "../parts/column.ts";
import { Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { List } from "../parts/list.tsx";
import { Badge } from "../parts/page.tsx";
import { Empty, Panel } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { When } from "../parts/when.tsx";
import type { Company, Settlement } from "../wire_types.ts";
import { whyNot } from "./company_actions.tsx";
import { monthNow, monthOf, monthText } from "./months.ts";
import { companyPath } from "./paths.ts";
import { text } from "./texts.ts";

/** A company's settlements. */
export function SettlementsView(
  { company }: { readonly company: Company },
): VNode {
  const asking = useSignal(false);
  return (
    <>
      <Panel>{text("settlementsHelp")}</Panel>
      <div class="actions fleet-bar">
        <Button
          icon="check"
          disabled={whyNot(company) !== undefined}
          onClick={() => asking.value = true}
        >
          {text("settle")}
        </Button>
      </div>
      <List
        label={text("settlements")}
        path={companyPath(company.company, "settlements")}
        views={["fleet_settlements"]}
        columns={columns()}
        rowKey={({ id }) => id}
        empty={<Empty title={text("noSettlements")} icon="reports" />}
        exportAs={`settlements-${company.company}`}
      />
      {asking.value
        ? <SettleForm company={company} onClose={() => asking.value = false} />
        : null}
    </>
  );
}

/** Settlements that are all at hand. */
export function SettlementTable(
  { rows }: { readonly rows: readonly Settlement[] },
): VNode {
  return (
    <Table
      label={text("settlements")}
      rows={rows}
      rowKey={({ id }) => id}
      empty={<p class="muted">{text("notSettled")}</p>}
      columns={columns()}
    />
  );
}

function SettleForm(
  { company, onClose }: {
    readonly company: Company;
    readonly onClose: () => void;
  },
): VNode {
  const typed = useSignal(monthNow());
  const intent = useIntent();
  const action = useAction();
  const month = monthOf(typed.value);

  async function submit(): Promise<void> {
    if (month === undefined) return;
    const made = await action.run(
      () =>
        intent.ask((id) =>
          change<Settlement>(
            "POST",
            companyPath(company.company, "settlements"),
            { id, month },
          )
        ),
      ({ count, amount }) =>
        text("settled", {
          month: monthText(month),
          count: formatNumber(count),
          amount: formatAmount(amount),
        }),
    );
    if (made !== undefined) onClose();
  }

  return (
    <Dialog title={text("settle")} onClose={onClose}>
      <Form
        submit={text("settle")}
        action={action}
        onCancel={onClose}
        onSubmit={() => void submit()}
      >
        <p>{text("settleHelp")}</p>
        <TextField
          label={text("month")}
          type="month"
          value={typed.value}
          focused
          error={month === undefined ? text("wrong_month") : undefined}
          onInput={(value) => typed.value = value}
        />
      </Form>
    </Dialog>
  );
}

function columns(): readonly Column<Settlement>[] {
  return [
    {
      key: "month",
      title: text("month"),
      width: "minmax(6rem, 1fr)",
      cell: ({ month }) => monthText(month, "short"),
      csv: ({ month }) => month,
    },
    {
      key: "kind",
      title: text("kind"),
      cell: ({ kind }) => (
        <Badge kind={kind === "month" ? "info" : "plain"}>
          {text(`kind_${kind}`)}
        </Badge>
      ),
      csv: ({ kind }) => kind,
      phone: false,
    },
    {
      key: "count",
      title: text("expenses"),
      align: "end",
      cell: ({ count }) => formatNumber(count),
      csv: ({ count }) => String(count),
    },
    {
      key: "amount",
      title: text("amount"),
      align: "end",
      cell: ({ amount }) => formatAmount(amount),
      csv: ({ amount }) => amount.amount,
    },
    {
      key: "floorSettled",
      title: text("floorSettled"),
      align: "end",
      width: "minmax(9rem, 1fr)",
      cell: ({ floorSettled }) => formatNumber(floorSettled),
      csv: ({ floorSettled }) => String(floorSettled),
      phone: false,
    },
    {
      key: "at",
      title: text("when"),
      width: "minmax(6rem, 1fr)",
      cell: ({ at }) => <When at={at} />,
      csv: ({ at }) => at,
      phone: false,
    },
  ];
}
