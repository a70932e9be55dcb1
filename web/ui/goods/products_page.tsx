/**
 * The products of a scope: found by words or a scan, made, changed and removed.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Product } from "../wire_types.ts";
import { formatAmount } from "../base/format.ts";
import { query, setQuery } from "../base/location.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import type { Column } from "../parts/column.ts";
import { Dialog } from "../parts/dialog.tsx";
import { SelectField } from "../parts/field.tsx";
import { List } from "../parts/list.tsx";
import { Badge, Page } from "../parts/page.tsx";
import { useShortcuts } from "../parts/shortcuts.tsx";
import { Empty } from "../parts/states.tsx";
import { OnHand, stockState } from "./low.tsx";
import { NewProduct } from "./new_product.tsx";
import { ProductDialog } from "./product_dialog.tsx";
import { costText, quantityText } from "./quantity.ts";
import { chosenScope, ScopeField, scopeText } from "./scope.tsx";
import { SearchField } from "./search_field.tsx";
import { text } from "./texts.ts";

/** Which products are listed. */
type Shown = "listed" | "low" | "removed";

function shownNow(): Shown {
  const shown = query.value.get("show");
  return shown === "low" || shown === "removed" ? shown : "listed";
}

function columns(): readonly Column<Product>[] {
  return [{
    key: "code",
    title: text("code"),
    width: "minmax(5rem, 9rem)",
    phone: false,
    cell: ({ product }) => <span class="mono">{product}</span>,
    csv: ({ product }) => product,
  }, {
    key: "name",
    title: text("name"),
    width: "minmax(12rem, 3fr)",
    cell: ({ name, contested }) => (
      <span class="goods-name">
        {name} {contested.length === 0
          ? null
          : <Badge kind="warn">{text("contested")}</Badge>}
      </span>
    ),
    csv: ({ name }) => name,
  }, {
    key: "category",
    title: text("category"),
    width: "minmax(5rem, 1fr)",
    phone: false,
    cell: ({ details }) => details.category ?? "",
    csv: ({ details }) => details.category ?? "",
  }, {
    key: "cost",
    title: text("cost"),
    width: "8.5rem",
    align: "end",
    phone: false,
    cell: ({ details }) => costText(details.cost),
    csv: ({ details }) => details.cost ?? "",
  }, {
    key: "price",
    title: text("price"),
    width: "7rem",
    align: "end",
    cell: ({ price }) =>
      price === null ? <span class="muted">{text("noPrice")}</span> : (
        formatAmount(price)
      ),
    csv: ({ price }) => price?.amount ?? "",
  }, {
    key: "stock",
    title: text("onHand"),
    width: "minmax(9rem, 13rem)",
    align: "end",
    cell: (product) => <OnHand product={product} />,
    csv: ({ onHand }) => String(onHand),
  }, {
    key: "minimum",
    title: text("minimum"),
    width: "6rem",
    align: "end",
    phone: false,
    cell: ({ details: { minimum, unit } }) =>
      minimum === undefined ? "" : quantityText(minimum, unit),
    csv: ({ details }) => String(details.minimum ?? ""),
  }];
}

function rowClass(product: Product): string {
  const state = stockState(product);
  return state === "enough" || state === "uncounted" ? "" : "bad";
}

/** Products of a scope. */
export function ProductsPage(): VNode {
  const scope = chosenScope();
  const shown = shownNow();
  const adding = useSignal(false);
  const open = query.value.get("product") ?? "";
  const add = () => {
    if (may("supervisor")) adding.value = true;
  };
  useShortcuts([{ key: "F2", label: text("newProduct"), run: add }]);
  return (
    <Page
      title={text("products")}
      note={
        <p class="muted">{text("productsNote", { scope: scopeText(scope) })}</p>
      }
      actions={may("supervisor")
        ? (
          <Button kind="primary" icon="plus" shortcut="F2" onClick={add}>
            {text("newProduct")}
          </Button>
        )
        : <span class="muted">{text("supervisorChanges")}</span>}
    >
      <div class="filters goods-filters">
        <SearchField focused />
        <ScopeField />
        <ShownField shown={shown} />
      </div>
      <List<Product>
        label={text("products")}
        path="/v1/products"
        query={{
          scope,
          text: query.value.get("q") ?? undefined,
          low: shown === "low" ? true : undefined,
          removed: shown === "removed" ? true : undefined,
        }}
        views={["products", "stock"]}
        columns={columns()}
        rowKey={({ product }) => product}
        rowClass={rowClass}
        onOpen={({ product }) => setQuery({ product })}
        exportAs="productos"
        empty={<NoProducts shown={shown} />}
      />
      {open === "" ? null : (
        <ProductDialog
          key={`${scope} ${open}`}
          scope={scope}
          product={open}
          onClose={() => setQuery({ product: undefined })}
        />
      )}
      {adding.value
        ? (
          <Dialog
            title={text("newProduct")}
            onClose={() => adding.value = false}
          >
            <NewProduct
              scope={scope}
              onDone={(product) => {
                adding.value = false;
                setQuery({ product });
              }}
              onCancel={() => adding.value = false}
            />
          </Dialog>
        )
        : null}
    </Page>
  );
}

function ShownField({ shown }: { readonly shown: Shown }): VNode {
  return (
    <SelectField
      label={text("show")}
      value={shown}
      choices={[
        { value: "listed", label: text("showListed") },
        { value: "low", label: text("showLow") },
        { value: "removed", label: text("showRemoved") },
      ]}
      onInput={(value) =>
        setQuery({ show: value === "listed" ? undefined : value })}
    />
  );
}

function NoProducts({ shown }: { readonly shown: Shown }): VNode {
  if (query.value.get("q")) return <Empty title={text("nothingFound")} />;
  if (shown === "low") return <Empty icon="check" title={text("nothingLow")} />;
  if (shown === "removed") return <Empty title={text("nothingRemoved")} />;
  return <Empty title={text("noProducts")} />;
}
