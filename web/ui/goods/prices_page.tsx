/**
 * The price board: prices in force, prices to come, and who knows of them already.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Product } from "../wire_types.ts";
import { formatAmount } from "../base/format.ts";
import { query } from "../base/location.ts";
import { may } from "../base/session.ts";
import type { Column } from "../parts/column.ts";
import { Dialog } from "../parts/dialog.tsx";
import { List } from "../parts/list.tsx";
import { Page, Tabs } from "../parts/page.tsx";
import { Empty } from "../parts/states.tsx";
import { ListFreshness } from "./list_freshness.tsx";
import { PriceChanges } from "./price_changes.tsx";
import { PriceDetails } from "./price_details.tsx";
import { costText, unitSign } from "./quantity.ts";
import { chosenScope, ScopeField } from "./scope.tsx";
import { SearchField } from "./search_field.tsx";
import { text } from "./texts.ts";

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
    cell: ({ name }) => <span class="goods-name">{name}</span>,
    csv: ({ name }) => name,
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
    title: text("priceInForce"),
    width: "9rem",
    align: "end",
    cell: ({ price, details: { unit = "piece" } }) =>
      price === null ? <span class="muted">{text("noPrice")}</span> : (
        <strong>
          {formatAmount(price)}
          {unit === "piece" ? "" : ` / ${unitSign(unit)}`}
        </strong>
      ),
    csv: ({ price }) => price?.amount ?? "",
  }, {
    key: "currency",
    title: text("currency"),
    width: "5rem",
    phone: false,
    cell: ({ price }) => price?.currency ?? "",
    csv: ({ price }) => price?.currency ?? "",
  }];
}

/** Prices of a scope. */
export function PricesPage(): VNode {
  const scope = chosenScope();
  const tab = query.value.get("tab") === "later" ? "later" : "now";
  return (
    <Page
      title={text("prices")}
      note={<ListFreshness path="/v1/products" views={["products"]} />}
      actions={may("supervisor")
        ? null
        : <span class="muted">{text("supervisorChanges")}</span>}
    >
      <Tabs
        label={text("prices")}
        chosen={tab}
        tabs={[
          { key: "now", title: text("pricesNow") },
          { key: "later", title: text("pricesLater") },
        ]}
      />
      {tab === "later"
        ? <PriceChanges scope={scope} />
        : <PricesNow scope={scope} />}
    </Page>
  );
}

function PricesNow({ scope }: { readonly scope: string }): VNode {
  const open = useSignal<Product | undefined>(undefined);
  return (
    <>
      <div class="filters goods-filters">
        <SearchField focused />
        <ScopeField />
      </div>
      <List<Product>
        label={text("pricesNow")}
        path="/v1/products"
        query={{ scope, text: query.value.get("q") ?? undefined }}
        views={["products"]}
        columns={columns()}
        rowKey={({ product }) => product}
        onOpen={(product) => open.value = product}
        exportAs="precios"
        empty={
          <Empty
            title={query.value.get("q")
              ? text("nothingFound")
              : text("noProducts")}
          />
        }
      />
      {open.value === undefined ? null : (
        <Dialog
          side
          title={text("priceOf", { name: open.value.name })}
          onClose={() => open.value = undefined}
        >
          <PriceDetails
            scope={scope}
            product={open.value.product}
            onDone={() => open.value = undefined}
          />
        </Dialog>
      )}
    </>
  );
}
