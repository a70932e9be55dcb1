/**
 * One price: what is in force and since when, who knows of it, what comes, and setting another.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Fact, PriceChange, Product } from "../wire_types.ts";
import { formatAmount, formatInstant } from "../base/format.ts";
import { type WirePage, withQuery } from "../base/http.ts";
import { useResource } from "../base/resource.ts";
import { may } from "../base/session.ts";
import { Facts } from "../parts/page.tsx";
import { Loaded, Panel } from "../parts/states.tsx";
import { HolderList } from "./holder_list.tsx";
import type { FactPlace } from "./holders.ts";
import { PriceForm } from "./price_form.tsx";
import { productPath } from "./product_path.ts";
import { scopeText } from "./scope.tsx";
import { factRow } from "./fact_row.ts";
import { text } from "./texts.ts";

/** When a price came into force, as its fact says. */
function effectiveAtOf({ fact }: Fact): number | undefined {
  const us = fact["effectiveAt"];
  return typeof us === "number" ? us / 1000 : undefined;
}

function placeOf({ space, log, seq }: Fact): FactPlace {
  return { space, log, seq };
}

/** A product's price. */
export function PriceDetails(
  { scope, product, onDone }: {
    readonly scope: string;
    readonly product: string;
    readonly onDone: () => void;
  },
): VNode {
  const resource = useResource<Product>(productPath(scope, product), {
    views: ["products"],
  });
  const later = useResource<WirePage<PriceChange>>(
    withQuery("/v1/price-changes", { scope, limit: 1000 }),
    { views: ["products"] },
  );
  const coming = (later.value?.items ?? [])
    .filter((row) => row.product === product);
  return (
    <Loaded resource={resource}>
      {(found) => (
        <>
          <InForce scope={scope} product={found} />
          {coming.length === 0 ? null : (
            <Panel kind="info">
              <strong>{text("pricesLater")}</strong>
              <ul class="goods-plain">
                {coming.map((row) => (
                  <li key={row.fact}>
                    {formatInstant(row.effectiveAt)}: {formatAmount(row.price)}
                  </li>
                ))}
              </ul>
            </Panel>
          )}
          {may("supervisor")
            ? (
              <PriceForm
                scope={scope}
                product={product}
                name={found.name}
                price={found.price?.amount ?? ""}
                onDone={onDone}
                onCancel={onDone}
              />
            )
            : <p class="muted">{text("supervisorChanges")}</p>}
        </>
      )}
    </Loaded>
  );
}

function InForce(
  { scope, product }: { readonly scope: string; readonly product: Product },
): VNode {
  const { price, priceFact } = product;
  // Facts are a supervisor's to read.
  const facts = useResource<WirePage<Fact>>(
    priceFact === null || !may("supervisor")
      ? undefined
      : `/v1/facts/${priceFact}`,
  );
  const fact = facts.value?.items[0];
  return (
    <>
      <Facts
        rows={[
          factRow(
            text("priceInForce"),
            <strong>
              {price === null ? text("noPrice") : formatAmount(price)}
            </strong>,
          ),
          factRow(text("scope"), scopeText(scope)),
          ...(fact === undefined ? [] : [
            factRow(text("since"), formatInstant(effectiveAtOf(fact))),
            factRow(text("setBy"), scopeText(fact.space)),
            factRow(
              text("fact"),
              <a href={`/journal?fact=${fact.id}`}>{text("inJournal")}</a>,
            ),
          ]),
        ]}
      />
      {fact === undefined ? null : <HolderList place={placeOf(fact)} />}
    </>
  );
}
