/**
 * All points by state, and each with what it does.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type {
  ChargingPanel,
  ChargingPoint,
  ChargingSession,
} from "../wire_types.ts";
import { formatAmount, formatNumber } from "../base/format.ts";
import { query, setQuery } from "../base/location.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Badge } from "../parts/page.tsx";
import { Empty } from "../parts/states.tsx";
import {
  formatEnergy,
  openSessions,
  sessionKind,
  sessionWord,
  StateMark,
} from "./charging_words.tsx";
import { CommandOutcome } from "./command_outcome.tsx";
import { endSession } from "./point_orders.ts";
import { PointPanel } from "./point_panel.tsx";
import { PointControls, PointMarks } from "./point_parts.tsx";
import { text } from "./texts.ts";

/** All points by state, and each with what it does. */
export function PointsView(
  { panel, earlier, onEarlier, onMore }: {
    readonly panel: ChargingPanel;
    /** True if there are points before these. */
    readonly earlier: boolean;
    readonly onEarlier: () => void;
    readonly onMore: (cursor: string) => void;
  },
): VNode {
  const opened = useSignal<string | undefined>(undefined);
  const wanted = query.value.get("state");
  const points = panel.points.filter(({ state }) =>
    wanted === null || state === wanted
  );
  const open = panel.points.find(({ id }) => id === opened.value);
  const { next } = panel;
  return (
    <>
      <StateCounts panel={panel} wanted={wanted} />
      {points.length === 0
        ? (
          <Empty
            icon="charging"
            title={text(panel.points.length === 0 ? "noPoints" : "noneInState")}
          />
        )
        : null}
      <div class="point-wall">
        {points.map((point) => (
          <PointTile
            key={point.id}
            point={point}
            onOpen={() => opened.value = point.id}
          />
        ))}
      </div>
      {earlier || next !== null
        ? (
          <div class="actions point-pages">
            <Button icon="left" disabled={!earlier} onClick={onEarlier}>
              {text("earlierPoints")}
            </Button>
            <Button
              icon="right"
              disabled={next === null}
              onClick={() => next === null ? undefined : onMore(next)}
            >
              {text("morePoints")}
            </Button>
          </div>
        )
        : null}
      {open === undefined
        ? null
        : <PointPanel point={open} onClose={() => opened.value = undefined} />}
    </>
  );
}

/** How many points are in each state; pressing one shows these alone. */
function StateCounts(
  { panel, wanted }: {
    readonly panel: ChargingPanel;
    readonly wanted: string | null;
  },
): VNode {
  return (
    <div class="point-counts" role="group" aria-label={text("byState")}>
      {panel.states.map(({ state, color, legend, count }) => (
        <button
          key={state}
          type="button"
          class="point-count"
          aria-pressed={wanted === state}
          style={{ borderTopColor: color.hex }}
          onClick={() =>
            setQuery({ state: wanted === state ? undefined : state })}
        >
          <strong>{formatNumber(count)}</strong>
          <StateMark state={state} color={color} legend={legend} />
        </button>
      ))}
    </div>
  );
}

function PointTile(
  { point, onOpen }: {
    readonly point: ChargingPoint;
    readonly onOpen: () => void;
  },
): VNode {
  const { id, state, color, legend, location, price } = point;
  const sessions = openSessions(point);
  return (
    <article
      class="point"
      aria-label={id}
      style={{ borderInlineStartColor: color.hex }}
    >
      <header>
        <button
          type="button"
          class="point-name"
          title={text("details")}
          onClick={onOpen}
        >
          {id}
        </button>
        <StateMark state={state} color={color} legend={legend} />
      </header>
      <p class="point-where">
        <span>{location === "" ? "–" : location}</span>
        <span>
          {price === null
            ? text("noPrice")
            : text("perKwh", { price: formatAmount(price) })}
        </span>
      </p>
      {sessions.map((session) => (
        <SessionLine
          key={session.id}
          session={session}
          many={point.connectors.length > 1}
        />
      ))}
      <PointMarks point={point} />
      <CommandOutcome point={id} />
      <PointControls point={point} />
    </article>
  );
}

function SessionLine(
  { session, many }: {
    readonly session: ChargingSession;
    readonly many: boolean;
  },
): VNode {
  return (
    <div class="point-session">
      <p>
        <strong>{formatEnergy(session.energyWh)}</strong>
        <strong>{formatAmount(session.amount)}</strong>
      </p>
      <p>
        <span>
          {many ? `${text("connector", { number: session.connector })} · ` : ""}
          {text("driverIs", { driver: session.driver ?? text("nobody") })}
        </span>
        <Badge kind={session.stale ? "warn" : sessionKind(session)}>
          {session.stale ? text("stale") : sessionWord(session)}
        </Badge>
      </p>
      {session.priceDiffers
        ? <Badge kind="warn">{text("priceDiffers")}</Badge>
        : null}
      {may("supervisor")
        ? (
          <Button icon="close" onClick={() => void endSession(session)}>
            {text("endSession")}
            <span class="unseen">{session.point}</span>
          </Button>
        )
        : null}
    </div>
  );
}
