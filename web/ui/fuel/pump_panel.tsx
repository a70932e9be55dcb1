/**
 * All that is known of a pump, with orders to it.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Pump, PumpCommand } from "../wire_types.ts";
import { change } from "../base/http.ts";
import { formatInstant, formatNumber } from "../base/format.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { confirmed, Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { useAction } from "../parts/form.tsx";
import { Facts } from "../parts/page.tsx";
import { ProblemPanel } from "../parts/states.tsx";
import { OrderList } from "./order_list.tsx";
import { PumpForm } from "./pump_form.tsx";
import { orderPump, stopInEmergency } from "./pump_orders.ts";
import { isConnected } from "./pump_wall.ts";
import { connectionWord, pumpWord, serviceWord } from "./pump_words.ts";
import { type Currency, formatLiters, formatUnits } from "./quantities.ts";
import { text } from "./texts.ts";

/** A pump's panel. */
export interface PumpPanelProps {
  readonly pump: Pump;
  readonly currency: Currency | undefined;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

/**
 * All that is known of a pump.
 *
 * @param props The pump.
 * @returns A dialog at the edge of the window.
 */
export function PumpPanel(
  { pump, currency, onClose, onChanged }: PumpPanelProps,
): VNode {
  const changing = useSignal(false);
  return (
    <Dialog title={`${pump.pump} · ${pump.name}`} onClose={onClose} side>
      <PumpFacts pump={pump} currency={currency} />
      <Orders pump={pump} />
      {may("supervisor")
        ? (
          <div class="actions">
            <Button icon="settings" onClick={() => changing.value = true}>
              {text("changePump")}
            </Button>
            <RemovePump pump={pump} onClose={onClose} onChanged={onChanged} />
          </div>
        )
        : null}
      <p>
        <a href={`/deliveries?site=${pump.site}&pump=${pump.pump}`}>
          {text("deliveriesOfPump")}
        </a>
      </p>
      <h3>{text("tabOrders")}</h3>
      <OrderList site={pump.site} pump={pump.pump} />
      {changing.value
        ? (
          <PumpForm
            site={pump.site}
            pump={pump}
            onClose={() => changing.value = false}
            onDone={onChanged}
          />
        )
        : null}
    </Dialog>
  );
}

function PumpFacts(
  { pump, currency }: Pick<PumpPanelProps, "pump" | "currency">,
): VNode {
  const { live, prices, totals } = pump;
  return (
    <Facts
      rows={[
        [text("state"), pumpWord(pump).label],
        [text("serviceState"), serviceWord(pump.serviceState)],
        [text("link"), connectionWord(pump)],
        [text("links"), formatNumber(live?.links ?? 0)],
        [text("address"), live?.address ?? "–"],
        [text("heardAt"), formatInstant(live?.at)],
        [text("connectedAt"), formatInstant(pump.connectedAt)],
        [
          text("running"),
          text("runningValue", {
            liters: formatLiters(live?.volumeMl ?? 0),
            amount: formatUnits(live?.amount ?? 0, currency),
          }),
        ],
        [text("fuels"), pump.fuels.join(", ")],
        [text("fuelNow"), live?.fuel ?? pump.fuel],
        [text("capacity"), formatLiters(pump.capacityMl, 0)],
        [
          text("pricesTaken"),
          prices === null ? text("pricesNever") : (
            <>
              {prices.prices.map(({ fuel, price }) =>
                `${fuel} ${formatUnits(price, currency)}`
              ).join(" · ")}
              <br />
              {formatInstant(prices.at)}
            </>
          ),
        ],
        [text("litersTotal"), formatLiters(totals.volumeMl)],
        [text("incomeTotal"), formatUnits(totals.amount, currency)],
        [text("deliveries"), formatNumber(totals.count)],
      ]}
    />
  );
}

const COMMANDS = ["pause", "resume", "report"] as const;
const ICONS = { pause: "pause", resume: "play", report: "refresh" } as const;

function Orders({ pump }: { readonly pump: Pump }): VNode {
  const reason = useSignal("");
  const action = useAction();
  const allowed = may("supervisor");
  const give = (command: PumpCommand["command"]) =>
    void action.run(
      () => orderPump(pump, command, reason.value),
      text("ordered", { order: text(`order_${command}`), name: pump.name }),
    );
  return (
    <section aria-label={text("order")}>
      {allowed
        ? (
          <TextField
            label={text("reason")}
            value={reason.value}
            maxLength={200}
            onInput={(typed) => reason.value = typed}
          />
        )
        : <p class="hint">{text("ordersNeedSupervisor")}</p>}
      {action.problem === undefined
        ? null
        : <ProblemPanel problem={action.problem} />}
      <div class="actions pump-orders">
        {COMMANDS.map((command) => (
          <Button
            key={command}
            icon={ICONS[command]}
            disabled={!allowed || !isConnected(pump)}
            busy={action.busy}
            onClick={() => give(command)}
          >
            {text(`order_${command}`)}
          </Button>
        ))}
        <Button
          kind="danger"
          icon="stop"
          onClick={() => void stopInEmergency(pump.site, pump)}
        >
          {text("order_stop")}
        </Button>
      </div>
      {isConnected(pump) ? null : <p class="hint">{text("notLinked")}</p>}
    </section>
  );
}

function RemovePump(
  { pump, onClose, onChanged }: Omit<PumpPanelProps, "currency">,
): VNode {
  const action = useAction();
  const remove = async () => {
    const yes = await confirmed(text("removeAsk", { name: pump.name }), {
      detail: text("removeDetail"),
      action: text("removePump"),
      danger: true,
    });
    if (!yes) return;
    const done = await action.run(
      () => change("DELETE", `/v1/pumps/${pump.site}/${pump.pump}`),
      text("pumpRemoved", { name: pump.name }),
    );
    if (done === undefined) return;
    onChanged();
    onClose();
  };
  return (
    <>
      <Button
        kind="danger"
        icon="trash"
        busy={action.busy}
        onClick={() => void remove()}
      >
        {text("removePump")}
      </Button>
      {action.problem === undefined
        ? null
        : <ProblemPanel problem={action.problem} />}
    </>
  );
}
