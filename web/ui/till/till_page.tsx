/**
 * The till: finding, the cart, the money, all by keys, by a scanner or by touch.
 *
 * @module
 */
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { formatAmount, formatTime } from "../base/format.ts";
import { useResource } from "../base/resource.ts";
import { Button } from "../parts/button.tsx";
import { confirmed } from "../parts/dialog.tsx";
import { tellDone } from "../parts/notices.tsx";
import { Page } from "../parts/page.tsx";
import { useShortcuts } from "../parts/shortcuts.tsx";
import type { CashSession } from "../wire_types.ts";
import {
  CustomerDialog,
  DiscountDialog,
  HeldDialog,
  HoldDialog,
} from "./cart_dialogs.tsx";
import { CartLines, CartTotal } from "./cart_view.tsx";
import { clearCart, currentLine, heldCarts, sum } from "./cart_store.ts";
import { catalog, useCatalogWhile } from "./catalog.ts";
import { EmptyCart } from "./done_panel.tsx";
import { focusScan, found, scanText } from "./finder.ts";
import { LineDialog, lineWith, MeasureDialog } from "./line_dialog.tsx";
import { openDialog } from "./open_dialog.ts";
import { onLate } from "./outbox.ts";
import { OutboxBanner, OutboxDialog } from "./outbox_view.tsx";
import { PayDialog } from "./pay_dialog.tsx";
import { ReceiptDialog } from "./receipt_dialog.tsx";
import { Refusal } from "./refusal_view.tsx";
import { dropPaidCart, lastWaiting, refusal } from "./selling.ts";
import { ScanField } from "./scan_field.tsx";
import { text } from "./texts.ts";
import { Tiles } from "./tiles.tsx";

function openPay(): void {
  if (sum.value.problem === undefined) openDialog.value = { kind: "pay" };
}

function openLine(): void {
  const key = currentLine.value;
  if (key !== undefined) openDialog.value = { kind: "line", key };
}

function open(kind: "discount" | "customer" | "held" | "hold"): void {
  const needsLines = kind === "discount" || kind === "hold";
  if (needsLines && sum.value.lines.length === 0) return;
  openDialog.value = { kind };
}

function closeDialog(): void {
  openDialog.value = undefined;
  // The browser gives the focus back to where it was; at a till it belongs to the scan field.
  setTimeout(focusScan);
}

/** The till. */
export function TillPage(): VNode {
  useEffect(useCatalogWhile, []);
  useEffect(() => {
    dropPaidCart();
    return onLate(({ sale }) => {
      lastWaiting.value = undefined;
      tellDone(text("lateDone"), sale.receipt);
    });
  }, []);
  useShortcuts([
    { key: "F2", label: text("keyLine"), run: openLine },
    { key: "F3", label: text("keyScan"), run: focusScan },
    { key: "F4", label: text("keyDiscount"), run: () => open("discount") },
    { key: "F6", label: text("keyCustomer"), run: () => open("customer") },
    { key: "F7", label: text("keyHeld"), run: () => open("held") },
    { key: "F8", label: text("keyHold"), run: () => open("hold") },
    { key: "F9", label: text("keyPay"), run: openPay },
  ]);
  return (
    <Page
      title={text("title")}
      note={<DrawerNote />}
      actions={
        <Button shortcut="F7" onClick={() => open("held")}>
          {text("heldButton", { count: heldCarts.value.length })}
        </Button>
      }
    >
      <OutboxBanner />
      <div class="till">
        <div class="till-find">
          <ScanField onPay={openPay} />
          {scanText.value !== "" && found.value.length > 0 ? null : <Tiles />}
        </div>
        <Ticket />
      </div>
      <OpenDialog />
    </Page>
  );
}

/** Whether this till's drawer is open, since cash belongs to it. */
function DrawerNote(): VNode | null {
  const session = useResource<CashSession>("/v1/cash-sessions/current", {
    views: ["cash_sessions"],
  });
  const stale = catalog.value.problem !== undefined &&
    catalog.value.asOf !== undefined;
  return (
    <p class="freshness">
      {session.value !== undefined
        ? (
          <a href="/cash">
            {text("drawerOpen", {
              till: session.value.till,
              time: formatTime(session.value.openedAt),
              float: formatAmount(session.value.float),
            })}
          </a>
        )
        : session.problem?.code === "cash_session_unknown"
        ? <a href="/cash">{text("drawerClosed")}</a>
        : null}
      {stale
        ? (
          <span>
            · {text("stale", { time: formatTime(catalog.value.asOf) })}
          </span>
        )
        : null}
    </p>
  );
}

function Ticket(): VNode {
  const { lines, problem } = sum.value;
  if (lines.length === 0) {
    return (
      <section class="till-ticket card" aria-label={text("cart")}>
        <EmptyCart />
      </section>
    );
  }
  return (
    <section class="till-ticket card" aria-label={text("cart")}>
      <Refusal />
      <CartLines />
      <CartTotal />
      {problem === undefined || problem === "empty"
        ? null
        : <p class="till-complaint" role="alert">{text(`cannot_${problem}`)}
        </p>}
      <TicketButtons />
      <Button
        kind="primary"
        large
        shortcut="F9"
        disabled={problem !== undefined}
        onClick={openPay}
      >
        {text("pay")}
      </Button>
    </section>
  );
}

function TicketButtons(): VNode {
  return (
    <div class="till-buttons">
      <Button shortcut="F4" onClick={() => open("discount")}>
        {text("discount")}
      </Button>
      <Button shortcut="F6" onClick={() => open("customer")}>
        {text("customer")}
      </Button>
      <Button shortcut="F8" onClick={() => open("hold")}>{text("hold")}</Button>
      <Button
        onClick={async () => {
          const yes = await confirmed(text("emptyTitle"), {
            detail: text("dropHeldHelp"),
            action: text("emptyIt"),
            danger: true,
          });
          if (yes) {
            refusal.value = undefined;
            clearCart();
          }
          setTimeout(focusScan);
        }}
      >
        {text("emptyIt")}
      </Button>
    </div>
  );
}

function OpenDialog(): VNode | null {
  const dialog = openDialog.value;
  switch (dialog?.kind) {
    case undefined:
      return null;
    case "measure":
      return <MeasureDialog product={dialog.product} onClose={closeDialog} />;
    case "line": {
      const line = lineWith(dialog.key);
      return line === undefined
        ? null
        : <LineDialog key={line.key} line={line} onClose={closeDialog} />;
    }
    case "pay":
      return <PayDialog onClose={closeDialog} />;
    case "discount":
      return <DiscountDialog onClose={closeDialog} />;
    case "customer":
      return <CustomerDialog onClose={closeDialog} />;
    case "hold":
      return <HoldDialog onClose={closeDialog} />;
    case "held":
      return <HeldDialog onClose={closeDialog} />;
    case "outbox":
      return <OutboxDialog onClose={closeDialog} />;
    case "receipt":
      return (
        <ReceiptDialog
          sale={dialog.sale}
          received={dialog.received}
          onClose={closeDialog}
        />
      );
  }
}
