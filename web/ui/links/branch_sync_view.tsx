/**
 * The exchange with the older branch software: state, what waits, "send now", history, gaps, branches and conflicts.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type {
  BranchSync,
  BranchSyncBranch,
  BranchSyncRun,
} from "../wire_types.ts";
import { formatInstant, formatNumber } from "../base/format.ts";
import { change, type WirePage } from "../base/http.ts";
import { type Resource, useResource } from "../base/resource.ts";
import { may, ownSite } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import type { Column } from "../parts/column.ts";
import { useAction } from "../parts/form.tsx";
import { List } from "../parts/list.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Badge, Facts, Figure, Figures, Section } from "../parts/page.tsx";
import { Freshness, Loaded, Panel, ProblemPanel } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { ConflictList } from "./conflict_list.tsx";
import { text } from "./texts.ts";

/** Milliseconds that a run may take: a central is waited for longer than a page usually waits. */
const RUN_MS = 80_000;

/** A row of the history. */
type Run = NonNullable<BranchSyncRun>;

/** How the exchange stands, and what is done about it. */
export function BranchSyncView(): VNode {
  const open = useSignal<Run | undefined>(undefined);
  const status = useResource<BranchSync>("/v1/branch-sync", {
    views: ["sales"],
    everyMs: 5_000,
  });
  return (
    <>
      <Loaded resource={status}>
        {(value) => <Tiles status={value} />}
      </Loaded>
      <Runs status={status} />
      <Loaded resource={status}>
        {({ gaps }) => <Gaps gaps={gaps} />}
      </Loaded>
      <Section title={text("conflicts")}>
        <p class="muted">{text("conflictsHelp")}</p>
        <ConflictList />
      </Section>
      <Section title={text("history")}>
        {/* A run that ends changes the number of the newest row. */}
        <List<Run>
          key={status.value?.last?.number ?? 0}
          label={text("history")}
          path="/v1/branch-sync/log"
          columns={logColumns()}
          rowKey={({ number }) => String(number)}
          onOpen={(run) => open.value = run}
          exportAs="branch-sync"
        />
        {open.value === undefined ? null : (
          <RunDialog
            run={open.value}
            onClose={() => open.value = undefined}
          />
        )}
      </Section>
      <Branches />
    </>
  );
}

function Tiles({ status }: { readonly status: BranchSync }): VNode {
  const { last, lastOk, pending } = status;
  const state = last === null ? "never" : last.ok ? "succeeded" : "failed";
  return (
    <Figures>
      <Figure
        label={text("branch")}
        value={ownSite.value ?? text("office")}
        note={text(status.isCentral ? "isCentral" : "isBranch")}
      />
      <Figure
        label={text("lastSync")}
        value={last === null ? text("never") : formatInstant(last.at)}
        note={lastOk === null
          ? text("neverOk")
          : text("lastOk", { at: formatInstant(lastOk.at) })}
      />
      <Figure
        label={text("pendingSales")}
        value={formatNumber(pending)}
        kind={pending === 0 ? "good" : "warn"}
        note={text(status.hasTargets ? "pendingCentral" : "pendingPeers")}
      />
      <Figure
        label={text("state")}
        value={text(state)}
        kind={last === null ? "warn" : last.ok ? "good" : "bad"}
        note={last?.message ?? ""}
      />
    </Figures>
  );
}

function Runs({ status }: { readonly status: Resource<BranchSync> }): VNode {
  const push = useAction();
  const pull = useAction();
  const options = { timeoutMs: RUN_MS };
  async function sendNow(): Promise<void> {
    await push.run(
      () =>
        change<{ readonly sent: number; readonly message: string }>(
          "POST",
          "/v1/branch-sync/push",
          {},
          options,
        ),
      ({ message }) => message,
    );
    status.reload();
  }
  async function readNow(): Promise<void> {
    await pull.run(
      () =>
        change<{
          readonly recovered: number;
          readonly conflicts: number;
          readonly gone: number;
        }>("POST", "/v1/branch-sync/pull", {}, options),
      (done) => text("pulled", done),
    );
    status.reload();
  }
  return (
    <div class="links-runs">
      <Freshness asOf={status.asOf} peers={false} />
      <div class="actions">
        <Button
          kind="primary"
          icon="refresh"
          busy={push.busy}
          onClick={() => void sendNow()}
        >
          {text(push.busy ? "syncing" : "syncNow")}
        </Button>
        {status.value?.hasSources === true
          ? (
            <Button
              icon="download"
              busy={pull.busy}
              onClick={() => void readNow()}
            >
              {text("readNow")}
            </Button>
          )
          : null}
      </div>
      {[push, pull].map(({ problem }) =>
        problem === undefined
          ? null
          : <ProblemPanel key={problem.code} problem={problem} />
      )}
    </div>
  );
}

