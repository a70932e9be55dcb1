/**
 * Stock here and elsewhere: a column for each site that this node reads, and what others can spare.
 *
 * @module
 */
import type { VNode } from "preact";
import type { StockLevels } from "../wire_types.ts";
import { query, setQuery } from "../base/location.ts";
import { isNode } from "../base/session.ts";
import type { Column } from "../parts/column.ts";
import { CheckField } from "../parts/field.tsx";
import { List } from "../parts/list.tsx";
import { Badge } from "../parts/page.tsx";
import { Empty } from "../parts/states.tsx";
import { quantityText } from "./quantity.ts";
import {
  chosenScope,
  MASTER,
  ScopeField,
  siteOf,
  siteText,
  useReadSites,
} from "./scope.tsx";
import { SearchField } from "./search_field.tsx";
import { text } from "./texts.ts";

function onHandAt({ sites }: StockLevels, site: string): number | undefined {
  return sites.find((one) => one.site === site)?.onHand;
}

function Quantity(
  { row, site }: { readonly row: StockLevels; readonly site: string },
): VNode {
  const onHand = onHandAt(row, site);
  if (row.policy === "unmetered") {
    return <span class="muted">{text("notCounted")}</span>;
  }
  if (onHand === undefined) return <span class="muted">–</span>;
  // Nothing is sold out of the master stock, so there it is short of nothing at zero.
  const short = site === MASTER ? onHand < 0 : onHand <= (row.minimum ?? 0);
  return (
    <span class={short ? "goods-on-hand short" : "goods-on-hand"}>
      {onHand < 0
        ? <Badge kind="bad">{text("belowZero")}</Badge>
        : short && onHand === 0
        ? <Badge kind="bad">{text("soldOut")}</Badge>
        : short
        ? <Badge kind="warn">{text("lowStock")}</Badge>
        : null} <span>{quantityText(onHand, row.unit)}</span>
    </span>
  );
}

function columns(
  sites: readonly string[],
  scope: string,
): Column<StockLevels>[] {
  return [
    {
      key: "code",
      title: text("code"),
      width: "minmax(5rem, 8rem)",
      phone: false,
      cell: ({ product }) => <span class="mono">{product}</span>,
      csv: ({ product }) => product,
    },
    {
      key: "name",
      title: text("name"),
      width: "minmax(12rem, 2fr)",
      cell: ({ name }) => <span class="goods-name">{name}</span>,
      csv: ({ name }) => name,
    },
    ...sites.map((site) => ({
      key: site,
      title: siteText(site),
      width: "minmax(8rem, 13rem)",
      align: "end" as const,
      phone: site === siteOf(scope),
      cell: (row: StockLevels) => <Quantity row={row} site={site} />,
      csv: (row: StockLevels) => String(onHandAt(row, site) ?? ""),
    })),
    {
      key: "minimum",
      title: text("minimum"),
      width: "6rem",
      align: "end",
      phone: false,
      cell: ({ minimum, unit }) =>
        minimum === null ? "" : quantityText(minimum, unit),
      csv: ({ minimum }) => String(minimum ?? ""),
    },
    {
      key: "offers",
      title: text("offered"),
      width: "minmax(9rem, 14rem)",
      cell: ({ offers, unit }) =>
        offers.map(({ site, quantity }) =>
          `${site} ${quantityText(quantity, unit)}`
        ).join(", "),
      csv: ({ offers }) =>
        offers.map(({ site, quantity }) => `${site} ${quantity}`).join(" "),
    },
  ];
}

/** Stock by site. */
export function LevelsList(): VNode {
  const scope = chosenScope();
  const read = useReadSites();
  const sites = isNode("office") ? [...read, MASTER] : read;
  const low = query.value.get("low") === "true";
  return (
    <>
      <div class="filters goods-filters">
        <SearchField focused />
        <ScopeField />
        <CheckField
          label={text("onlyLow")}
          value={low}
          onInput={(value) => setQuery({ low: value ? "true" : undefined })}
        />
      </div>
      {isNode("office") ? null : <p class="hint">{text("othersNotRead")}</p>}
      <List<StockLevels>
        label={text("stock")}
        path="/v1/stock-levels"
        query={{
          scope,
          text: query.value.get("q") ?? undefined,
          low: low ? true : undefined,
        }}
        views={["stock", "products"]}
        columns={columns(sites, scope)}
        rowKey={({ product }) => product}
        onOpen={({ product }) => setQuery({ product })}
        exportAs="existencias"
        empty={low && !query.value.get("q")
          ? <Empty icon="check" title={text("nothingLow")} />
          : (
            <Empty
              title={query.value.get("q")
                ? text("nothingFound")
                : text("noProducts")}
            />
          )}
      />
    </>
  );
}
