/**
 * Goods between sites: on their way, sent before, sending more, and saying what can be spared.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Transfer } from "../wire_types.ts";
import { formatInstant } from "../base/format.ts";
import { query, setQuery } from "../base/location.ts";
import { may, ownSite } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import type { Column } from "../parts/column.ts";
import { Dialog } from "../parts/dialog.tsx";
import { SelectField } from "../parts/field.tsx";
import { List } from "../parts/list.tsx";
import { Badge } from "../parts/page.tsx";
import { Empty } from "../parts/states.tsx";
import { type Named, useNames } from "./names.ts";
import { SendGoods } from "./send_goods.tsx";
import { Spare } from "./spare.tsx";
import { text } from "./texts.ts";
import { TransferDetails } from "./transfer_details.tsx";
import { isWhole, linesText } from "./transfer_text.ts";

function StateBadge({ row }: { readonly row: Transfer }): VNode {
  if (row.arrivals.length === 0) {
    return <Badge kind="info">{text("onTheWay")}</Badge>;
  }
  return isWhole(row)
    ? <Badge kind="good">{text("arrived")}</Badge>
    : <Badge kind="warn">{text("arrivedApart")}</Badge>;
}

function columns(names: ReadonlyMap<string, Named>): Column<Transfer>[] {
  return [{
    key: "at",
    title: text("sentAt"),
    width: "11rem",
    phone: false,
    cell: ({ at }) => formatInstant(at),
    csv: ({ at }) => at,
  }, {
    key: "sites",
    title: text("fromTo"),
    width: "8rem",
    cell: ({ from, to }) => `${from} → ${to}`,
    csv: ({ from, to }) => `${from} ${to}`,
  }, {
    key: "lines",
    title: text("products"),
    width: "minmax(12rem, 3fr)",
    cell: ({ lines }) => (
      <span class="goods-name">{linesText(lines, names)}</span>
    ),
    csv: ({ lines }) =>
      lines.map(({ product, quantity }) => `${quantity} ${product}`).join("; "),
  }, {
    key: "note",
    title: text("note"),
    width: "minmax(6rem, 1fr)",
    phone: false,
    cell: ({ note }) => note,
    csv: ({ note }) => note,
  }, {
    key: "state",
    title: text("state"),
    width: "9rem",
    cell: (row) => <StateBadge row={row} />,
    csv: ({ arrivals }) => arrivals.length === 0 ? "open" : "arrived",
  }];
}

/** Transfers. */
export function Transfers(): VNode {
  const names = useNames();
  const open = useSignal<Transfer | undefined>(undefined);
  const doing = useSignal<"send" | "spare" | undefined>(undefined);
  const shown = query.value.get("show") ?? "open";
  const close = () => doing.value = undefined;
  return (
    <>
      <div class="filters goods-filters">
        <SelectField
          label={text("show")}
          value={shown}
          choices={[
            { value: "open", label: text("onTheWay") },
            { value: "all", label: text("showAllTransfers") },
          ]}
          onInput={(value) =>
            setQuery({ show: value === "open" ? undefined : value })}
        />
        {may("supervisor")
          ? (
            <div class="actions">
              <Button kind="primary" onClick={() => doing.value = "send"}>
                {text("sendGoods")}
              </Button>
              <Button onClick={() => doing.value = "spare"}>
                {text("spare")}
              </Button>
            </div>
          )
          : <span class="muted">{text("supervisorChanges")}</span>}
      </div>
      {doing.value === "send"
        ? <SendGoods onSent={close} />
        : doing.value === "spare"
        ? <Spare />
        : null}
      <List<Transfer>
        label={text("transfers")}
        path="/v1/transfers"
        query={{
          site: ownSite.value,
          open: shown === "open" ? true : undefined,
        }}
        views={["transfers"]}
        columns={columns(names.value)}
        rowKey={({ id }) => id}
        onOpen={(row) => open.value = row}
        exportAs="traslados"
        empty={
          <Empty
            icon="check"
            title={text(shown === "open" ? "nothingOnTheWay" : "noTransfers")}
          />
        }
      />
      {open.value === undefined ? null : (
        <Dialog
          side
          title={text("transfer")}
          onClose={() => open.value = undefined}
        >
          <TransferDetails
            transfer={open.value}
            names={names.value}
            onDone={() => open.value = undefined}
          />
        </Dialog>
      )}
    </>
  );
}
