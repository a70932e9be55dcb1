/**
 * What is known of a drawer: who opened it, what should be in it, what was counted, cash in and out.
 *
 * @module
 */
import type { VNode } from "preact";
import { formatAmount, formatInstant, formatTime } from "../base/format.ts";
import { Badge, Facts } from "../parts/page.tsx";
import { Panel } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import type { CashSession, Money } from "../wire_types.ts";
import { methodName, sellerName, text } from "./sale_texts.ts";

interface MethodRow {
  readonly method: string;
  readonly expected: Money | undefined;
  readonly counted: Money | undefined;
  readonly difference: Money | undefined;
}

function methodRows(session: CashSession): MethodRow[] {
  const { expected, counted, differences } = session;
  const methods = new Set(
    [...expected, ...counted ?? []].map(({ method }) => method),
  );
  const of = (
    list: CashSession["expected"] | null,
    method: string,
  ): Money | undefined => list?.find((one) => one.method === method)?.amount;
  return [...methods].map((method) => ({
    method,
    expected: of(expected, method),
    counted: of(counted, method),
    difference: of(differences, method),
  }));
}

/** A difference with a word, so that it does not hang on a color. */
export function Difference(
  { amount }: { readonly amount: Money | undefined },
): VNode {
  if (amount === undefined) return <>–</>;
  if (/^-?0*(\.0*)?$/.test(amount.amount)) {
    return <Badge kind="good">{text("even")}</Badge>;
  }
  const missing = amount.amount.startsWith("-");
  const shown = formatAmount({
    ...amount,
    amount: amount.amount.replace("-", ""),
  });
  return (
    <Badge kind={missing ? "bad" : "warn"}>
      {text(missing ? "missing" : "surplus", { amount: shown })}
    </Badge>
  );
}

/** A drawer. */
export function DrawerDetails(
  { session }: { readonly session: CashSession },
): VNode {
  const { moves, closedAt, note } = session;
  const rows = methodRows(session);
  const isClosed = closedAt !== null;
  return (
    <div class="till-drawer">
      <Facts
        rows={[
          [text("openedAt"), formatInstant(session.openedAt)],
          [text("openedBy"), sellerName(session.openedBy)],
          [text("float"), formatAmount(session.float)],
          ...(isClosed
            ? [
              [text("closedAt"), formatInstant(closedAt)] as const,
              [text("closedBy"), sellerName(session.closedBy)] as const,
            ]
            : []),
          ...(note === null || note === ""
            ? []
            : [[text("note"), note] as const]),
        ]}
      />
      <Table<MethodRow>
        label={text("expectedTable")}
        rows={rows}
        rowKey={({ method }) => method}
        columns={[
          {
            key: "method",
            title: text("method"),
            cell: ({ method }) => methodName(method),
          },
          {
            key: "expected",
            title: text("expected"),
            cell: ({ expected }) => formatAmount(expected),
            align: "end",
          },
          ...(isClosed
            ? [
              {
                key: "counted",
                title: text("counted"),
                cell: ({ counted }: MethodRow) => formatAmount(counted),
                align: "end" as const,
              },
              {
                key: "difference",
                title: text("difference"),
                cell: ({ difference }: MethodRow) => (
                  <Difference amount={difference} />
                ),
                align: "end" as const,
                width: "minmax(9rem, 1fr)",
              },
            ]
            : []),
        ]}
      />
      {rows.some(({ method }) => method === "unstated")
        ? <Panel>{text("unstatedHelp")}</Panel>
        : null}
      {moves.length === 0 ? null : (
        <Table
          label={text("moves")}
          rows={moves}
          rowKey={({ id }) => id}
          columns={[
            {
              key: "at",
              title: text("when"),
              cell: ({ at }) => formatTime(at),
            },
            {
              key: "reason",
              title: text("reason"),
              cell: ({ reason }) => reason,
              width: "minmax(8rem, 2fr)",
            },
            {
              key: "by",
              title: text("by"),
              cell: ({ by }) => sellerName(by),
              phone: false,
            },
            {
              key: "amount",
              title: text("amount"),
              cell: ({ direction, amount }) =>
                `${text(direction === "in" ? "in" : "out")} ${
                  formatAmount(amount)
                }`,
              align: "end",
              width: "minmax(9rem, 1fr)",
            },
          ]}
        />
      )}
    </div>
  );
}
