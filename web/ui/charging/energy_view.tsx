/**
 * Energy that equipment told of and no session holds.
 *
 * @module
 */
import type { VNode } from "preact";
import type { UnattributedEnergy } from "../wire_types.ts";
import { formatAmount } from "../base/format.ts";
import type { Column } from "../parts/column.ts";
import { List } from "../parts/list.tsx";
import { Empty } from "../parts/states.tsx";
import { When } from "../parts/when.tsx";
import { formatEnergy } from "./charging_words.tsx";
import { text } from "./texts.ts";

/** Energy that equipment told of and no session holds. */
export function EnergyView(): VNode {
  return (
    <>
      <p class="hint">{text("energyHelp")}</p>
      <List
        label={text("tab_energy")}
        path="/v1/charging-energy"
        views={["charging_sessions"]}
        columns={columns()}
        rowKey={({ id }) => id}
        empty={<Empty title={text("noEnergy")} icon="check" />}
        exportAs="charging-energy"
      />
    </>
  );
}

function columns(): readonly Column<UnattributedEnergy>[] {
  return [
    {
      key: "at",
      title: text("when"),
      cell: ({ at }) => <When at={at} />,
      csv: ({ at }) => at,
    },
    {
      key: "point",
      title: text("point"),
      cell: ({ point }) => point,
      csv: ({ point }) => point,
    },
    {
      key: "energyWh",
      title: text("energy"),
      align: "end",
      cell: ({ energyWh }) => formatEnergy(energyWh),
      csv: ({ energyWh }) => String(energyWh),
    },
    {
      key: "amount",
      title: text("amount"),
      align: "end",
      cell: ({ amount }) => formatAmount(amount),
      csv: ({ amount }) => `${amount.amount} ${amount.currency}`,
    },
    {
      key: "session",
      title: text("session"),
      cell: ({ session }) => session ?? "–",
      csv: ({ session }) => session ?? "",
      phone: false,
    },
  ];
}
