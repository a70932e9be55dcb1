/**
 * The pump wall: every pump of a station as it is now, orders to them, and what became of these.
 *
 * @module
 */
import type { VNode } from "preact";
import { type Signal, useSignal } from "@preact/signals";
import type { Pump, Station } from "../wire_types.ts";
import { query } from "../base/location.ts";
import { useResource } from "../base/resource.ts";
import { may } from "../base/session.ts";
import { formatNumber } from "../base/format.ts";
import { Button } from "../parts/button.tsx";
import { Figure, Figures, Page, Tabs } from "../parts/page.tsx";
import { Empty, Freshness, ProblemPanel } from "../parts/states.tsx";
import { PumpForm } from "./pump_form.tsx";
import { OrderList } from "./order_list.tsx";
import { stopInEmergency, useLastOrders } from "./pump_orders.ts";
import { PumpPanel } from "./pump_panel.tsx";
import { PumpTile } from "./pump_tile.tsx";
import { type PumpWall, usePumpWall } from "./pump_wall.ts";
import { type Currency, formatUnits, useCurrency } from "./quantities.ts";
import { formatLiters } from "./quantities.ts";
import { PriceStrip } from "./price_strip.tsx";
import { SiteChoice, useShownSite } from "./sites.tsx";
import { StationName } from "./station_name.tsx";
import { text } from "./texts.ts";

/** The pump wall. */
export function PumpsPage(): VNode {
  const shown = useShownSite();
  const { site } = shown;
  const wall = usePumpWall(site);
  const currency = useCurrency(site);
  const station = useResource<Station>(
    site === undefined ? undefined : `/v1/stations/${site}`,
    { views: ["directory"] },
  );
  const adding = useSignal(false);
  const tab = query.value.get("tab") ?? "wall";
  return (
    <Page
      title={station.value?.name ?? text("pumps")}
      note={<WallFreshness wall={wall} />}
      actions={
        <>
          <SiteChoice shown={shown} />
          {site !== undefined && may("supervisor")
            ? (
              <>
                <StationName site={site} name={station.value?.name ?? ""} />
                <Button icon="plus" onClick={() => adding.value = true}>
                  {text("addPump")}
                </Button>
              </>
            )
            : null}
        </>
      }
    >
      {site === undefined ? <Empty title={text("noSite")} /> : (
        <>
          <EmergencyBar site={site} />
          <PriceStrip site={site} />
          <Tabs
            label={text("pumps")}
            chosen={tab}
            tabs={[
              { key: "wall", title: text("tabWall") },
              { key: "orders", title: text("tabOrders") },
            ]}
          />
          {tab === "orders"
            ? <OrderList site={site} />
            : <Wall site={site} wall={wall} currency={currency} />}
          {adding.value
            ? (
              <PumpForm
                site={site}
                onClose={() => adding.value = false}
                onDone={() => wall.reload()}
              />
            )
            : null}
        </>
      )}
    </Page>
  );
}

function WallFreshness({ wall }: { readonly wall: PumpWall }): VNode {
  return <Freshness asOf={wall.asOf.value} peers={false} />;
}

function EmergencyBar({ site }: { readonly site: string }): VNode {
  return (
    <div class="pump-emergency">
      <button
        type="button"
        class="pump-stop-all"
        onClick={() => void stopInEmergency(site)}
      >
        <span aria-hidden="true" class="pump-stop-sign" />
        {text("stopAll")}
      </button>
      <p class="hint">
        {text(may("supervisor") ? "stopAllHint" : "stopAllHintCashier")}
      </p>
    </div>
  );
}

function Wall(
  { site, wall, currency }: {
    readonly site: string;
    readonly wall: PumpWall;
    readonly currency: Currency | undefined;
  },
): VNode {
  const opened: Signal<string | undefined> = useSignal(undefined);
  const orders = useLastOrders(site);
  const cells = wall.cells.value;
  const problem = wall.problem.value;
  const open = cells.find(({ key }) => key === opened.value);
  return (
    <>
      {problem === undefined
        ? null
        : <ProblemPanel problem={problem} onRetry={() => wall.reload()} />}
      <div class="pump-sums">
        <WallFigures wall={wall} currency={currency} />
      </div>
      {cells.length === 0 && wall.asOf.value !== undefined
        ? <Empty title={text("noPumps")} icon="fuel" />
        : null}
      <div class="pump-wall">
        {cells.map(({ key, pump }) => (
          <PumpTile
            key={key}
            pump={pump}
            currency={currency}
            order={orders.get(pump.peek().pump)}
            onOpen={() => opened.value = key}
          />
        ))}
      </div>
      {open === undefined ? null : (
        <OpenPump
          pump={open.pump}
          currency={currency}
          wall={wall}
          onClose={() => opened.value = undefined}
        />
      )}
    </>
  );
}

function OpenPump(
  { pump, currency, wall, onClose }: {
    readonly pump: Signal<Pump>;
    readonly currency: Currency | undefined;
    readonly wall: PumpWall;
    readonly onClose: () => void;
  },
): VNode {
  return (
    <PumpPanel
      pump={pump.value}
      currency={currency}
      onClose={onClose}
      onChanged={() => wall.reload()}
    />
  );
}

function WallFigures(
  { wall, currency }: {
    readonly wall: PumpWall;
    readonly currency: Currency | undefined;
  },
): VNode {
  const sums = wall.sums.value;
  return (
    <Figures>
      <Figure
        label={text("connected")}
        value={`${sums.connected} / ${sums.pumps}`}
        {...(sums.connected < sums.pumps ? { kind: "warn" as const } : {})}
      />
      <Figure
        label={text("dispensing")}
        value={formatNumber(sums.dispensing)}
        note={text("pausedToo", { count: sums.paused })}
      />
      <Figure
        label={text("litersTotal")}
        value={formatLiters(sums.volumeMl, 1)}
        note={text("deliveriesCount", { count: formatNumber(sums.count) })}
        href="/deliveries"
      />
      <Figure
        label={text("incomeTotal")}
        value={formatUnits(sums.amount, currency)}
        note={text("sinceEver")}
      />
    </Figures>
  );
}
