/**
 * Deliveries of fuel: what pumps told of and what people entered, with all that is known of each.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { FuelSale } from "../wire_types.ts";
import {
  formatAmount,
  formatDate,
  formatInstant,
  formatSiteTime,
} from "../base/format.ts";
import { query, setQuery } from "../base/location.ts";
import { DayRange } from "../parts/day_range.tsx";
import { Button } from "../parts/button.tsx";
import type { Column } from "../parts/column.ts";
import { Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { List } from "../parts/list.tsx";
import { Badge, Facts, Page } from "../parts/page.tsx";
import { Empty, Panel } from "../parts/states.tsx";
import { When } from "../parts/when.tsx";
import { DeliveryForm } from "./delivery_form.tsx";
import { formatLiters, litersText } from "./quantities.ts";
import { SiteChoice, useShownSite } from "./sites.tsx";
import { text } from "./texts.ts";

/** The begin of a day of this machine as the node takes it; undefined if the text is none. */
function dayStart(date: string, later = 0): string | undefined {
  const [year, month, day] = date.split("-").map(Number);
  if (year === undefined || month === undefined || day === undefined) {
    return undefined;
  }
  const at = new Date(year, month - 1, day + later);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** Deliveries of fuel, newest first. */
export function DeliveriesPage(): VNode {
  const shown = useShownSite();
  const { site } = shown;
  const opened = useSignal<FuelSale | undefined>(undefined);
  const entering = useSignal(false);
  const asked = (name: string) => query.value.get(name) ?? "";
  return (
    <Page
      title={text("deliveries")}
      actions={
        <>
          <SiteChoice shown={shown} />
          <Button
            icon="plus"
            disabled={site === undefined}
            onClick={() => entering.value = true}
          >
            {text("enterDelivery")}
          </Button>
        </>
      }
    >
      <Filters asked={asked} />
      {site === undefined ? <Empty title={text("noSite")} /> : (
        <List
          label={text("deliveries")}
          path="/v1/transactions"
          query={{
            site,
            pump: asked("pump"),
            fuel: asked("fuel"),
            from: dayStart(asked("from")),
            before: dayStart(asked("to"), 1),
            newestFirst: true,
          }}
          views={["transactions"]}
          columns={columns()}
          rowKey={({ id }) => id}
          onOpen={(sale) => opened.value = sale}
          rowClass={(sale) => isDoubtful(sale) ? "doubt" : ""}
          empty={<Empty title={text("noDeliveries")} icon="fuel" />}
          exportAs={`deliveries-${site}`}
        />
      )}
      {opened.value === undefined ? null : (
        <SalePanel
          sale={opened.value}
          onClose={() => opened.value = undefined}
        />
      )}
      {site !== undefined && entering.value
        ? <DeliveryForm site={site} onClose={() => entering.value = false} />
        : null}
    </Page>
  );
}

function Filters(
  { asked }: { readonly asked: (name: string) => string },
): VNode {
  return (
    <div class="filters">
      <TextField
        label={text("pump")}
        value={asked("pump")}
        mode="numeric"
        onInput={(pump) => setQuery({ pump })}
      />
      <TextField
        label={text("fuel")}
        value={asked("fuel")}
        options={["93", "95", "97", "diesel"]}
        onInput={(fuel) => setQuery({ fuel })}
      />
      <DayRange />
    </div>
  );
}

/** Whether a person should look at a delivery. */
function isDoubtful(sale: FuelSale): boolean {
  return sale.amountMismatch || sale.priceMismatch || sale.timeEstimated;
}

function stateKind(state: FuelSale["state"]): "good" | "warn" | "info" {
  return state === "completed" ? "good" : state === "started" ? "info" : "warn";
}

function columns(): readonly Column<FuelSale>[] {
  return [
    {
      key: "at",
      title: text("when"),
      cell: ({ at }) => <When at={at} />,
      csv: ({ at }) => at,
      width: "minmax(6rem, 1fr)",
    },
    {
      key: "pump",
      title: text("pump"),
      cell: ({ pump, pumpName }) =>
        pumpName === "" ? pump : `${pump} · ${pumpName}`,
      csv: ({ pump }) => pump,
    },
    {
      key: "fuel",
      title: text("fuel"),
      cell: ({ fuel }) => fuel,
      csv: ({ fuel }) => fuel,
      width: "5rem",
      phone: false,
    },
    {
      key: "liters",
      title: text("liters"),
      align: "end",
      cell: ({ volumeMl }) => formatLiters(volumeMl),
      csv: ({ volumeMl }) => litersText(volumeMl),
    },
    {
      key: "price",
      title: text("pricePerLiter"),
      align: "end",
      cell: ({ price }) => formatAmount(price),
      csv: ({ price }) => price.amount,
      phone: false,
    },
    {
      key: "amount",
      title: text("amount"),
      align: "end",
      cell: ({ amount }) => formatAmount(amount),
      csv: ({ amount }) => amount.amount,
    },
    {
      key: "currency",
      title: text("currency"),
      cell: ({ amount }) => amount.currency,
      csv: ({ amount }) => amount.currency,
      width: "3rem",
      phone: false,
    },
    {
      key: "payment",
      title: text("payment"),
      cell: ({ payment }) => payment,
      csv: ({ payment }) => payment,
      phone: false,
    },
    {
      key: "state",
      title: text("state"),
      cell: (sale) => (
        <Badge kind={isDoubtful(sale) ? "warn" : stateKind(sale.state)}>
          {isDoubtful(sale) ? text("look") : text(`sale_${sale.state}`)}
        </Badge>
      ),
      csv: ({ state }) => state,
      phone: false,
    },
  ];
}

function SalePanel(
  { sale, onClose }: {
    readonly sale: FuelSale;
    readonly onClose: () => void;
  },
): VNode {
  const doubts = [
    ...(sale.amountMismatch ? [text("amountMismatch")] : []),
    ...(sale.priceMismatch ? [text("priceMismatch")] : []),
    ...(sale.timeEstimated ? [text("timeEstimated")] : []),
  ];
  return (
    <Dialog
      title={text("deliveryOf", { pump: sale.pump })}
      onClose={onClose}
      side
    >
      {doubts.map((doubt) => <Panel key={doubt} kind="warn">{doubt}</Panel>)}
      <Facts
        rows={[
          [text("when"), formatInstant(sale.at)],
          [text("atSite"), formatSiteTime(sale.localTime)],
          [text("businessDate"), formatDate(sale.date)],
          [text("startedAt"), formatInstant(sale.startedAt)],
          [text("took"), duration(sale)],
          [text("pump"), `${sale.pump} ${sale.pumpName}`],
          [text("fuel"), sale.fuel],
          [text("liters"), formatLiters(sale.volumeMl)],
          [text("pricePerLiter"), formatAmount(sale.price)],
          [text("amount"), formatAmount(sale.amount)],
          [text("payment"), sale.payment],
          [text("state"), text(`sale_${sale.state}`)],
          [text("source"), text(`source_${sale.source}`)],
          [text("id"), <span key="id" class="mono">{sale.id}</span>],
          [
            text("place"),
            <span key="place" class="mono">
              {`${sale.site} ${sale.log} ${sale.seq}`}
            </span>,
          ],
        ]}
      />
      {sale.raw === null ? null : (
        <>
          <h3>{text("raw")}</h3>
          <p class="mono">{sale.raw}</p>
        </>
      )}
    </Dialog>
  );
}

/** How long a delivery took, and how fast it was, as the old program's page shows it. */
function duration({ at, startedAt, volumeMl }: FuelSale): string {
  if (startedAt === null) return "–";
  const seconds = Math.round((Date.parse(at) - Date.parse(startedAt)) / 1_000);
  if (!(seconds > 0)) return "0 s";
  const perSecond = formatLiters(Math.round(volumeMl / seconds), 2);
  return `${seconds} s · ${perSecond}/s`;
}
