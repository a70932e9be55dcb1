/**
 * The sites that a node without one of its own hears of: what they sold today, and how fresh that is.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Peer, Totals } from "../wire_types.ts";
import { formatAmount, formatInstant, formatNumber } from "../base/format.ts";
import { withQuery } from "../base/http.ts";
import { useResource } from "../base/resource.ts";
import type { Column } from "../parts/column.ts";
import { Badge, Section } from "../parts/page.tsx";
import { Table } from "../parts/table.tsx";
import { siteDate } from "./days.ts";
import { text } from "./texts.ts";

/** Sites of which the start page shows sums; the reports have all. */
const SITES_SHOWN = 60;

interface Site {
  readonly site: string;
  readonly linked: boolean;
  readonly lastSeen: string | null;
  readonly lacking: number;
}

/** Sites of peers, by name: several tills of one shop are one row. */
function sitesOf(peers: readonly Peer[]): readonly Site[] {
  const sites = new Map<string, Site>();
  for (const { site, self, linked, lastSeen, behindCommits } of peers) {
    if (self || site === null) continue;
    const before = sites.get(site);
    sites.set(site, {
      site,
      linked: linked || before?.linked === true,
      lastSeen: [lastSeen, before?.lastSeen ?? null].reduce((a, b) =>
        a === null || b !== null && b > a ? b : a
      ),
      lacking: Math.max(behindCommits, before?.lacking ?? 0),
    });
  }
  return [...sites.values()].sort((a, b) => a.site < b.site ? -1 : 1);
}

/**
 * Sites with today's sales.
 *
 * @param props The node's peers and its zone.
 * @returns A table; nothing where there are no sites.
 */
export function Sites(
  { peers, timezone }: {
    readonly peers: readonly Peer[];
    readonly timezone: string;
  },
): VNode | null {
  const sites = sitesOf(peers);
  if (sites.length === 0) return null;
  const date = siteDate(timezone);
  const columns: readonly Column<Site>[] = [
    {
      key: "site",
      title: text("site"),
      cell: ({ site }) => site,
      width: "6rem",
    },
    {
      key: "sales",
      title: text("salesToday"),
      align: "end",
      cell: ({ site }) => <SalesOf site={site} date={date} />,
      width: "minmax(12rem, 1fr)",
    },
    {
      key: "lacking",
      title: text("lacking"),
      align: "end",
      phone: false,
      cell: ({ lacking }) => formatNumber(lacking),
    },
    {
      key: "heard",
      title: text("heard"),
      width: "minmax(11rem, 1fr)",
      cell: ({ linked, lastSeen }) =>
        linked
          ? <Badge kind="good">{text("linkedNow")}</Badge>
          : lastSeen === null
          ? <Badge kind="warn">{text("neverHeard")}</Badge>
          : formatInstant(lastSeen),
    },
  ];
  return (
    <Section title={text("sites")}>
      <Table
        label={text("sites")}
        columns={columns}
        rows={sites.slice(0, SITES_SHOWN)}
        rowKey={({ site }) => site}
      />
    </Section>
  );
}

function SalesOf(
  { site, date }: { readonly site: string; readonly date: string },
): VNode {
  const totals = useResource<Totals>(withQuery("/v1/totals", { site, date }), {
    views: ["sales"],
  }).value;
  if (totals === undefined) return <>–</>;
  const sum = totals.amounts.map(formatAmount).join(" + ");
  return <>{formatNumber(totals.count)}{sum === "" ? "" : ` · ${sum}`}</>;
}
