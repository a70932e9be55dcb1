/**
 * Links to original fleet-card programs: purchases that were passed on, verdicts that are owed or of which nobody knows
 * whether they arrived.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type {
  ForwardedPurchase,
  OwedVerdict,
  UnconfirmedVerdict,
} from "../wire_types.ts";
import { formatAmount, formatInstant } from "../base/format.ts";
import type { Column } from "../parts/column.ts";
import { SelectField } from "../parts/field.tsx";
import { List } from "../parts/list.tsx";
import { Badge, Section } from "../parts/page.tsx";
import { Empty } from "../parts/states.tsx";
import { text } from "./texts.ts";

/** The three lists. */
export function FleetLinks(): VNode {
  const target = useSignal<ForwardedPurchase["target"]>("company");
  return (
    <>
      <Section title={text("forwarded")}>
        <p class="muted">{text("forwardedHelp")}</p>
        <div class="filters">
          <SelectField
            label={text("forwardedTo")}
            value={target.value}
            choices={TARGETS.map((value) => ({
              value,
              label: text(`forwardedTo_${value}`),
            }))}
            onInput={(value) =>
              target.value = TARGETS.find((it) => it === value) ?? "company"}
          />
        </div>
        <List<ForwardedPurchase>
          label={text("forwarded")}
          path="/v1/forwarded-purchases"
          query={{ target: target.value }}
          views={["fleet_results", "fleet_expenses"]}
          columns={[
            ...passedColumns<ForwardedPurchase>(),
            {
              key: "state",
              title: text("state"),
              cell: ({ state }) => (
                <Badge kind={WAITING.includes(state) ? "warn" : "plain"}>
                  {text(`forwarded_${state}`)}
                </Badge>
              ),
              csv: ({ state }) => state,
              width: "minmax(9rem, 1fr)",
            },
          ]}
          rowKey={({ purchase }) => purchase}
          empty={<Empty title={text("noForwarded")} icon="check" />}
          exportAs="forwarded-purchases"
        />
      </Section>
      <Section title={text("owed")}>
        <p class="muted">{text("owedHelp")}</p>
        <List<OwedVerdict>
          label={text("owed")}
          path="/v1/owed-verdicts"
          views={["fleet_results", "fleet_expenses"]}
          columns={[
            ...passedColumns<OwedVerdict>(),
            {
              key: "state",
              title: text("state"),
              cell: ({ state }) => <Badge>{text(`owed_${state}`)}</Badge>,
              csv: ({ state }) => state,
              width: "minmax(9rem, 1fr)",
            },
          ]}
          rowKey={({ purchase }) => purchase}
          empty={<Empty title={text("noOwed")} icon="check" />}
          exportAs="owed-verdicts"
        />
      </Section>
      <Unconfirmed />
    </>
  );
}

/** Programs that decide purchases. */
const TARGETS = ["company", "regional"] as const;
/** States in which a person must find out. */
const WAITING: readonly ForwardedPurchase["state"][] = ["unknown", "review"];

/** What both lists show of a purchase. */
type Passed = Pick<
  ForwardedPurchase,
  "at" | "company" | "card" | "amount" | "station"
>;

function passedColumns<T extends Passed>(): readonly Column<T>[] {
  return [{
    key: "at",
    title: text("when"),
    cell: ({ at }) => formatInstant(at),
    csv: ({ at }) => at,
    width: "minmax(9rem, 1fr)",
  }, {
    key: "company",
    title: text("company"),
    cell: ({ company }) => company,
    csv: ({ company }) => company,
    phone: false,
  }, {
    key: "card",
    title: text("card"),
    cell: ({ card }) => card,
    csv: ({ card }) => card,
    phone: false,
  }, {
    key: "station",
    title: text("station"),
    cell: ({ station }) => station,
    csv: ({ station }) => station,
    phone: false,
  }, {
    key: "amount",
    title: text("amount"),
    cell: ({ amount }) => formatAmount(amount),
    csv: ({ amount }) => amount.amount,
    align: "end",
  }];
}

function Unconfirmed(): VNode {
  return (
    <Section title={text("unconfirmed")}>
      <p class="muted">{text("unconfirmedHelp")}</p>
      <List<UnconfirmedVerdict>
        label={text("unconfirmed")}
        path="/v1/unconfirmed-verdicts"
        views={["fleet_expenses"]}
        columns={[{
          key: "station",
          title: text("station"),
          cell: ({ route }) => route.station,
          csv: ({ route }) => route.station,
        }, {
          key: "regional",
          title: text("regional"),
          cell: ({ route }) => route.regional,
          csv: ({ route }) => route.regional,
          phone: false,
        }, {
          key: "purchase",
          title: text("sale"),
          cell: ({ expense }) => <span class="mono">{expense.id}</span>,
          csv: ({ expense }) => expense.id,
          width: "minmax(10rem, 3fr)",
        }]}
        rowKey={({ expense }) => expense.id}
        empty={<Empty title={text("noUnconfirmed")} icon="check" />}
        exportAs="unconfirmed-verdicts"
      />
    </Section>
  );
}
