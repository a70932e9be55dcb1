/**
 * Sales: all that this node knows of, newest first, each with its details.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { useState } from "preact/hooks";
import { decimalText, typedAmount } from "../base/amounts.ts";
import { formatAmount } from "../base/format.ts";
import type { WirePage } from "../base/http.ts";
import { query, setQuery } from "../base/location.ts";
import { useResource } from "../base/resource.ts";
import { ownSite } from "../base/session.ts";
import { DayRange } from "../parts/day_range.tsx";
import { Button } from "../parts/button.tsx";
import type { Column } from "../parts/column.ts";
import { SelectField, TextField } from "../parts/field.tsx";
import { List } from "../parts/list.tsx";
import { Badge, Page } from "../parts/page.tsx";
import { Empty } from "../parts/states.tsx";
import { When } from "../parts/when.tsx";
import type { Peer, Sale } from "../wire_types.ts";
import { METHODS } from "./payment.ts";
import { SaleDialog } from "./sale_dialog.tsx";
import { methodName, sellerName, text } from "./sale_texts.ts";

function columns(): readonly Column<Sale>[] {
  return [
    {
      key: "at",
      title: text("when"),
      cell: (sale) => <When at={sale.at} />,
      csv: (sale) => sale.localTime,
      width: "11rem",
    },
    {
      key: "receipt",
      title: text("number"),
      cell: (sale) => <span class="mono">{sale.receipt}</span>,
      csv: (sale) => sale.receipt,
      width: "12.5rem",
      phone: false,
    },
    {
      key: "site",
      title: text("site"),
      cell: (sale) => sale.site,
      csv: (sale) => sale.site,
      width: "5rem",
      phone: false,
    },
    {
      key: "seller",
      title: text("seller"),
      cell: (sale) => sellerName(sale.seller),
      csv: (sale) => sellerName(sale.seller),
      phone: false,
    },
    {
      key: "products",
      title: text("what"),
      cell: whatOf,
      csv: (sale) =>
        sale.lines.map(({ name, quantity }) => `${quantity} ${name}`)
          .join("; "),
      width: "minmax(9rem, 3fr)",
    },
    {
      key: "payments",
      title: text("paidBy"),
      cell: paidBy,
      csv: (sale) =>
        (sale.payments ?? []).map(({ method, amount }) =>
          `${method} ${amount.amount}`
        ).join("; "),
      phone: false,
    },
    {
      key: "total",
      title: text("total"),
      cell: (sale) => <SaleTotal sale={sale} />,
      csv: (sale) => sale.total.amount,
      align: "end",
      width: "7.5rem",
    },
    {
      key: "state",
      title: text("state"),
      cell: (sale) => <SaleState sale={sale} />,
      csv: (sale) =>
        sale.voided ? "voided" : sale.returns === undefined ? "" : "return",
      width: "8rem",
      phone: false,
    },
  ];
}

function whatOf({ lines }: Sale): string {
  const [first] = lines;
  const name = first === undefined ? "" : first.name || first.product;
  return lines.length < 2
    ? name
    : text("whatAndMore", { name, count: lines.length - 1 });
}

function paidBy({ payments = [] }: Sale): string {
  return payments.map(({ method }) => methodName(method)).join(", ");
}

function SaleTotal({ sale }: { readonly sale: Sale }): VNode {
  const amount = formatAmount(sale.total);
  return sale.voided
    ? (
      <>
        <span class="unseen">{text("voided")}</span>
        <s>{amount}</s>
      </>
    )
    : <>{amount}</>;
}

/** What a sale is besides a sale: voided, or goods that came back. */
export function SaleState({ sale }: { readonly sale: Sale }): VNode | null {
  if (sale.voided) return <Badge kind="bad">{text("voided")}</Badge>;
  if (sale.returns !== undefined) {
    return <Badge kind="warn">{text("isReturn")}</Badge>;
  }
  return sale.legacy === undefined
    ? null
    : <Badge kind="info">{text("fromOriginal")}</Badge>;
}

/** The instant at which a day begins here, or the next one; undefined for no day. */
function dayStart(date: string, next = false): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return undefined;
  const start = new Date(`${date}T00:00:00`);
  if (next) start.setDate(start.getDate() + 1);
  return start.toISOString();
}

/** What is asked by who sold, how it was paid and how much it was. */
function pickedBy(
  value: (name: string) => string,
): Readonly<Record<string, string | undefined>> {
  const amount = (name: string) => {
    const typed = typedAmount(value(name), 2);
    return typed === undefined ? undefined : decimalText(typed);
  };
  return {
    seller: value("seller") || undefined,
    method: value("method") || undefined,
    least: amount("least"),
    most: amount("most"),
  };
}

