/**
 * Tanks: how much should be in them, what was brought, what dips found, and what may be missing.
 *
 * @module
 */
import type { ComponentChildren, VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Tank, TankEvent } from "../wire_types.ts";
import type { WirePage } from "../base/http.ts";
import { useResource } from "../base/resource.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import type { Column } from "../parts/column.ts";
import { Dialog } from "../parts/dialog.tsx";
import { List } from "../parts/list.tsx";
import { Badge, Facts, Page } from "../parts/page.tsx";
import { Empty, Freshness, Loaded } from "../parts/states.tsx";
import { When } from "../parts/when.tsx";
import { formatDifference, formatLiters } from "./quantities.ts";
import { SiteChoice, useShownSite } from "./sites.tsx";
import { TankEventForm, TankForm } from "./tank_forms.tsx";
import { TankGauge } from "./tank_gauge.tsx";
import { text } from "./texts.ts";

/** What is open above the page. */
interface Opened {
  readonly what: "delivery" | "dip" | "change" | "events";
  readonly tank: Tank;
}

/** Tanks of a site. */
export function TanksPage(): VNode {
  const shown = useShownSite();
  const { site } = shown;
  const tanks = useResource<WirePage<Tank>>(
    site === undefined ? undefined : `/v1/tanks?site=${site}&limit=1000`,
    { views: ["tanks", "directory", "transactions"] },
  );
  const opened = useSignal<Opened | undefined>(undefined);
  const adding = useSignal(false);
  const close = () => {
    opened.value = undefined;
    adding.value = false;
  };
  return (
    <Page
      title={text("tanks")}
      note={<Freshness asOf={tanks.asOf} />}
      actions={
        <>
          <SiteChoice shown={shown} />
          {may("supervisor") && site !== undefined
            ? (
              <Button icon="plus" onClick={() => adding.value = true}>
                {text("addTank")}
              </Button>
            )
            : null}
        </>
      }
    >
      {site === undefined
        ? <Empty title={text("noSite")} />
        : (
          <Loaded resource={tanks}>
            {({ items }) =>
              items.length === 0
                ? <Empty title={text("noTanks")} icon="fuel" />
                : (
                  <div class="tank-grid">
                    {items.map((tank) => (
                      <TankCard
                        key={tank.tank}
                        tank={tank}
                        onOpen={(what) => opened.value = { what, tank }}
                      />
                    ))}
                  </div>
                )}
          </Loaded>
        )}
      {site !== undefined && adding.value
        ? <TankForm site={site} onClose={close} onDone={tanks.reload} />
        : null}
      {opened.value === undefined ? null : (
        <OpenedTank
          opened={opened.value}
          onClose={close}
          onDone={tanks.reload}
        />
      )}
    </Page>
  );
}

function OpenedTank(
  { opened: { what, tank }, onClose, onDone }: {
    readonly opened: Opened;
    readonly onClose: () => void;
    readonly onDone: () => void;
  },
): VNode {
  switch (what) {
    case "events":
      return <TankEvents tank={tank} onClose={onClose} />;
    case "change":
      return (
        <TankForm
          site={tank.site}
          tank={tank}
          onClose={onClose}
          onDone={onDone}
        />
      );
    case "delivery":
    case "dip":
      return (
        <TankEventForm
          tank={tank}
          kind={what}
          onClose={onClose}
          onDone={onDone}
        />
      );
  }
}

