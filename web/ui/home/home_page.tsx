/**
 * The start page: how the node is, and where everything is.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Health } from "../wire_types.ts";
import { useResource } from "../base/resource.ts";
import { Page } from "../parts/page.tsx";
import { Freshness, Loaded, Panel } from "../parts/states.tsx";
import { text } from "./texts.ts";

/** The start page. */
export function HomePage(): VNode {
  const health = useResource<Health>("/v1/health", {
    views: ["health", "peers"],
    everyMs: 10_000,
  });
  return (
    <Page title={text("title")} note={<Freshness asOf={health.asOf} />}>
      <Loaded resource={health}>
        {({ reasons }) =>
          reasons.map((reason) => (
            <Panel key={reason} kind="warn">{reason}</Panel>
          ))}
      </Loaded>
    </Page>
  );
}
