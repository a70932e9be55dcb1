/**
 * Taking the money: exact cash by one Enter, notes with change, another method, or several.
 *
 * @module
 */
import type { VNode } from "preact";
import { type Signal, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import {
  type Decimal,
  decimalText,
  less,
  typedAmount,
  ZERO,
} from "../base/amounts.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { ProblemPanel } from "../parts/states.tsx";
import { KeyWatch } from "./entry.ts";
import { ApprovalFields, useApproval } from "./approval.tsx";
import { cart, sum } from "./cart_store.ts";
import { setScanText, takeEntry } from "./finder.ts";
import {
  EXACT_CASH,
  likelyNotes,
  type Method,
  METHODS,
  OTHER_METHODS,
  settle,
  type Settlement,
  type Tender,
} from "./payment.ts";
import { moneyText, padded } from "./quantity_text.ts";
import { charge } from "./selling.ts";
import { text } from "./texts.ts";

type Choice = Tender["method"];

/** Takes the money for the cart. */
export function PayDialog(
  { onClose }: { readonly onClose: () => void },
): VNode {
  const tender = useSignal<Tender>(EXACT_CASH);
  const busy = useSignal(false);
  const full = useSignal(false);
  const { total, currency, places } = sum.value;
  const settled = settle(total, tender.value, places);
  const approval = useApproval(isSupervised());
  const pressed = useMemo(() => scannedAway(tender, onClose), []);

  async function confirm(): Promise<void> {
    if (!settled.ok || !approval.ready || busy.value) return;
    busy.value = true;
    const taken = await charge(settled, approval.body());
    busy.value = false;
    full.value = !taken;
    if (taken) onClose();
  }

  return (
    <Dialog
      title={text("payTitle")}
      onClose={() => busy.value || onClose()}
    >
      <form
        class="form till-pay"
        noValidate
        onKeyDown={pressed}
        onSubmit={(event) => {
          event.preventDefault();
          void confirm();
        }}
      >
        <p class="due">
          <span>{text("toPay")}</span>
          <strong>{moneyText(total, currency)}</strong>
        </p>
        <MethodChoice tender={tender} />
        {tender.value.method === "several"
          ? <OtherAmounts tender={tender} />
          : null}
        {tender.value.method === "cash" || tender.value.method === "several"
          ? <Cash tender={tender} settled={settled} />
          : null}
        <Outcome settled={settled} />
        <ApprovalFields approval={approval} />
        {full.value
          ? (
            <ProblemPanel
              problem={{
                status: 0,
                code: "till_full",
                title: text("waitingFull"),
                detail: "",
              }}
            />
          )
          : null}
        <Button
          submit
          kind="primary"
          large
          busy={busy.value}
          disabled={!settled.ok || !approval.ready}
        >
          {busy.value ? text("paying") : text("pay")}
        </Button>
      </form>
    </Dialog>
  );
}

/** Whether the cart has what only a supervisor may sell at: a discount, or a price of its own. */
function isSupervised(): boolean {
  const { discount, lines } = cart.value;
  return discount !== undefined ||
    lines.some((line) =>
      line.discount !== undefined || line.ownPrice !== undefined
    );
}

/** A scanner's code typed into a field for money is a product, not an amount: it goes to the cart. */
function scannedAway(
  tender: Signal<Tender>,
  onClose: () => void,
): (event: KeyboardEvent) => void {
  const watch = new KeyWatch();
  let typed = "";
  return (event) => {
    if (event.key.length === 1) {
      watch.key(event.timeStamp);
      typed += event.key;
      return;
    }
    if (event.key !== "Enter") return;
    const { scanned } = watch.enter(event.timeStamp);
    const code = typed;
    typed = "";
    if (!scanned) return;
    event.preventDefault();
    tender.value = EXACT_CASH;
    onClose();
    setScanText(code);
    void takeEntry(true);
  };
}

function MethodChoice({ tender }: { readonly tender: Signal<Tender> }): VNode {
  const choices: readonly Choice[] = [...METHODS, "several"];
  return (
    <fieldset class="till-methods">
      <legend>{text("method")}</legend>
      {choices.map((method) => (
        <label key={method}>
          <input
            type="radio"
            name="till-method"
            value={method}
            checked={tender.value.method === method}
            onChange={() => tender.value = { ...tender.value, method }}
          />
          <span>{text(`method_${method}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** What is left to pay once another method's amount is not counted. */
function restWithout(tender: Tender, method: Method): Decimal {
  const { total, places } = sum.value;
  return OTHER_METHODS.filter((one) => one !== method)
    .map((one) => typedAmount(tender.amounts[one] ?? "", places) ?? ZERO)
    .reduce(less, total);
}

function OtherAmounts({ tender }: { readonly tender: Signal<Tender> }): VNode {
  const set = (method: Method, value: string) => {
    const amounts = { ...tender.value.amounts, [method]: value };
    tender.value = { ...tender.value, amounts };
  };
  const { currency } = sum.value;
  return (
    <div class="till-others">
      {OTHER_METHODS.map((method) => (
        <div key={method} class="one">
          <TextField
            label={text(`method_${method}`)}
            mode="decimal"
            value={tender.value.amounts[method] ?? ""}
            onInput={(value) => set(method, value)}
          />
          <Button
            label={text("restBy", { method: text(`method_${method}`) })}
            onClick={() => {
              const rest = restWithout(tender.value, method);
              set(method, rest.units > 0n ? padded(rest, currency) : "");
            }}
          >
            {text("rest")}
          </Button>
        </div>
      ))}
    </div>
  );
}

function Cash(
  { tender, settled }: {
    readonly tender: Signal<Tender>;
    readonly settled: Settlement;
  },
): VNode {
  const { total, currency } = sum.value;
  const cash = settled.ok
    ? settled.payments.find(({ method }) => method === "cash")?.amount ?? ZERO
    : tender.value.method === "cash"
    ? total
    : undefined;
  const set = (received: string) => {
    tender.value = { ...tender.value, received };
  };
  return (
    <>
      <TextField
        label={text("received")}
        hint={cash === undefined
          ? text("receivedHint")
          : text("receivedExact", { amount: moneyText(cash, currency) })}
        mode="decimal"
        value={tender.value.received}
        error={settled.ok || settled.problem !== "amount"
          ? ""
          : text("notAmount")}
        focused
        onInput={set}
      />
      {cash === undefined || cash.units <= 0n
        ? null
        : (
          <div class="till-notes" role="group" aria-label={text("notes")}>
            <Button
              pressed={tender.value.received === ""}
              onClick={() => set("")}
            >
              {text("exact")}
            </Button>
            {likelyNotes(cash, currency).map((note) => (
              <Button
                key={decimalText(note)}
                pressed={tender.value.received === decimalText(note)}
                onClick={() => set(decimalText(note))}
              >
                {moneyText(note, currency)}
              </Button>
            ))}
          </div>
        )}
    </>
  );
}

function Outcome({ settled }: { readonly settled: Settlement }): VNode {
  const { currency } = sum.value;
  if (settled.ok) {
    return (
      <p class="change" role="status">
        <span>{text("change")}</span>
        <strong>{moneyText(settled.change, currency)}</strong>
      </p>
    );
  }
  const amount = moneyText(settled.by, currency);
  return (
    <p class="change bad" role="status">
      {settled.problem === "short"
        ? text("short", { amount })
        : settled.problem === "over"
        ? text("over", { amount })
        : text("notAmount")}
    </p>
  );
}