function Gaps({ gaps }: { readonly gaps: BranchSync["gaps"] }): VNode | null {
  if (gaps.length === 0) return null;
  return (
    <Section title={text("gaps")}>
      <p class="muted">{text("gapsHelp")}</p>
      {gaps.map(({ site, date, count, missing }) => (
        <Panel key={`${site} ${date}`} kind="warn">
          {text("gap", { site, date, count })}
          {missing.length === 0
            ? null
            : <p class="mono">{missing.join(", ")}</p>}
        </Panel>
      ))}
    </Section>
  );
}

function RunDialog(
  { run, onClose }: { readonly run: Run; readonly onClose: () => void },
): VNode {
  const { at, direction, site, ok, records, message } = run;
  return (
    <Dialog title={text("history")} onClose={onClose} side>
      <p>{message}</p>
      <Facts
        rows={[
          [text("when"), formatInstant(at)],
          [text("direction"), text(direction)],
          [text("otherSide"), site ?? "–"],
          [text("state"), text(ok ? "succeeded" : "failed")],
          [text("records"), records === null ? "–" : formatNumber(records)],
        ]}
      />
    </Dialog>
  );
}

function logColumns(): readonly Column<Run>[] {
  return [{
    key: "at",
    title: text("when"),
    cell: ({ at }) => formatInstant(at),
    csv: ({ at }) => at,
    width: "minmax(9rem, 1fr)",
  }, {
    key: "direction",
    title: text("direction"),
    cell: ({ direction }) => text(direction),
    csv: ({ direction }) => direction,
    phone: false,
  }, {
    key: "site",
    title: text("otherSide"),
    cell: ({ site }) => site ?? "–",
    csv: ({ site }) => site ?? "",
    phone: false,
  }, {
    key: "state",
    title: text("state"),
    cell: ({ ok }) => (
      <Badge kind={ok ? "good" : "bad"}>
        {text(ok ? "succeeded" : "failed")}
      </Badge>
    ),
    csv: ({ ok }) => ok ? "ok" : "error",
    width: "7rem",
  }, {
    key: "records",
    title: text("records"),
    cell: ({ records }) => records === null ? "–" : formatNumber(records),
    csv: ({ records }) => String(records ?? ""),
    align: "end",
    width: "5rem",
    phone: false,
  }, {
    key: "message",
    title: text("message"),
    cell: ({ message }) => <span title={message}>{message}</span>,
    csv: ({ message }) => message,
    width: "minmax(10rem, 4fr)",
    phone: false,
  }];
}

function Branches(): VNode {
  const branches = useResource<WirePage<BranchSyncBranch>>(
    "/v1/branch-sync/branches?limit=1000",
    { everyMs: 10_000 },
  );
  const action = useAction();
  async function accept(site: string): Promise<void> {
    const path = `/v1/branch-sync/branches/${site}/acceptance`;
    await action.run(
      () => change("POST", path, {}),
      text("acceptedDone", { site }),
    );
    branches.reload();
  }
  return (
    <Section title={text("branches")}>
      {action.problem === undefined
        ? null
        : <ProblemPanel problem={action.problem} />}
      <Loaded resource={branches}>
        {({ items }) => (
          <Table<BranchSyncBranch>
            label={text("branches")}
            rows={items}
            rowKey={({ site }) => site}
            columns={[{
              key: "site",
              title: text("code"),
              cell: ({ site }) => <strong>{site}</strong>,
            }, {
              key: "name",
              title: text("name"),
              cell: ({ name }) => name,
              phone: false,
            }, {
              key: "city",
              title: text("city"),
              cell: ({ city }) => city ?? "–",
              phone: false,
            }, {
              key: "lastSync",
              title: text("lastSync"),
              cell: ({ lastSync }) =>
                lastSync === null ? text("never") : formatInstant(lastSync),
              width: "minmax(9rem, 1fr)",
            }, {
              key: "state",
              title: text("state"),
              cell: ({ state }) => (
                <Badge kind={state === "active" ? "good" : "warn"}>
                  {text(`branch_${state}`)}
                </Badge>
              ),
            }, {
              key: "action",
              title: text("action"),
              cell: ({ site, state }) =>
                state === "active" || !may("supervisor") ? "" : (
                  <Button
                    busy={action.busy}
                    label={text("acceptOne", { site })}
                    onClick={() => void accept(site)}
                  >
                    {text("accept")}
                  </Button>
                ),
            }]}
          />
        )}
      </Loaded>
      <p class="hint">{text("branchesHelp")}</p>
    </Section>
  );
}
