/**
 * A charging session with its ticket.
 *
 * @module
 */
import type { VNode } from "preact";
import type { ChargingSession } from "../wire_types.ts";
import { formatAmount, formatInstant } from "../base/format.ts";
import { useResource } from "../base/resource.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { Badge, Facts } from "../parts/page.tsx";
import { Freshness, Loaded, Panel } from "../parts/states.tsx";
import {
  formatEnergy,
  pathOf,
  sessionKind,
  sessionWord,
} from "./charging_words.tsx";
import { endSession } from "./point_orders.ts";
import { text } from "./texts.ts";

/** A session that lasts is read again after so many milliseconds. */
const AGAIN_MS = 2_000;

/**
 * A charging session with its ticket.
 *
 * @param props Which session.
 * @returns A dialog at the edge of the window.
 */
export function SessionPanel(
  { id, onClose }: { readonly id: string; readonly onClose: () => void },
): VNode {
  const session = useResource<ChargingSession>(
    pathOf("charging-sessions", id),
    { views: ["charging_sessions"], everyMs: AGAIN_MS },
  );
  return (
    <Dialog title={text("session")} onClose={onClose} side>
      <Freshness asOf={session.asOf} peers={false} />
      <Loaded resource={session}>
        {(value) => <Shown session={value} onChanged={session.reload} />}
      </Loaded>
    </Dialog>
  );
}

function Shown(
  { session, onChanged }: {
    readonly session: ChargingSession;
    readonly onChanged: () => void;
  },
): VNode {
  const open = session.outcome === null;
  const end = async () => {
    if (await endSession(session)) onChanged();
  };
  return (
    <>
      <p>
        <Badge kind={sessionKind(session)}>{sessionWord(session)}</Badge>{" "}
        {session.stale ? <Badge kind="warn">{text("stale")}</Badge> : null}
      </p>
      {session.words === null
        ? null
        : <Panel kind="warn">{session.words}</Panel>}
      {session.priceDiffers
        ? <Panel kind="warn">{text("priceDiffers")}</Panel>
        : null}
      <div class="actions point-ticket">
        {open
          ? (
            <Button
              kind="danger"
              disabled={!may("supervisor")}
              onClick={() => void end()}
            >
              {text("endSession")}
            </Button>
          )
          : (
            <a
              class="button primary"
              href={pathOf("charging-tickets", session.id, "?format=html")}
              target="_blank"
              rel="noopener"
            >
              <Icon name="print" />
              {text("ticket")}
            </a>
          )}
      </div>
      <SessionFacts session={session} />
    </>
  );
}

function SessionFacts(
  { session }: { readonly session: ChargingSession },
): VNode {
  const { tariff } = session;
  return (
    <Facts
      rows={[
        [text("point"), session.point],
        [text("connectorName"), String(session.connector)],
        [text("driver"), session.driver ?? text("nobody")],
        [text("energy"), formatEnergy(session.energyWh)],
        [text("amount"), formatAmount(session.amount)],
        [text("authorizedAt"), formatInstant(session.at)],
        [text("startedAt"), formatInstant(session.startedAt)],
        [text("endedAt"), formatInstant(session.endedAt)],
        [text("expiresAt"), formatInstant(session.expiresAt)],
        [text("source"), text(`source_${session.source}`)],
        [
          text("tariff"),
          tariff === null ? "–" : text("tariffLine", {
            energy: formatAmount(tariff.energy),
            session: formatAmount(tariff.session),
            minute: formatAmount(tariff.minute),
          }),
        ],
        [text("transaction"), String(session.transaction ?? "–")],
        [text("site"), session.site],
        [text("id"), <span key="id" class="mono">{session.id}</span>],
      ]}
    />
  );
}
