/**
 * Finds one product by a scan or by words, with the keyboard alone: arrows choose, Enter takes.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import type { Product } from "../wire_types.ts";
import { read, type WirePage, withQuery } from "../base/http.ts";
import { tellProblem } from "../parts/notices.tsx";
import { quantityText } from "./quantity.ts";
import { text } from "./texts.ts";

/** Characters from which on suggestions are shown. */
const LETTERS_MIN = 2;
/** Milliseconds of a pause before they are. */
const PAUSE_MS = 300;
/** Suggestions shown. */
const SHOWN_MAX = 8;

/** The product that a code means without doubt. */
function exactly(
  products: readonly Product[],
  code: string,
): Product | undefined {
  const byCode = products.filter(({ product, details }) =>
    product === code || details.barcode === code
  );
  return byCode.length === 1
    ? byCode[0]
    : products.length === 1
    ? products[0]
    : undefined;
}

async function search(
  scope: string,
  words: string,
): Promise<readonly Product[]> {
  const answer = await read<WirePage<Product>>(
    withQuery("/v1/products", { scope, text: words, limit: 50 }),
  );
  if (answer.ok) return answer.value.items;
  tellProblem(answer.problem);
  return [];
}

/** A field that finds products; the focus stays in it. */
export function ProductFinder(
  { scope, onFound }: {
    readonly scope: string;
    readonly onFound: (product: Product) => void;
  },
): VNode {
  const id = useId();
  const typed = useSignal("");
  const found = useSignal<readonly Product[]>([]);
  const chosen = useSignal(-1);
  /** What was sought and is not there. */
  const none = useSignal("");
  const timer = useRef<number | undefined>(undefined);
  const waiting = useRef<Promise<void>>(Promise.resolve());
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.focus();
    return () => clearTimeout(timer.current);
  }, []);

  function show(products: readonly Product[]): void {
    found.value = products.slice(0, SHOWN_MAX);
    chosen.value = -1;
  }

  function take(product: Product): void {
    clearTimeout(timer.current);
    typed.value = "";
    none.value = "";
    show([]);
    onFound(product);
    input.current?.focus();
  }

  function onInput(value: string): void {
    typed.value = value;
    none.value = "";
    clearTimeout(timer.current);
    const words = value.trim();
    if (words.length < LETTERS_MIN) return show([]);
    timer.current = setTimeout(async () => {
      const products = await search(scope, words);
      if (typed.peek().trim() === words) show(products);
    }, PAUSE_MS);
  }

  function enter(): void {
    const choice = found.value[chosen.value];
    if (choice !== undefined) return take(choice);
    const words = typed.value.trim();
    if (words === "") return;
    clearTimeout(timer.current);
    // A scanner does not wait for an answer: the field is free for the next code at once.
    typed.value = "";
    none.value = "";
    show([]);
    waiting.current = waiting.current.then(() => look(words));
  }

  async function look(words: string): Promise<void> {
    const products = await search(scope, words);
    const exact = exactly(products, words);
    if (exact !== undefined) return onFound(exact);
    if (products.length === 0) none.value = words;
    if (typed.peek() !== "") return;
    typed.value = words;
    show(products);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined && found.value.length > 0) {
      event.preventDefault();
      const count = found.value.length;
      chosen.value = (chosen.value + step + count) % count;
    } else if (event.key === "Enter") {
      event.preventDefault();
      enter();
    } else if (event.key === "Escape" && found.value.length > 0) {
      event.preventDefault();
      show([]);
    }
  }

  const open = found.value.length > 0;
  return (
    <div class="field goods-finder">
      <label for={id}>{text("scanOrSearch")}</label>
      <input
        id={id}
        ref={input}
        type="text"
        role="combobox"
        inputMode="search"
        autocomplete="off"
        placeholder={text("searchHint")}
        maxLength={100}
        value={typed.value}
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={chosen.value < 0
          ? undefined
          : `${id}-${chosen.value}`}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <ul
        id={`${id}-list`}
        role="listbox"
        aria-label={text("products")}
        class="goods-found"
        hidden={!open}
      >
        {found.value.map((product, index) => (
          <li
            key={product.product}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen.value}
            onClick={() => take(product)}
          >
            <span>{product.name}</span>
            <span class="muted">
              <span class="mono">{product.product}</span>{" "}
              {quantityText(product.onHand, product.details.unit)}
            </span>
          </li>
        ))}
      </ul>
      <p class="error" role="status">
        {none.value === "" ? "" : text("notFound", { words: none.value })}
      </p>
    </div>
  );
}