/** Sales. */
export function SalesPage(): VNode {
  const asked = query.value;
  const value = (name: string) => asked.get(name) ?? "";
  const shown = value("sale");
  return (
    <Page title={text("sales")}>
      <Filters />
      <List<Sale>
        label={text("sales")}
        path="/v1/sales"
        query={{
          order: "desc",
          site: value("site"),
          from: dayStart(value("from")),
          before: dayStart(value("to"), true),
          receipt: value("receipt"),
          ...(value("receipt") === "" ? pickedBy(value) : {}),
        }}
        views={["sales"]}
        columns={columns()}
        rowKey={(sale) => `${sale.id} ${sale.log}`}
        rowClass={(sale) => sale.voided ? "bad" : ""}
        onOpen={(sale) => setQuery({ sale: sale.id })}
        exportAs={text("salesFile")}
        empty={<Empty title={text("noSales")} icon="till" />}
      />
      {shown === "" ? null : (
        <SaleDialog
          key={shown}
          id={shown}
          onClose={() => setQuery({ sale: undefined })}
        />
      )}
    </Page>
  );
}

/** What the form's button asks for at once. */
const TYPED = ["receipt", "seller", "least", "most"] as const;
/** What few people ask for. */
const MORE = ["seller", "least", "most", "method"] as const;
const FILTERS = [...TYPED, "site", "from", "to", "method"] as const;

function Filters(): VNode {
  const asked = query.value;
  const typed = useSignal<Readonly<Record<string, string>>>(
    Object.fromEntries(TYPED.map((name) => [name, asked.get(name) ?? ""])),
  );
  // As it was found: it must not close under whoever empties a field.
  const [opened] = useState(MORE.some((name) => asked.has(name)));
  const set = (name: string) => (value: string) => setQuery({ [name]: value });
  const field = (name: typeof TYPED[number]) => ({
    value: typed.value[name] ?? "",
    onInput: (value: string) => {
      typed.value = { ...typed.value, [name]: value };
      if (value === "") setQuery({ [name]: undefined });
    },
  });
  const wrong = (name: "least" | "most") => {
    const text = typed.value[name]?.trim() ?? "";
    return text !== "" && typedAmount(text, 2) === undefined;
  };
  return (
    <form
      class="filters"
      onSubmit={(event) => {
        event.preventDefault();
        setQuery(Object.fromEntries(
          Object.entries(typed.value).map((
            [name, text],
          ) => [name, text.trim()]),
        ));
      }}
    >
      <DayRange />
      <SiteFilter value={asked.get("site") ?? ""} onInput={set("site")} />
      <TextField
        label={text("receiptFilter")}
        type="search"
        placeholder="CUS-20241109-48213001"
        maxLength={64}
        {...field("receipt")}
      />
      <Button submit icon="search" label={text("find")} />
      {FILTERS.some((name) => asked.has(name))
        ? (
          <Button
            onClick={() => {
              typed.value = {};
              setQuery(
                Object.fromEntries(FILTERS.map((name) => [name, undefined])),
              );
            }}
          >
            {text("clearFilters")}
          </Button>
        )
        : null}
      <details class="till-more" open={opened}>
        <summary>{text("moreFilters")}</summary>
        <div class="filters">
          <SelectField
            label={text("paidBy")}
            value={asked.get("method") ?? ""}
            choices={[
              { value: "", label: text("allMethods") },
              ...METHODS.map((value) => ({ value, label: methodName(value) })),
            ]}
            onInput={set("method")}
          />
          <TextField
            label={text("seller")}
            type="search"
            maxLength={100}
            {...field("seller")}
          />
          {(["least", "most"] as const).map((name) => (
            <TextField
              key={name}
              label={text(name)}
              mode="decimal"
              maxLength={20}
              error={wrong(name) ? text("notAmount") : ""}
              {...field(name)}
            />
          ))}
        </div>
      </details>
    </form>
  );
}

function SiteFilter(
  { value, onInput }: {
    readonly value: string;
    readonly onInput: (value: string) => void;
  },
): VNode | null {
  const peers = useResource<WirePage<Peer>>("/v1/peers?limit=1000");
  const sites = new Set<string>();
  if (ownSite.value !== undefined) sites.add(ownSite.value);
  for (const { site } of peers.value?.items ?? []) {
    if (site !== null) sites.add(site);
  }
  if (value !== "") sites.add(value);
  if (sites.size < 2) return null;
  return (
    <SelectField
      label={text("site")}
      value={value}
      choices={[
        { value: "", label: text("allSites") },
        ...[...sites].sort().map((site) => ({ value: site, label: site })),
      ]}
      onInput={onInput}
    />
  );
}
