/**
 * Where the rights of strictly sold products are held: what each till of a site may still sell.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Rights } from "../wire_types.ts";
import type { WirePage } from "../base/http.ts";
import { type Resource, useResource } from "../base/resource.ts";
import { may } from "../base/session.ts";
import { Badge } from "../parts/page.tsx";
import { Empty, Freshness, Loaded, Panel } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { type Named, useNames } from "./names.ts";
import { quantityText } from "./quantity.ts";
import { text } from "./texts.ts";

/** The most rows read; a shop sells few products strictly. */
const ROWS_MAX = 1_000;

/** What a bound of stock guards. */
function guarded(
  bound: string,
): { readonly site: string; readonly product: string } | undefined {
  const match = /^stock:([A-Z0-9]{2,12})\/(.+)\/[0-9a-f-]{36}$/.exec(bound);
  return match === null
    ? undefined
    : { site: match[1] ?? "", product: match[2] ?? "" };
}

/** Rights of stock by till. */
export function RightsList(): VNode {
  const names = useNames();
  const rights = useResource<WirePage<Rights>>(
    may("supervisor") ? `/v1/rights?limit=${ROWS_MAX}` : undefined,
    { views: ["stock", "sales"], everyMs: 10_000 },
  );
  if (!may("supervisor")) {
    return <Panel kind="info">{text("supervisorSees")}</Panel>;
  }
  return (
    <>
      <p class="muted goods-intro">{text("rightsHelp")}</p>
      <Freshness asOf={rights.asOf} />
      <RightsTable rights={rights} names={names.value} />
    </>
  );
}

function RightsTable(
  { rights, names }: {
    readonly rights: Resource<WirePage<Rights>>;
    readonly names: ReadonlyMap<string, Named>;
  },
): VNode {
  const placeOf = ({ bound }: Rights) =>
    guarded(bound) ?? { site: "", product: "" };
  const unitOf = (row: Rights) => names.get(placeOf(row).product)?.unit;
  return (
    <Loaded resource={rights}>
      {({ items }) => (
        <Table<Rights>
          label={text("rights")}
          rows={items.filter(({ bound }) => guarded(bound) !== undefined)}
          rowKey={({ bound, log }) => `${bound} ${log}`}
          rowClass={({ balance }) => balance < 0 ? "bad" : ""}
          empty={<Empty title={text("noRights")} />}
          columns={[{
            key: "product",
            title: text("product"),
            width: "minmax(10rem, 2fr)",
            cell: (row) => {
              const { product } = placeOf(row);
              return names.get(product)?.name ?? product;
            },
          }, {
            key: "site",
            title: text("site"),
            width: "5rem",
            phone: false,
            cell: (row) => placeOf(row).site,
          }, {
            key: "log",
            title: text("heldBy"),
            width: "minmax(9rem, 1fr)",
            cell: ({ log, own }) =>
              own
                ? <Badge kind="info">{text("thisNode")}</Badge>
                : <span class="mono" title={log}>{log.slice(0, 8)}</span>,
          }, {
            key: "free",
            title: text("maySell"),
            width: "7rem",
            align: "end",
            cell: (row) => quantityText(row.free, unitOf(row)),
          }, {
            key: "transit",
            title: text("inTransit"),
            width: "7rem",
            align: "end",
            phone: false,
            cell: (row) => quantityText(row.inTransit, unitOf(row)),
          }, {
            key: "spent",
            title: text("sold"),
            width: "7rem",
            align: "end",
            phone: false,
            cell: (row) => quantityText(row.spent, unitOf(row)),
          }, {
            key: "state",
            title: text("state"),
            width: "7rem",
            phone: false,
            cell: ({ balance }) =>
              balance < 0
                ? <Badge kind="bad">{text("owes")}</Badge>
                : <Badge kind="good">{text("fine")}</Badge>,
          }]}
        />
      )}
    </Loaded>
  );
}
