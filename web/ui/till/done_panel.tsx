/**
 * What the last sale came to, in place of the empty cart: change in large figures, its receipt, and that it waits for
 * the node where it does.
 *
 * @module
 */
import type { VNode } from "preact";
import { formatAmount } from "../base/format.ts";
import { Button } from "../parts/button.tsx";
import { CheckField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Empty } from "../parts/states.tsx";
import { focusScan } from "./finder.ts";
import { openDialog } from "./open_dialog.ts";
import { type DoneSale, lastDone, type PaidSale } from "./outbox.ts";
import {
  lastWaiting,
  printDone,
  printsAlways,
  setPrintsAlways,
} from "./selling.ts";
import { text } from "./texts.ts";

/** What stands where the cart is empty. */
export function EmptyCart(): VNode {
  const done = lastDone.value;
  const waiting = lastWaiting.value;
  return (
    <div class="till-empty">
      {done !== undefined
        ? <Done done={done} />
        : waiting !== undefined
        ? <Waiting paid={waiting} />
        : <Empty title={text("emptyCart")} icon="till" />}
      <CheckField
        label={text("printAlways")}
        value={printsAlways.value}
        onInput={(value) => {
          setPrintsAlways(value);
          focusScan();
        }}
      />
    </div>
  );
}

function Amounts({ paid }: { readonly paid: PaidSale }): VNode {
  const { currency, total, received, change } = paid;
  return (
    <dl class="till-done-amounts">
      <div>
        <dt>{text("total")}</dt>
        <dd>{formatAmount({ amount: total, currency })}</dd>
      </div>
      {received === null ? null : (
        <div>
          <dt>{text("received")}</dt>
          <dd>{formatAmount({ amount: received, currency })}</dd>
        </div>
      )}
      {change === null ? null : (
        <div class="change">
          <dt>{text("change")}</dt>
          <dd>{formatAmount({ amount: change, currency })}</dd>
        </div>
      )}
    </dl>
  );
}

function Done({ done }: { readonly done: DoneSale }): VNode {
  const { sale, paid } = done;
  return (
    <div class="till-done" role="status">
      <p class="mark good">
        <Icon name="check" /> {text("sold")}
      </p>
      <Amounts paid={paid} />
      <p class="muted">
        {text("receiptNumber")} <span class="mono">{sale.receipt}</span>
      </p>
      <div class="actions">
        <Button
          icon="print"
          onClick={() => {
            void printDone(done);
            focusScan();
          }}
        >
          {text("print")}
        </Button>
        <Button
          onClick={() =>
            openDialog.value = {
              kind: "receipt",
              sale: sale.id,
              received: paid.received,
            }}
        >
          {text("seeReceipt")}
        </Button>
        <a class="button" href={`/sales?sale=${encodeURIComponent(sale.id)}`}>
          {text("seeSale")}
        </a>
      </div>
    </div>
  );
}

function Waiting({ paid }: { readonly paid: PaidSale }): VNode {
  return (
    <div class="till-done" role="status">
      <p class="mark warn">
        <Icon name="clock" /> {text("waits")}
      </p>
      <Amounts paid={paid} />
      <p>{text("waitsHelp")}</p>
    </div>
  );
}
