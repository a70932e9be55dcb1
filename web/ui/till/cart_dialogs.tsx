/**
 * Dialogs for the whole sale: what is taken off it, who buys, and putting it aside.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { formatTime } from "../base/format.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { confirmed, Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { tellDone } from "../parts/notices.tsx";
import { Empty, Panel } from "../parts/states.tsx";
import { cartSum, typedDiscount } from "./cart.ts";
import {
  cart,
  changeCart,
  dropHeld,
  HELD_MAX,
  type HeldCart,
  heldCarts,
  holdCart,
  recallCart,
  sum,
} from "./cart_store.ts";
import { priceOf } from "./catalog.ts";
import { moneyText } from "./quantity_text.ts";
import { text } from "./texts.ts";

interface Closes {
  readonly onClose: () => void;
}

/** Takes something off the whole sale. */
export function DiscountDialog({ onClose }: Closes): VNode {
  const { discount } = cart.value;
  const { currency, places } = sum.value;
  const typed = useSignal(
    discount === undefined
      ? ""
      : discount.kind === "percent"
      ? `${discount.value}%`
      : discount.value,
  );
  const allowed = may("supervisor");
  const read = typedDiscount(typed.value, places);
  const { discount: _, ...plain } = cart.value;
  const after = read === undefined
    ? undefined
    : cartSum(read === "none" ? plain : { ...plain, discount: read }, priceOf);
  const tooMuch = after?.problem === "discount";
  return (
    <Dialog title={text("saleDiscount")} onClose={onClose}>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (read === undefined || tooMuch) return;
          changeCart({ discount: read === "none" ? undefined : read });
          onClose();
        }}
      >
        {allowed ? null : <Panel>{text("approvedAtPay")}</Panel>}
        <TextField
          label={text("saleDiscount")}
          hint={text("discountHint")}
          value={typed.value}
          error={read === undefined
            ? text("notDiscount")
            : tooMuch
            ? text("discountTooMuch")
            : ""}
          focused
          onInput={(value) => typed.value = value}
        />
        {after === undefined || tooMuch ? null : (
          <p class="till-preview">
            {text("total")} <strong>{moneyText(after.total, currency)}</strong>
          </p>
        )}
        <div class="actions">
          <Button submit kind="primary">
            {text("apply")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Says who buys. */
export function CustomerDialog({ onClose }: Closes): VNode {
  const { customer } = cart.value;
  const name = useSignal(customer?.name ?? "");
  const document = useSignal(customer?.document ?? "");
  return (
    <Dialog title={text("customer")} onClose={onClose}>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const next = {
            name: name.value.trim(),
            document: document.value.trim(),
          };
          const none = next.name === "" && next.document === "";
          changeCart({ customer: none ? undefined : next });
          onClose();
        }}
      >
        <TextField
          label={text("customerDocument")}
          hint={text("customerDocumentHint")}
          value={document.value}
          maxLength={32}
          focused
          onInput={(value) => document.value = value}
        />
        <TextField
          label={text("customerName")}
          value={name.value}
          maxLength={200}
          onInput={(value) => name.value = value}
        />
        <div class="actions">
          <Button submit kind="primary">{text("apply")}</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Puts the sale aside under a name. */
export function HoldDialog({ onClose }: Closes): VNode {
  const name = useSignal(cart.value.customer?.name ?? "");
  const full = heldCarts.value.length >= HELD_MAX;
  return (
    <Dialog title={text("holdTitle")} onClose={onClose}>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!holdCart(name.value.trim())) return;
          tellDone(text("heldDone"), text("heldDoneHelp"));
          onClose();
        }}
      >
        {full
          ? <Panel kind="warn">{text("heldFull", { max: HELD_MAX })}</Panel>
          : null}
        <TextField
          label={text("holdName")}
          hint={text("holdNameHint")}
          value={name.value}
          maxLength={80}
          focused
          onInput={(value) => name.value = value}
        />
        <div class="actions">
          <Button submit kind="primary" disabled={full}>{text("hold")}</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Takes up a sale that was put aside. */
export function HeldDialog({ onClose }: Closes): VNode {
  return (
    <Dialog title={text("heldTitle")} onClose={onClose}>
      {heldCarts.value.length === 0
        ? <Empty title={text("heldNone")} icon="clock" />
        : (
          <ul class="till-held">
            {heldCarts.value.map((held) => (
              <HeldRow key={held.cart.id} held={held} onClose={onClose} />
            ))}
          </ul>
        )}
    </Dialog>
  );
}

function HeldRow(
  { held, onClose }: Closes & { readonly held: HeldCart },
): VNode {
  const { total, currency, lines } = cartSum(held.cart, priceOf);
  const name = held.name === ""
    ? held.cart.customer?.name ?? lines[0]?.line.name ?? ""
    : held.name;
  return (
    <li>
      <button
        type="button"
        class="take"
        onClick={() => {
          recallCart(held.cart.id);
          onClose();
        }}
      >
        <strong>{name}</strong>
        <span>
          {text("heldRow", {
            time: formatTime(held.at),
            count: lines.length,
          })}
        </span>
        <span class="amount">{moneyText(total, currency)}</span>
      </button>
      <Button
        kind="quiet"
        icon="trash"
        label={text("dropHeld", { name })}
        onClick={async () => {
          const yes = await confirmed(text("dropHeld", { name }), {
            detail: text("dropHeldHelp"),
            action: text("remove"),
            danger: true,
          });
          if (yes) dropHeld(held.cart.id);
        }}
      />
    </li>
  );
}
