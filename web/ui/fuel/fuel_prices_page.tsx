/**
 * Fuel prices: what holds now, what is scheduled, what was, and which pumps have taken what holds.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { FuelPrices, FuelPriceSet } from "../wire_types.ts";
import { formatAmount } from "../base/format.ts";
import { type WirePage, withQuery } from "../base/http.ts";
import { type Resource, useResource } from "../base/resource.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import type { Column } from "../parts/column.ts";
import { List } from "../parts/list.tsx";
import { Badge, Page, Section } from "../parts/page.tsx";
import { Empty, Freshness, Loaded } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { When } from "../parts/when.tsx";
import { FuelPriceForm } from "./fuel_price_form.tsx";
import { PriceAcknowledgements } from "./price_acknowledgements.tsx";
import { SiteChoice, useShownSite } from "./sites.tsx";
import { text } from "./texts.ts";

/** Changes that are looked through for those that are still to come. */
const SETS_MAX = 1_000;

/** Fuel prices of a site. */
export function FuelPricesPage(): VNode {
  const shown = useShownSite();
  const { site } = shown;
  const prices = useResource<FuelPrices>(
    site === undefined ? undefined : `/v1/fuel-prices/${site}`,
    { views: ["products"], everyMs: 15_000 },
  );
  const setting = useSignal(false);
  return (
    <Page
      title={text("fuelPrices")}
      note={<Freshness asOf={prices.asOf} />}
      actions={
        <>
          <SiteChoice shown={shown} />
          {may("supervisor")
            ? (
              <Button
                kind="primary"
                disabled={site === undefined}
                onClick={() => setting.value = true}
              >
                {text("setPrices")}
              </Button>
            )
            : <p class="hint">{text("pricesNeedSupervisor")}</p>}
        </>
      }
    >
      {site === undefined
        ? <Empty title={text("noSite")} />
        : <SitePrices site={site} prices={prices} />}
      {site !== undefined && setting.value
        ? (
          <FuelPriceForm
            site={site}
            sites={shown.sites}
            prices={prices.value}
            onClose={() => setting.value = false}
            onDone={prices.reload}
          />
        )
        : null}
    </Page>
  );
}

function SitePrices(
  { site, prices }: {
    readonly site: string;
    readonly prices: Resource<FuelPrices>;
  },
): VNode {
  return (
    <>
      <div class="columns">
        <Section title={text("pricesNow")}>
          <Loaded resource={prices}>
            {(value) => <PricesNow prices={value} />}
          </Loaded>
        </Section>
        <Scheduled site={site} />
      </div>
      <Section title={text("acknowledged")}>
        <PriceAcknowledgements site={site} prices={prices.value} />
      </Section>
      <Section title={text("priceHistory")}>
        <List
          label={text("priceHistory")}
          path="/v1/fuel-prices"
          query={{ scope: `site:${site}` }}
          views={["products"]}
          columns={setColumns()}
          rowKey={({ id }) => id}
          exportAs={`fuel-prices-${site}`}
        />
      </Section>
    </>
  );
}

function PricesNow({ prices }: { readonly prices: FuelPrices }): VNode {
  return (
    <Table
      label={text("pricesNow")}
      rows={prices.prices}
      rowKey={({ fuel }) => fuel}
      empty={<Empty title={text("noPrices")} icon="fuel" />}
      columns={[
        {
          key: "fuel",
          title: text("fuel"),
          cell: ({ fuel }) => <strong>{fuel}</strong>,
        },
        {
          key: "price",
          title: text("pricePerLiter"),
          align: "end",
          cell: ({ price }) => formatAmount(price),
        },
        {
          key: "since",
          title: text("since"),
          cell: ({ effectiveAt }) => <When at={effectiveAt} />,
          width: "minmax(6rem, 1fr)",
        },
      ]}
    />
  );
}

/** Prices of a change, in one line. */
function pricesText({ prices }: FuelPriceSet): string {
  return prices.map(({ fuel, price }) => `${fuel} ${formatAmount(price)}`)
    .join(" · ");
}

/** Changes of the site and of the whole mesh that do not hold yet. */
function Scheduled({ site }: { readonly site: string }): VNode {
  const options = { views: ["products"], everyMs: 15_000 };
  const path = (scope: string) =>
    withQuery("/v1/fuel-prices", { scope, limit: SETS_MAX });
  const own = useResource<WirePage<FuelPriceSet>>(
    path(`site:${site}`),
    options,
  );
  const mesh = useResource<WirePage<FuelPriceSet>>(path("mesh"), options);
  const now = Date.now();
  const coming = [...own.value?.items ?? [], ...mesh.value?.items ?? []]
    .filter(({ effectiveAt }) => Date.parse(effectiveAt) > now)
    .sort((a, b) => a.effectiveAt < b.effectiveAt ? -1 : 1);
  return (
    <Section title={text("scheduled")}>
      <Loaded resource={own}>
        {() => (
          <Table
            label={text("scheduled")}
            rows={coming}
            rowKey={({ id }) => id}
            empty={<Empty title={text("nothingScheduled")} icon="clock" />}
            columns={[
              {
                key: "from",
                title: text("from"),
                cell: ({ effectiveAt }) => <When at={effectiveAt} />,
                width: "minmax(6rem, 1fr)",
              },
              {
                key: "scope",
                title: text("scope"),
                cell: ({ scope }) => scopeWord(scope),
                phone: false,
              },
              {
                key: "prices",
                title: text("fuelPrices"),
                cell: pricesText,
                width: "minmax(12rem, 2fr)",
              },
            ]}
          />
        )}
      </Loaded>
    </Section>
  );
}

function scopeWord(scope: string): string {
  return scope === "mesh" ? text("allSites") : scope.replace("site:", "");
}

function setColumns(): readonly Column<FuelPriceSet>[] {
  return [
    {
      key: "effectiveAt",
      title: text("from"),
      cell: ({ effectiveAt }) => <When at={effectiveAt} />,
      csv: ({ effectiveAt }) => effectiveAt,
      width: "minmax(6rem, 1fr)",
    },
    {
      key: "prices",
      title: text("fuelPrices"),
      cell: pricesText,
      csv: ({ prices }) =>
        prices.map(({ fuel, price }) => `${fuel}=${price.amount}`).join(" "),
      width: "minmax(14rem, 3fr)",
    },
    {
      key: "at",
      title: text("decidedAt"),
      cell: ({ at }) => <When at={at} />,
      csv: ({ at }) => at,
      width: "minmax(6rem, 1fr)",
      phone: false,
    },
    {
      key: "origin",
      title: text("origin"),
      cell: ({ origin }) => <Badge>{origin === "" ? "–" : origin}</Badge>,
      csv: ({ origin }) => origin,
      phone: false,
    },
  ];
}
