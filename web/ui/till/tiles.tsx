/**
 * Products to touch, by category: the frequent ones first.
 *
 * @module
 */
import type { VNode } from "preact";
import { type Signal, signal } from "@preact/signals";
import { formatAmount } from "../base/format.ts";
import { Button } from "../parts/button.tsx";
import { Empty, Loading, ProblemPanel } from "../parts/states.tsx";
import type { Product } from "../wire_types.ts";
import { soldCounts } from "./cart_store.ts";
import { catalog, refresh } from "./catalog.ts";
import { entryOf } from "./entry.ts";
import { focusScan, scanText, take } from "./finder.ts";
import { categoriesOf, type ProductIndex } from "./product_search.ts";
import { StockHint } from "./stock_hint.tsx";
import { text } from "./texts.ts";

/** Tiles drawn at first and with each press on "more". */
const TILES = 48;
/** Frequent products that are shown. */
const FREQUENT_MAX = 24;
/** Categories shown as buttons. */
const CATEGORIES_MAX = 40;

/** The category shown: a name, or one of these two. */
const ALL = "\u0000all";
const FREQUENT = "\u0000frequent";
const chosen: Signal<string | undefined> = signal(undefined);
const shown: Signal<number> = signal(TILES);

function frequentOf({ byId }: ProductIndex): Product[] {
  return Object.entries(soldCounts.value)
    .sort(([, a], [, b]) => b - a)
    .flatMap(([id]) => byId.get(id) ?? [])
    .slice(0, FREQUENT_MAX);
}

function productsOf(index: ProductIndex, category: string): Product[] {
  if (category === FREQUENT) return frequentOf(index);
  const all = index.all.map(({ product }) => product);
  return category === ALL
    ? all
    : all.filter(({ details }) => details.category === category);
}

/** Products as tiles. */
export function Tiles(): VNode {
  const { index, asOf, problem } = catalog.value;
  if (asOf === undefined && index.all.length === 0) {
    return problem === undefined
      ? <Loading />
      : <ProblemPanel problem={problem} onRetry={() => void refresh()} />;
  }
  if (index.all.length === 0) {
    return <Empty title={text("noProducts")} icon="goods" />;
  }
  const frequent = frequentOf(index);
  const category = chosen.value ?? (frequent.length >= 4 ? FREQUENT : ALL);
  const products = productsOf(index, category);
  return (
    <section class="till-tiles" aria-label={text("products")}>
      <Categories
        category={category}
        names={categoriesOf(index).slice(0, CATEGORIES_MAX)}
        hasFrequent={frequent.length > 0}
      />
      <div class="till-grid">
        {products.slice(0, shown.value).map((product) => (
          <Tile key={product.product} product={product} />
        ))}
      </div>
      {products.length > shown.value
        ? (
          <Button onClick={() => shown.value += TILES}>
            {text("moreProducts", { count: products.length - shown.value })}
          </Button>
        )
        : null}
    </section>
  );
}

function Categories(
  { category, names, hasFrequent }: {
    readonly category: string;
    readonly names: readonly string[];
    readonly hasFrequent: boolean;
  },
): VNode | null {
  const choices = [
    ...(hasFrequent ? [[FREQUENT, text("frequent")] as const] : []),
    [ALL, text("all")] as const,
    ...names.map((name) => [name, name] as const),
  ];
  if (choices.length < 2) return null;
  return (
    <div class="till-categories" role="group" aria-label={text("categories")}>
      {choices.map(([key, name]) => (
        <button
          type="button"
          key={key}
          aria-pressed={key === category}
          onClick={() => {
            chosen.value = key;
            shown.value = TILES;
            focusScan();
          }}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

function Tile({ product }: { readonly product: Product }): VNode {
  return (
    <button
      type="button"
      class="till-tile"
      onClick={() => {
        const { quantity, words } = entryOf(scanText.value);
        take(product, words === "" ? quantity : undefined);
        focusScan();
      }}
    >
      <span class="name">{product.name}</span>
      <span class="price">
        {product.price === null ? text("noPrice") : formatAmount(product.price)}
        {product.details.unit === undefined || product.details.unit === "piece"
          ? ""
          : ` / ${product.details.unit}`}
      </span>
      <StockHint product={product} />
    </button>
  );
}
