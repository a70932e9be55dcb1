/**
 * The charging panel: points and sessions as they are now, orders, alerts, drivers, tariffs, and what was done.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { ChargingPanel } from "../wire_types.ts";
import { withQuery } from "../base/http.ts";
import { query } from "../base/location.ts";
import { type Resource, useResource } from "../base/resource.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Page, Tabs } from "../parts/page.tsx";
import { Freshness, Loaded } from "../parts/states.tsx";
import { AlertsView } from "./alerts_view.tsx";
import { AuditView } from "./audit_view.tsx";
import { DriversView } from "./drivers_view.tsx";
import { EnergyView } from "./energy_view.tsx";
import { OriginalsView } from "./originals_view.tsx";
import { orderAll } from "./point_orders.ts";
import { PointsView } from "./points_view.tsx";
import { RequestForm } from "./request_form.tsx";
import { TariffsView } from "./tariffs_view.tsx";
import { text } from "./texts.ts";

/** Points of one page of the panel. */
const PAGE_POINTS = 200;
/** The panel is read again after so many milliseconds, as the original one was. */
const AGAIN_MS = 2_000;
const VIEWS = [
  "charging_points",
  "charging_sessions",
  "charging_requests",
  "charging_commands",
];

/** The charging panel. */
export function ChargingPage(): VNode {
  const cursors = useSignal<readonly string[]>([]);
  const panel = useResource<ChargingPanel>(
    withQuery("/v1/charging-panel", {
      limit: PAGE_POINTS,
      cursor: cursors.value.at(-1),
    }),
    { views: VIEWS, everyMs: AGAIN_MS },
  );
  const asking = useSignal(false);
  return (
    <Page
      title={text("charging")}
      note={<Freshness asOf={panel.asOf} peers={false} />}
      actions={<Actions onAsk={() => asking.value = true} />}
    >
      {may("supervisor")
        ? null
        : <p class="hint point-hint">{text("ordersNeedSupervisor")}</p>}
      <ChargingTabs panel={panel} />
      <Loaded resource={panel}>
        {(value) => (
          <Shown
            panel={value}
            earlier={cursors.value.length > 0}
            onEarlier={() => cursors.value = cursors.value.slice(0, -1)}
            onMore={(cursor) => cursors.value = [...cursors.value, cursor]}
          />
        )}
      </Loaded>
      {asking.value
        ? (
          <RequestForm
            points={panel.value?.points ?? []}
            onClose={() => asking.value = false}
          />
        )
        : null}
    </Page>
  );
}

function Actions({ onAsk }: { readonly onAsk: () => void }): VNode {
  const disabled = !may("supervisor");
  return (
    <>
      <Button icon="plus" onClick={onAsk}>{text("requestCharge")}</Button>
      <Button
        kind="danger"
        icon="stop"
        disabled={disabled}
        onClick={() => void orderAll("stop")}
      >
        {text("stopAll")}
      </Button>
      <Button
        icon="play"
        disabled={disabled}
        onClick={() => void orderAll("resume")}
      >
        {text("resumeAll")}
      </Button>
    </>
  );
}

const TABS = [
  ["points", "cashier"],
  ["alerts", "cashier"],
  ["drivers", "cashier"],
  ["tariffs", "cashier"],
  ["audit", "supervisor"],
  ["energy", "supervisor"],
  ["security", "supervisor"],
] as const;

function chosenTab(): typeof TABS[number][0] {
  const asked = query.value.get("tab");
  return TABS.find(([key]) => key === asked)?.[0] ?? "points";
}

function ChargingTabs(
  { panel }: { readonly panel: Resource<ChargingPanel> },
): VNode {
  const drivers = panel.value?.drivers.length ?? 0;
  return (
    <Tabs
      label={text("charging")}
      chosen={chosenTab()}
      tabs={TABS.filter(([, role]) => may(role)).map(([key]) => ({
        key,
        title: key === "drivers"
          ? text("tab_driversCount", { count: drivers })
          : text(`tab_${key}`),
      }))}
    />
  );
}

function Shown(
  { panel, earlier, onEarlier, onMore }: {
    readonly panel: ChargingPanel;
    readonly earlier: boolean;
    readonly onEarlier: () => void;
    readonly onMore: (cursor: string) => void;
  },
): VNode {
  switch (chosenTab()) {
    case "points":
      return (
        <PointsView
          panel={panel}
          earlier={earlier}
          onEarlier={onEarlier}
          onMore={onMore}
        />
      );
    case "alerts":
      return <AlertsView panel={panel} />;
    case "drivers":
      return <DriversView drivers={panel.drivers} />;
    case "tariffs":
      return <TariffsView points={panel.points} />;
    case "audit":
      return <AuditView />;
    case "energy":
      return <EnergyView />;
    case "security":
      return <OriginalsView points={panel.points} />;
  }
}
