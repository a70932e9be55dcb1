/**
 * The field that scanners and keys write to: what is found stands below it as one types.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { formatAmount } from "../base/format.ts";
import type { Product } from "../wire_types.ts";
import { entryOf, KeyWatch } from "./entry.ts";
import { cart, changeLine, currentLine } from "./cart_store.ts";
import { isMeasured } from "./cart.ts";
import {
  complaint,
  focusScan,
  found,
  isField,
  marked,
  scanText,
  setField,
  setScanText,
  take,
  takeEntry,
  taken,
} from "./finder.ts";
import { openDialog } from "./open_dialog.ts";
import { StockHint } from "./stock_hint.tsx";
import { text } from "./texts.ts";

/** On a touch screen the keyboard would cover half of the till: it comes when somebody touches the field. */
const COARSE = matchMedia("(pointer: coarse)");

const watch = new KeyWatch();

/** Moves the mark among what was found, or the current line of the cart. */
function move(by: 1 | -1): void {
  if (scanText.value !== "") {
    const last = found.value.length - 1;
    marked.value = Math.max(0, Math.min(last, marked.value + by));
    return;
  }
  const { lines } = cart.value;
  const at = lines.findIndex(({ key }) => key === currentLine.value);
  const next = lines[Math.max(0, Math.min(lines.length - 1, at + by))];
  currentLine.value = next?.key;
}

/** What keys do to the current line while the field is empty. */
function changeCurrent(key: string): boolean {
  const line = cart.value.lines.find((one) => one.key === currentLine.value);
  if (line === undefined || scanText.value !== "") return false;
  if (key === "Delete") changeLine(line.key, { quantity: 0 });
  else if ((key === "+" || key === "-") && !isMeasured(line)) {
    const quantity = line.quantity + (key === "+" ? 1 : -1);
    if (quantity > 0) changeLine(line.key, { quantity });
  } else return false;
  return true;
}

function pressed(event: KeyboardEvent, onPay: () => void): void {
  if (event.isComposing) return;
  if (event.key === "Enter") {
    event.preventDefault();
    const { scanned, again } = watch.enter(event.timeStamp);
    if (entryOf(scanText.value).words !== "") void takeEntry(scanned);
    else if (!again && scanText.value === "") onPay();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Escape" && scanText.value !== "") {
    event.preventDefault();
    setScanText("");
  } else if (changeCurrent(event.key)) event.preventDefault();
  else if (event.key.length === 1) watch.key(event.timeStamp);
}

/** Brings keys that go nowhere to the scan field, as those of a scanner after a press on a button. */
function useStrayKeys(): void {
  useEffect(() => {
    function stray(event: KeyboardEvent): void {
      const { target } = event;
      if (isField(target) || openDialog.value !== undefined) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector("dialog[open]") !== null) return;
      const typing = target instanceof HTMLElement &&
        target.matches("input, textarea, select");
      // A space presses the button that has the focus.
      if (typing || event.key.length !== 1 || event.key === " ") return;
      watch.key(event.timeStamp);
      focusScan();
    }
    document.addEventListener("keydown", stray);
    return () => document.removeEventListener("keydown", stray);
  }, []);
}

/** The scan field with what it finds. */
export function ScanField({ onPay }: { readonly onPay: () => void }): VNode {
  const input = useRef<HTMLInputElement>(null);
  const touched = useSignal(false);
  useStrayKeys();
  useEffect(() => {
    setField(input.current);
    focusScan();
    return () => setField(null);
  }, []);
  const shown = scanText.value !== "" && found.value.length > 0;
  const active = shown ? `till-found-${marked.value}` : undefined;
  const quiet = COARSE.matches && !touched.value;
  return (
    <div class="till-scan">
      <div class="field">
        <label for="till-scan">{text("scan")}</label>
        <input
          ref={input}
          id="till-scan"
          type="text"
          role="combobox"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          inputMode={quiet ? "none" : "search"}
          placeholder={text("scanPlaceholder")}
          value={scanText.value}
          aria-expanded={shown}
          aria-controls="till-found"
          aria-autocomplete="list"
          aria-activedescendant={active}
          aria-invalid={complaint.value !== ""}
          aria-describedby="till-scan-note"
          onPointerDown={() => touched.value = true}
          onBlur={() => touched.value = false}
          onInput={(event) => setScanText(event.currentTarget.value)}
          onKeyDown={(event) => pressed(event, onPay)}
        />
      </div>
      <p
        id="till-scan-note"
        class={complaint.value === "" ? "unseen" : "till-complaint"}
        role="status"
      >
        {complaint.value === "" ? taken.value : complaint.value}
      </p>
      <Found shown={shown} />
    </div>
  );
}

function Found({ shown }: { readonly shown: boolean }): VNode {
  const { quantity } = entryOf(scanText.value);
  return (
    <ul
      id="till-found"
      class="till-found"
      role="listbox"
      aria-label={text("found")}
      hidden={!shown}
    >
      {(shown ? found.value : []).map((product, i) => (
        <FoundRow
          key={product.product}
          product={product}
          index={i}
          onTake={() => {
            take(product, quantity);
            focusScan();
          }}
        />
      ))}
    </ul>
  );
}

function FoundRow(
  { product, index, onTake }: {
    readonly product: Product;
    readonly index: number;
    readonly onTake: () => void;
  },
): VNode {
  const chosen = index === marked.value;
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (chosen) row.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <li
      ref={row}
      id={`till-found-${index}`}
      role="option"
      aria-selected={chosen}
      onClick={onTake}
    >
      <span class="name">{product.name}</span>
      <span class="code">{product.details.barcode ?? product.product}</span>
      <StockHint product={product} />
      <span class="price">
        {product.price === null ? text("noPrice") : formatAmount(product.price)}
      </span>
    </li>
  );
}
