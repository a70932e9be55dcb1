/**
 * Drawers reconciled: what should have been in each, what was counted, and the difference.
 *
 * @module
 */
import type { VNode } from "preact";
import { Badge } from "../parts/page.tsx";
import type { Column } from "../parts/column.ts";
import { Empty } from "../parts/states.tsx";
import { List } from "../parts/list.tsx";
import { When } from "../parts/when.tsx";
import type { CashSession, Money } from "../wire_types.ts";
import { summed } from "./daily.ts";
import { amountsText } from "./range_tab.tsx";
import { siteAsked, SiteField, useSites } from "./site_field.tsx";
import { text } from "./texts.ts";

type Counts = readonly { readonly amount: Money }[] | null;

function sum(counts: Counts): readonly Money[] {
  return summed((counts ?? []).map(({ amount }) => amount));
}

function csv(counts: Counts): string {
  return sum(counts).map(({ amount, currency }) => `${amount} ${currency}`)
    .join(" ");
}

function Difference({ counts }: { readonly counts: Counts }): VNode {
  if (counts === null) return <>–</>;
  const amounts = sum(counts);
  const zero = amounts.every(({ amount }) => /^-?[0.]*$/.test(amount));
  return <Badge kind={zero ? "good" : "bad"}>{amountsText(amounts)}</Badge>;
}

/** Drawers of a site, the newest first. */
export function CashTab(): VNode {
  const sites = useSites();
  const site = siteAsked(sites) ?? sites[0];
  return (
    <>
      <div class="filters">
        <SiteField sites={sites} value={site} />
      </div>
      {site === undefined ? <Empty /> : (
        <List<CashSession>
          label={text("tabCash")}
          path="/v1/cash-sessions"
          query={{ site }}
          views={["cash_sessions", "sales"]}
          columns={columns()}
          rowKey={({ id }) => id}
          exportAs={`drawers-${site}`}
          empty={<Empty title={text("cashEmpty")} icon="till" />}
        />
      )}
    </>
  );
}

function columns(): readonly Column<CashSession>[] {
  return [
    {
      key: "till",
      title: text("till"),
      cell: ({ till }) => till,
      csv: ({ till }) => till,
    },
    {
      key: "opened",
      title: text("openedAt"),
      cell: ({ openedAt }) => <When at={openedAt} />,
      csv: ({ openedAt }) => openedAt,
      width: "8rem",
    },
    {
      key: "closed",
      title: text("closedAtShort"),
      cell: ({ closedAt }) =>
        closedAt === null
          ? <Badge kind="info">{text("stillOpen")}</Badge>
          : <When at={closedAt} />,
      csv: ({ closedAt }) => closedAt ?? "",
      width: "8rem",
      phone: false,
    },
    {
      key: "expected",
      title: text("expected"),
      cell: ({ expected }) => amountsText(sum(expected)),
      csv: ({ expected }) => csv(expected),
      align: "end",
      phone: false,
      width: "minmax(8rem, 1fr)",
    },
    {
      key: "counted",
      title: text("counted"),
      cell: ({ counted }) => amountsText(sum(counted)),
      csv: ({ counted }) => csv(counted),
      align: "end",
      phone: false,
      width: "minmax(8rem, 1fr)",
    },
    {
      key: "difference",
      title: text("difference"),
      cell: ({ differences }) => <Difference counts={differences} />,
      csv: ({ differences }) => csv(differences),
      align: "end",
      width: "minmax(8rem, 1fr)",
    },
    {
      key: "note",
      title: text("note"),
      cell: ({ note }) => note ?? "",
      csv: ({ note }) => note ?? "",
      phone: false,
    },
  ];
}
