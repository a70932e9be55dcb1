/**
 * What was sold and is not there: what is proposed for each sale, and fixing it.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Oversell } from "../wire_types.ts";
import { formatInstant } from "../base/format.ts";
import { query, setQuery } from "../base/location.ts";
import { isNode, may } from "../base/session.ts";
import type { Column } from "../parts/column.ts";
import { Dialog } from "../parts/dialog.tsx";
import { SelectField } from "../parts/field.tsx";
import { List } from "../parts/list.tsx";
import { Badge, Page } from "../parts/page.tsx";
import { Empty } from "../parts/states.tsx";
import { ListFreshness } from "./list_freshness.tsx";
import { OversellDetails } from "./oversell_details.tsx";
import { useNames } from "./names.ts";
import { quantityText } from "./quantity.ts";
import { remedyText } from "./remedy_text.ts";
import { useReadSites } from "./scope.tsx";
import { text } from "./texts.ts";

function useColumns(): readonly Column<Oversell>[] {
  const names = useNames();
  return [{
    key: "at",
    title: text("soldAt"),
    width: "11rem",
    phone: false,
    cell: ({ at }) => formatInstant(at),
    csv: ({ at }) => at,
  }, {
    key: "site",
    title: text("site"),
    width: "5rem",
    phone: false,
    cell: ({ site }) => site,
    csv: ({ site }) => site,
  }, {
    key: "receipt",
    title: text("receipt"),
    width: "minmax(11rem, 13rem)",
    phone: false,
    cell: ({ receipt }) => <span class="mono">{receipt}</span>,
    csv: ({ receipt }) => receipt,
  }, {
    key: "product",
    title: text("product"),
    width: "minmax(10rem, 2fr)",
    cell: ({ product }) => (
      <span class="goods-name">
        {names.value.get(product)?.name ?? product}
      </span>
    ),
    csv: ({ product }) => product,
  }, {
    key: "quantity",
    title: text("missing"),
    width: "7rem",
    align: "end",
    cell: ({ product, quantity }) =>
      quantityText(quantity, names.value.get(product)?.unit),
    csv: ({ quantity }) => String(quantity),
  }, {
    key: "remedy",
    title: text("remedy"),
    width: "minmax(10rem, 1fr)",
    cell: (row) => <span class="goods-name">{remedyText(row)}</span>,
    csv: ({ remedy, from }) => `${remedy}${from === null ? "" : ` ${from}`}`,
  }, {
    key: "state",
    title: text("state"),
    width: "8rem",
    phone: false,
    cell: ({ acknowledged }) =>
      acknowledged === null
        ? <Badge kind="warn">{text("proposed")}</Badge>
        : <Badge kind="good">{text("fixed")}</Badge>,
    csv: ({ acknowledged }) => acknowledged === null ? "proposed" : "fixed",
  }];
}

/** Sales of goods that are not there. */
export function OversellsPage(): VNode {
  const open = useSignal<Oversell | undefined>(undefined);
  const columns = useColumns();
  const shown = query.value.get("show") ?? "open";
  const acknowledged = shown === "open"
    ? false
    : shown === "fixed"
    ? true
    : undefined;
  return (
    <Page
      title={text("oversells")}
      note={
        <>
          <p class="muted goods-intro">{text("oversellsNote")}</p>
          <ListFreshness path="/v1/oversells" views={["stock", "oversells"]} />
        </>
      }
      actions={may("supervisor")
        ? null
        : <span class="muted">{text("supervisorChanges")}</span>}
    >
      <div class="filters goods-filters">
        <SelectField
          label={text("show")}
          value={shown}
          choices={[
            { value: "open", label: text("showOpen") },
            { value: "fixed", label: text("showFixed") },
            { value: "all", label: text("showAll") },
          ]}
          onInput={(value) =>
            setQuery({ show: value === "open" ? undefined : value })}
        />
        {isNode("office") ? <SiteFilter /> : null}
      </div>
      <List<Oversell>
        label={text("oversells")}
        path="/v1/oversells"
        query={{ acknowledged, site: query.value.get("site") ?? undefined }}
        views={["stock", "oversells"]}
        columns={columns}
        rowKey={({ id }) => id}
        onOpen={(row) => open.value = row}
        exportAs="sobreventas"
        empty={
          <Empty
            icon="check"
            title={text(shown === "fixed" ? "nothingFixed" : "nothingOversold")}
          />
        }
      />
      {open.value === undefined ? null : (
        <Dialog
          side
          title={text("oversell")}
          onClose={() => open.value = undefined}
        >
          <OversellDetails
            item={open.value}
            onDone={() => open.value = undefined}
          />
        </Dialog>
      )}
    </Page>
  );
}

function SiteFilter(): VNode {
  const sites = useReadSites();
  return (
    <SelectField
      label={text("site")}
      value={query.value.get("site") ?? ""}
      choices={[
        { value: "", label: text("allSites") },
        ...sites.map((site) => ({ value: site, label: site })),
      ]}
      onInput={(site) => setQuery({ site })}
    />
  );
}
