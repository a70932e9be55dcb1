/**
 * Telling an original central of this branch's sales: how the link is, what waits, and what a person decides.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Notifier, OutboxNotice } from "../wire_types.ts";
import { formatNumber } from "../base/format.ts";
import { change } from "../base/http.ts";
import { query, setQuery } from "../base/location.ts";
import { useResource } from "../base/resource.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import type { Column } from "../parts/column.ts";
import { confirmed, Dialog } from "../parts/dialog.tsx";
import { SelectField } from "../parts/field.tsx";
import { useAction } from "../parts/form.tsx";
import { List } from "../parts/list.tsx";
import { Badge, Facts, Figure, Figures, Section } from "../parts/page.tsx";
import {
  Empty,
  Freshness,
  Loaded,
  Panel,
  ProblemPanel,
} from "../parts/states.tsx";
import { text } from "./texts.ts";

const STATES = ["pending", "set_aside", "unconfirmed"] as const;
type State = (typeof STATES)[number];

/** How the central is told, and the queue. */
export function CentralView(): VNode {
  const notifier = useResource<Notifier>("/v1/notifier", {
    views: ["sales"],
    everyMs: 3_000,
  });
  return (
    <>
      <Freshness asOf={notifier.asOf} peers={false} />
      <Loaded resource={notifier}>
        {(value) =>
          value.url === null
            ? <Panel>{text("notifierOff")}</Panel>
            : <NotifierState notifier={value} />}
      </Loaded>
      <Outbox onDecided={notifier.reload} />
    </>
  );
}

function NotifierState({ notifier }: { readonly notifier: Notifier }): VNode {
  const { state, failures, pending, confirmed, setAside, unconfirmed } =
    notifier;
  const waiting = setAside + unconfirmed;
  return (
    <>
      <Figures>
        <Figure
          label={text("central")}
          value={text(`breaker_${state}`)}
          kind={state === "closed" ? "good" : "warn"}
          note={failures === 0
            ? notifier.url
            : text("failures", { count: failures })}
        />
        <Figure label={text("pendingNotices")} value={formatNumber(pending)} />
        <Figure
          label={text("confirmedNotices")}
          value={formatNumber(confirmed)}
        />
        <Figure
          label={text("waitForPerson")}
          value={formatNumber(waiting)}
          kind={waiting === 0 ? "good" : "warn"}
        />
      </Figures>
      <p class="hint">{text("breakerHelp")}</p>
    </>
  );
}

function Outbox({ onDecided }: { readonly onDecided: () => void }): VNode {
  const open = useSignal<OutboxNotice | undefined>(undefined);
  const round = useSignal(0);
  const asked = query.value.get("state");
  const state = STATES.find((one) => one === asked);
  return (
    <Section title={text("outbox")}>
      <div class="filters">
        <SelectField
          label={text("state")}
          value={state ?? ""}
          choices={[
            { value: "", label: text("all") },
            ...STATES.map((value) => ({
              value,
              label: text(`notice_${value}`),
            })),
          ]}
          onInput={(value) => setQuery({ state: value })}
        />
      </div>
      <List<OutboxNotice>
        key={`${state} ${round.value}`}
        label={text("outbox")}
        path="/v1/notifier/outbox"
        query={state === undefined ? {} : { state }}
        views={["sales"]}
        columns={columns()}
        rowKey={({ number }) => String(number)}
        onOpen={(notice) => open.value = notice}
        empty={<Empty title={text("outboxEmpty")} icon="check" />}
        exportAs="outbox"
      />
      {open.value === undefined ? null : (
        <NoticeDialog
          notice={open.value}
          onClose={() => open.value = undefined}
          onDone={() => {
            open.value = undefined;
            round.value += 1;
            onDecided();
          }}
        />
      )}
    </Section>
  );
}

function StateBadge({ state }: { readonly state: State }): VNode {
  return (
    <Badge kind={state === "pending" ? "info" : "warn"}>
      {text(`notice_${state}`)}
    </Badge>
  );
}

function columns(): readonly Column<OutboxNotice>[] {
  return [{
    key: "number",
    title: text("number"),
    cell: ({ number }) => formatNumber(number),
    csv: ({ number }) => String(number),
    align: "end",
    width: "5rem",
  }, {
    key: "state",
    title: text("state"),
    cell: ({ state }) => <StateBadge state={state} />,
    csv: ({ state }) => state,
    width: "minmax(9rem, 1fr)",
  }, {
    key: "attempts",
    title: text("attempts"),
    cell: ({ attempts }) => formatNumber(attempts),
    csv: ({ attempts }) => String(attempts),
    align: "end",
    width: "6rem",
    phone: false,
  }, {
    key: "sale",
    title: text("sale"),
    cell: ({ sale }) => <span class="mono">{sale}</span>,
    csv: ({ sale }) => sale,
    width: "minmax(12rem, 2fr)",
    phone: false,
  }, {
    key: "note",
    title: text("reason"),
    cell: ({ note }) => <span title={note}>{note}</span>,
    csv: ({ note }) => note,
    width: "minmax(8rem, 3fr)",
  }];
}

function NoticeDialog(
  { notice, onClose, onDone }: {
    readonly notice: OutboxNotice;
    readonly onClose: () => void;
    readonly onDone: () => void;
  },
): VNode {
  const { number, state, sale, line, attempts, note, body } = notice;
  return (
    <Dialog title={text("noticeTitle", { number })} onClose={onClose} side>
      <StateBadge state={state} />
      <p>{text(`notice_${state}_help`)}</p>
      <Facts
        rows={[
          [
            text("sale"),
            <a key="sale" href={`/journal?fact=${sale}`} class="mono">{sale}
            </a>,
          ],
          [text("line"), formatNumber(line + 1)],
          [text("attempts"), formatNumber(attempts)],
          [text("reason"), note === "" ? "–" : note],
        ]}
      />
      <h3>{text("whatIsSent")}</h3>
      <pre class="links-json" tabIndex={0}>{body ?? text("cannotBeTold")}</pre>
      {state === "pending"
        ? <p class="muted">{text("sentByItself")}</p>
        : <Decision notice={notice} onDone={onDone} />}
    </Dialog>
  );
}

function Decision(
  { notice, onDone }: {
    readonly notice: OutboxNotice;
    readonly onDone: () => void;
  },
): VNode {
  const action = useAction();
  if (!may("supervisor")) {
    return <p class="muted">{text("decideSupervisor")}</p>;
  }
  async function decide(decision: "send" | "settle"): Promise<void> {
    const meant = await confirmed(text(`${decision}Ask`), {
      detail: text(`${decision}Detail`),
      action: text(decision),
    });
    if (!meant) return;
    const path = `/v1/notifier/outbox/${notice.number}/decision`;
    const done = await action.run(
      () => change("POST", path, { decision }),
      text(`${decision}Done`),
    );
    if (done !== undefined) onDone();
  }
  return (
    <>
      {action.problem === undefined
        ? null
        : <ProblemPanel problem={action.problem} />}
      <div class="actions">
        <Button busy={action.busy} onClick={() => void decide("settle")}>
          {text("settle")}
        </Button>
        <Button
          kind="primary"
          busy={action.busy}
          disabled={notice.body === null}
          onClick={() => void decide("send")}
        >
          {text("send")}
        </Button>
      </div>
    </>
  );
}
