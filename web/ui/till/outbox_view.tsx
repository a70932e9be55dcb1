/**
 * Sales that were paid and are not written down yet: those that wait for the node, and those that it refused afterwards,
 * with what can be done about them.
 *
 * @module
 */
import type { VNode } from "preact";
import { formatAmount, formatTime } from "../base/format.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { confirmed, Dialog } from "../parts/dialog.tsx";
import { Badge } from "../parts/page.tsx";
import { Empty, Panel } from "../parts/states.tsx";
import { problemText } from "../parts/problem_text.ts";
import type { SaleRecording } from "../wire_types.ts";
import { takeUp } from "./cart_store.ts";
import { openDialog } from "./open_dialog.ts";
import { forget, outbox, type PaidSale, sendAgain } from "./outbox.ts";
import { refusalTitle } from "./refusal_view.tsx";
import { text } from "./texts.ts";

/** Says how many sales wait, above the till; nothing if none does. */
export function OutboxBanner(): VNode | null {
  const all = outbox.value;
  // A sale just being paid is no news.
  const refused = all.filter((paid) => paid.refused !== null).length;
  const waiting = all.filter(isWaiting).length;
  if (refused === 0 && waiting === 0) return null;
  return (
    <div
      class={`panel ${refused > 0 ? "bad" : "warn"} till-outbox`}
      role="status"
    >
      <div>
        {waiting > 0 ? <p>{text("waitingCount", { count: waiting })}</p> : null}
        {refused > 0 ? <p>{text("refusedCount", { count: refused })}</p> : null}
      </div>
      <Button onClick={() => openDialog.value = { kind: "outbox" }}>
        {text("show")}
      </Button>
    </div>
  );
}

/** Whether a sale found the node away; one that has no instant yet is being sent for the first time. */
function isWaiting({ refused, body }: PaidSale): boolean {
  return refused === null && body.at !== undefined;
}

/** The sales that are not written down yet. */
export function OutboxDialog(
  { onClose }: { readonly onClose: () => void },
): VNode {
  return (
    <Dialog title={text("outboxTitle")} onClose={onClose}>
      {outbox.value.length === 0
        ? <Empty title={text("outboxNone")} icon="check" />
        : (
          <ul class="till-held">
            {outbox.value.map((paid) => (
              <Row key={paid.body.id} paid={paid} onClose={onClose} />
            ))}
          </ul>
        )}
      <Panel>{text("outboxHelp")}</Panel>
    </Dialog>
  );
}

function Row(
  { paid, onClose }: {
    readonly paid: PaidSale;
    readonly onClose: () => void;
  },
): VNode {
  const { refused, cart, total, currency } = paid;
  const first = cart.lines[0]?.name ?? "";
  return (
    <li class="waits">
      <div>
        <strong>{formatAmount({ amount: total, currency })}</strong>{" "}
        <span class="muted">
          {formatTime(paid.at)} · {first}
          {cart.lines.length > 1
            ? ` ${text("andMore", { count: cart.lines.length - 1 })}`
            : ""}
        </span>{" "}
        {refused === null
          ? <Badge kind="warn">{text("waitsShort")}</Badge>
          : <Badge kind="bad">{text("refusedShort")}</Badge>}
      </div>
      {refused === null ? null : (
        <>
          <p class="why">
            {refusalTitle(refused, cart) || problemText(refused).title}
          </p>
          <Remedies paid={paid} onClose={onClose} />
        </>
      )}
    </li>
  );
}

/** The goods are gone: it can be recorded as what has happened already, whatever the stock says now. */
function asHappened(paid: PaidSale): SaleRecording {
  const { lines, ...rest } = paid.body;
  const prices = new Map(
    paid.cart.lines.map((line) => [line.product, line]),
  );
  return {
    ...rest,
    observation: true,
    lines: lines.map((line) => {
      const known = prices.get(line.product);
      if (line.price !== undefined || known?.price === undefined) return line;
      if (known.price === null) return line;
      const price = { amount: known.price, currency: known.currency };
      return { ...line, price };
    }),
  };
}

function Remedies(
  { paid, onClose }: {
    readonly paid: PaidSale;
    readonly onClose: () => void;
  },
): VNode {
  return (
    <div class="actions">
      <Button
        onClick={() => {
          forget(paid);
          takeUp(paid.cart);
          onClose();
        }}
      >
        {text("backToCart")}
      </Button>
      <Button onClick={() => sendAgain(paid)}>{text("tryAgain")}</Button>
      <Button
        disabled={!may("supervisor")}
        onClick={async () => {
          const yes = await confirmed(text("asHappened"), {
            detail: text("asHappenedHelp"),
            action: text("asHappenedDo"),
          });
          if (yes) sendAgain({ ...paid, body: asHappened(paid) });
        }}
      >
        {text("asHappenedDo")}
      </Button>
      {may("supervisor") ? null : <p class="hint">{text("supervisorFirst")}</p>}
    </div>
  );
}
