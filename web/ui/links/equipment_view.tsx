/**
 * Where original programs and equipment connect to this node, and the pumps that did.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Health, Pump } from "../wire_types.ts";
import { formatInstant } from "../base/format.ts";
import type { WirePage } from "../base/http.ts";
import { useResource } from "../base/resource.ts";
import { isNode } from "../base/session.ts";
import { Badge, Section } from "../parts/page.tsx";
import { Empty, Freshness, Loaded } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { text } from "./texts.ts";

/** Surfaces that have a page for people, and where. */
const PAGES: Readonly<Record<string, string>> = {
  "inventory-branch": "dashboard",
  "inventory-central": "dashboard",
};

interface Surface {
  readonly name: string;
  readonly at: readonly string[] | null;
}

/** Surfaces, and pumps at a station. */
export function EquipmentView(): VNode {
  const health = useResource<Health>("/v1/health", { everyMs: 5_000 });
  return (
    <>
      <Section title={text("surfaces")}>
        <Freshness asOf={health.asOf} peers={false} />
        <p class="muted">{text("surfacesHelp")}</p>
        <Loaded resource={health}>
          {({ surfaces }) => (
            <SurfaceTable
              rows={Object.entries(surfaces).map(([name, at]) => ({
                name,
                at,
              }))}
            />
          )}
        </Loaded>
      </Section>
      {isNode("station") ? <PumpLinks /> : null}
    </>
  );
}

function SurfaceTable({ rows }: { readonly rows: readonly Surface[] }): VNode {
  return (
    <Table<Surface>
      label={text("surfaces")}
      rows={rows}
      rowKey={({ name }) => name}
      empty={<Empty title={text("noSurfaces")} />}
      columns={[{
        key: "name",
        title: text("name"),
        cell: ({ name }) => <strong>{name}</strong>,
      }, {
        key: "state",
        title: text("state"),
        cell: ({ at }) => (
          <Badge kind={at === null ? "bad" : "good"}>
            {text(at === null ? "notOpen" : "openNow")}
          </Badge>
        ),
      }, {
        key: "at",
        title: text("address"),
        cell: ({ name, at }) => (
          <span class="mono">
            {(at ?? []).map((url) => addressOf(name, url))}
          </span>
        ),
        width: "minmax(9rem, 3fr)",
      }]}
    />
  );
}

/** An address; where a person may look at something, a link to it. */
function addressOf(name: string, url: string): VNode {
  const page = PAGES[name];
  const href = page === undefined ? undefined : new URL(page, url).href;
  return (
    <div key={url}>
      {href === undefined ? url : <a href={href}>{href}</a>}
    </div>
  );
}

function PumpLinks(): VNode {
  const pumps = useResource<WirePage<Pump>>("/v1/pumps?limit=1000", {
    views: ["directory"],
    everyMs: 5_000,
  });
  return (
    <Section
      title={text("pumps")}
      actions={<a class="button" href="/pumps">{text("toPumps")}</a>}
    >
      <Loaded resource={pumps}>
        {({ items }) => (
          <Table<Pump>
            label={text("pumps")}
            rows={items}
            rowKey={({ site, pump }) => `${site} ${pump}`}
            columns={[{
              key: "pump",
              title: text("pump"),
              cell: ({ pump, name }) => <strong>{`${pump} ${name}`}</strong>,
            }, {
              key: "link",
              title: text("link"),
              cell: ({ live }) => {
                const state = live?.connection ?? "disconnected";
                return (
                  <Badge kind={state === "connected" ? "good" : "warn"}>
                    {text(`connection_${state}`)}
                  </Badge>
                );
              },
            }, {
              key: "address",
              title: text("address"),
              cell: ({ live }) => (
                <span class="mono">{live?.address ?? "–"}</span>
              ),
              phone: false,
            }, {
              key: "connectedAt",
              title: text("connectedAt"),
              cell: ({ connectedAt }) => formatInstant(connectedAt),
              width: "minmax(9rem, 1fr)",
              phone: false,
            }, {
              key: "prices",
              title: text("pricesTaken"),
              cell: ({ prices }) =>
                prices === null ? text("never") : formatInstant(prices.at),
              width: "minmax(9rem, 1fr)",
            }]}
          />
        )}
      </Loaded>
    </Section>
  );
}