function TankCard(
  { tank, onOpen }: {
    readonly tank: Tank;
    readonly onOpen: (what: Opened["what"]) => void;
  },
): VNode {
  const supervisor = may("supervisor");
  return (
    <section class="card tank-card" aria-label={titleOf(tank)}>
      <header>
        <h2>{titleOf(tank)}</h2>
      </header>
      <div class="tank-body">
        <TankGauge tank={tank} />
        <Facts rows={factsOf(tank)} />
      </div>
      <Variance tank={tank} />
      <div class="actions">
        <Button disabled={!supervisor} onClick={() => onOpen("delivery")}>
          {text("recordDelivery")}
        </Button>
        <Button disabled={!supervisor} onClick={() => onOpen("dip")}>
          {text("recordDip")}
        </Button>
        <Button onClick={() => onOpen("events")}>{text("tankEvents")}</Button>
        <Button
          icon="settings"
          label={text("changeTank")}
          disabled={!supervisor}
          onClick={() => onOpen("change")}
        />
      </div>
      {supervisor ? null : <p class="hint">{text("tanksNeedSupervisor")}</p>}
    </section>
  );
}

function titleOf({ tank, fuel }: Tank): string {
  return text("tankTitle", { tank, fuel });
}

function factsOf(tank: Tank): (readonly [string, ComponentChildren])[] {
  return [
    [text("levelByBook"), formatLiters(tank.levelMl)],
    [
      text("tankCapacity"),
      tank.capacityMl === null ? "–" : formatLiters(tank.capacityMl, 0),
    ],
    [
      text("room"),
      tank.capacityMl === null
        ? "–"
        : formatLiters(tank.capacityMl - tank.levelMl, 0),
    ],
    [text("delivered"), formatLiters(tank.deliveredMl)],
    [text("dispensed"), formatLiters(tank.dispensedMl)],
    [text("dipped"), formatDifference(tank.dippedMl)],
    [
      text("tankPumps"),
      tank.pumps.length === 0 ? text("allPumps") : tank.pumps.join(", "),
    ],
  ];
}

/** This month's loss by dips against what may be missing. */
function Variance({ tank: { month } }: { readonly tank: Tank }): VNode {
  const lost = Math.max(0, -month.variationMl);
  const beyond = lost > month.allowedMl;
  return (
    <div class="tank-variance">
      <h3>{text("variance", { month: month.date })}</h3>
      <p>
        {text("varianceLine", {
          variation: formatDifference(month.variationMl),
          throughput: formatLiters(month.throughputMl, 0),
        })}
      </p>
      <meter
        min={0}
        max={Math.max(1, month.allowedMl)}
        value={Math.min(lost, month.allowedMl)}
        aria-label={text("varianceMeter")}
      />
      <p>
        <Badge kind={beyond ? "bad" : "good"}>
          {text(beyond ? "varianceBeyond" : "varianceWithin")}
        </Badge>{" "}
        <span class="muted">
          {text("varianceAllowed", { allowed: formatLiters(month.allowedMl) })}
        </span>
      </p>
    </div>
  );
}

function eventColumns(): readonly Column<TankEvent>[] {
  return [
    {
      key: "at",
      title: text("when"),
      cell: ({ at }) => <When at={at} />,
      csv: ({ at }) => at,
    },
    {
      key: "kind",
      title: text("what"),
      cell: ({ kind }) => text(`event_${kind}`),
      csv: ({ kind }) => kind,
    },
    {
      key: "liters",
      title: text("liters"),
      align: "end",
      cell: ({ kind, volumeMl }) =>
        kind === "dip" ? formatDifference(volumeMl) : formatLiters(volumeMl),
      csv: ({ volumeMl }) => String(volumeMl / 1_000),
    },
  ];
}

function TankEvents(
  { tank, onClose }: {
    readonly tank: Tank;
    readonly onClose: () => void;
  },
): VNode {
  return (
    <Dialog
      title={`${text("tankEvents")} · ${titleOf(tank)}`}
      onClose={onClose}
      side
    >
      <p class="hint">{text("eventsHint")}</p>
      <List
        label={text("tankEvents")}
        path={`/v1/tanks/${tank.site}/${tank.tank}/events`}
        views={["tanks"]}
        columns={eventColumns()}
        rowKey={({ id }) => id}
        exportAs={`tank-${tank.site}-${tank.tank}`}
      />
    </Dialog>
  );
}
