/**
 * Where rights are: what each node may still charge without asking anybody.
 *
 * @module
 */
import type { VNode } from "preact";
import { formatAmount } from "../base/format.ts";
import { useResource } from "../base/resource.ts";
import { Section } from "../parts/page.tsx";
import { Freshness, Loaded, Panel } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import type { Company, RightsHolders } from "../wire_types.ts";
import { companyPath } from "./paths.ts";
import { text } from "./texts.ts";

/** Rights move without a change of any view; they are read again after so many milliseconds. */
const AGAIN_MS = 5_000;

/** Holders of a company's balance and floor. */
export function HoldersView({ company }: { readonly company: Company }): VNode {
  const path = companyPath(company.company, "holders");
  return (
    <>
      <Panel>{text("rightsHelp")}</Panel>
      <div class="columns">
        {(["account", "floor"] as const).map((of) => (
          <Section key={of} title={text(`rights_${of}`)}>
            <HolderTable
              path={`${path}?of=${of}`}
              label={text(`rights_${of}`)}
            />
          </Section>
        ))}
      </div>
    </>
  );
}

/**
 * Who holds some rights.
 *
 * @param props The route that says it, and a name for the table.
 * @returns A table that says how fresh it is.
 */
export function HolderTable(
  { path, label }: { readonly path: string; readonly label: string },
): VNode {
  const holders = useResource<RightsHolders>(path, {
    views: ["fleet_expenses", "fleet_cards"],
    everyMs: AGAIN_MS,
  });
  return (
    <Loaded resource={holders}>
      {({ items }) => (
        <>
          <Table
            label={label}
            rows={items}
            rowKey={({ log }) => log}
            empty={<p class="muted">{text("noRights")}</p>}
            columns={[
              {
                key: "site",
                title: text("holder"),
                cell: ({ site }) => site ?? text("noSite"),
              },
              {
                key: "free",
                title: text("free"),
                align: "end",
                cell: ({ free }) => formatAmount(free),
              },
              {
                key: "log",
                title: text("log"),
                width: "minmax(7rem, 1.5fr)",
                cell: ({ log }) => <span class="mono">{log}</span>,
                phone: false,
              },
            ]}
          />
          <Freshness asOf={holders.asOf} peers={false} />
        </>
      )}
    </Loaded>
  );
}
