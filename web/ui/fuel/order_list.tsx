/**
 * Orders to pumps and what became of them.
 *
 * @module
 */
import type { VNode } from "preact";
import type { PumpCommand } from "../wire_types.ts";
import type { Column } from "../parts/column.ts";
import { List } from "../parts/list.tsx";
import { Badge } from "../parts/page.tsx";
import { When } from "../parts/when.tsx";
import { commandWord, outcomeKind, outcomeWord } from "./pump_words.ts";
import { text } from "./texts.ts";

function columns(): readonly Column<PumpCommand>[] {
  return [
    {
      key: "at",
      title: text("when"),
      cell: ({ at }) => <When at={at} />,
      csv: ({ at }) => at,
    },
    {
      key: "pump",
      title: text("pump"),
      cell: ({ pump }) => String(pump),
      csv: ({ pump }) => String(pump),
      width: "5rem",
    },
    {
      key: "command",
      title: text("order"),
      cell: commandWord,
      csv: ({ command }) => command,
    },
    {
      key: "outcome",
      title: text("outcome"),
      cell: (order) => (
        <Badge kind={outcomeKind(order)}>{outcomeWord(order)}</Badge>
      ),
      csv: ({ outcome }) => outcome,
    },
    {
      key: "reason",
      title: text("reason"),
      cell: ({ reason }) => reason === "" ? "–" : reason,
      csv: ({ reason }) => reason,
      width: "minmax(12rem, 2fr)",
      phone: false,
    },
  ];
}

/** Orders to pumps, newest first. */
export function OrderList(
  { site, pump }: { readonly site: string; readonly pump?: number },
): VNode {
  return (
    <List
      label={text("tabOrders")}
      path="/v1/pump-commands"
      query={{ site, pump }}
      views={["pump_commands"]}
      columns={columns()}
      rowKey={({ id }) => id}
      exportAs={`orders-${site}`}
    />
  );
}
