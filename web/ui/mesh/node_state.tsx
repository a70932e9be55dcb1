/**
 * How this node stores the mesh, and what must always hold and was checked.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Invariant, Storage } from "../wire_types.ts";
import { formatNumber } from "../base/format.ts";
import type { WirePage } from "../base/http.ts";
import { type Resource, useResource } from "../base/resource.ts";
import { Badge, Facts, Section } from "../parts/page.tsx";
import { Loaded } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { formatBytes } from "./bytes.ts";
import { text, wordText } from "./texts.ts";

/** Storage and invariants. */
export function NodeState(
  { storage }: { readonly storage: Resource<Storage> },
): VNode {
  const invariants = useResource<WirePage<Invariant>>(
    "/v1/invariants?limit=100",
    { everyMs: 5_000 },
  );
  return (
    <>
      <Section title={text("storage")}>
        <Loaded resource={storage}>
          {(value) => (
            <Facts
              rows={[
                [text("folder"), formatBytes(value.folderBytes)],
                [text("diskLeft"), formatBytes(value.freeBytes)],
                [text("commits"), formatNumber(value.commits)],
                [text("logs"), formatNumber(value.logs)],
                [text("branches"), formatNumber(value.branches)],
              ]}
            />
          )}
        </Loaded>
      </Section>
      <Section title={text("invariants")}>
        <p class="muted">{text("invariantsHelp")}</p>
        <Loaded resource={invariants}>
          {({ items }) => (
            <Table<Invariant>
              label={text("invariants")}
              rows={items}
              rowKey={({ number }) => String(number)}
              columns={[{
                key: "statement",
                title: text("statement"),
                cell: ({ number, statement }) => {
                  const words = wordText("invariant", String(number));
                  const shown = words === String(number) ? statement : words;
                  return <span class="mesh-statement">{shown}</span>;
                },
                width: "minmax(14rem, 4fr)",
              }, {
                key: "checked",
                title: text("checked"),
                cell: ({ checked }) => formatNumber(checked),
                align: "end",
                phone: false,
              }, {
                key: "violations",
                title: text("violations"),
                cell: (invariant) => <Verdict invariant={invariant} />,
                width: "minmax(7rem, 1fr)",
              }]}
            />
          )}
        </Loaded>
      </Section>
    </>
  );
}

/** What was never checked does not hold by that. */
function Verdict({ invariant }: { readonly invariant: Invariant }): VNode {
  const { checked, violations } = invariant;
  if (violations > 0) {
    const count = formatNumber(violations);
    return <Badge kind="bad">{text("violated", { count })}</Badge>;
  }
  return checked === 0
    ? <Badge>{text("neverChecked")}</Badge>
    : <Badge kind="good">{text("holds")}</Badge>;
}
