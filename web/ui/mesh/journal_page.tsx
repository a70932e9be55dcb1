/**
 * The journal: every fact that this node has, newest first, with filters. A fact opens with its commit and what was
 * checked of it.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Fact } from "../wire_types.ts";
import { formatInstant, formatNumber } from "../base/format.ts";
import { type Problem, read, type WirePage, withQuery } from "../base/http.ts";
import { query, setQuery } from "../base/location.ts";
import { ownSite } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import type { Column } from "../parts/column.ts";
import { exportRows } from "../parts/export_rows.ts";
import { SelectField, TextField } from "../parts/field.tsx";
import type { ListQuery } from "../parts/paged_rows.ts";
import { Page } from "../parts/page.tsx";
import { Loading, Panel, ProblemPanel } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { FactDialog } from "./fact_dialog.tsx";
import { FACT_KINDS } from "./fact_kinds.ts";
import { shortId } from "./peer_words.ts";
import { StatusBadge } from "./status_badge.tsx";
import { text, wordText } from "./texts.ts";

/** Facts that one reading asks for. */
const PAGE_FACTS = 100;
/** The most rows drawn: whoever looks for older ones filters. */
const ROWS_MAX = 2_000;
/** Milliseconds without a key after which a filter counts. */
const TYPING_MS = 300;

const FILTERS = ["type", "space", "log", "text"] as const;
type Filter = (typeof FILTERS)[number];

/** The journal. */
export function JournalPage(): VNode {
  const asked = askedOf(query.value);
  const fact = query.value.get("fact");
  return (
    <Page title={text("journal")}>
      <p class="muted">{text("journalHelp")}</p>
      <Filters />
      <div class="mesh-wraps">
        <FactTable key={JSON.stringify(asked)} asked={asked} />
      </div>
      {fact === null ? null : (
        <FactDialog
          key={fact}
          id={fact}
          onClose={() => setQuery({ fact: undefined })}
        />
      )}
    </Page>
  );
}

function askedOf(params: URLSearchParams): ListQuery {
  const given = FILTERS.map((name) => [name, params.get(name)?.trim() ?? ""]);
  return {
    order: "desc",
    ...Object.fromEntries(given.filter(([, value]) => value !== "")),
  };
}

function Filters(): VNode {
  const typed = useSignal<Readonly<Record<Filter, string>>>({
    type: query.value.get("type") ?? "",
    space: query.value.get("space") ?? "",
    log: query.value.get("log") ?? "",
    text: query.value.get("text") ?? "",
  });
  const set = (name: Filter) => (value: string) =>
    typed.value = { ...typed.value, [name]: value };
  const { type, space, log, text: words } = typed.value;
  useEffect(() => {
    const timer = setTimeout(() => setQuery(typed.value), TYPING_MS);
    return () => clearTimeout(timer);
  }, [type, space, log, words]);
  const site = ownSite.value;
  return (
    <div class="filters">
      <SelectField
        label={text("kind")}
        value={type}
        choices={[
          { value: "", label: text("allKinds") },
          ...FACT_KINDS.map((kind) => ({
            value: kind,
            label: wordText("fact", kind),
          }))
            .toSorted((a, b) => a.label.localeCompare(b.label)),
        ]}
        onInput={set("type")}
      />
      <TextField
        label={text("space")}
        value={space}
        placeholder="site:CUS"
        options={["mesh", ...(site === undefined ? [] : [`site:${site}`])]}
        onInput={set("space")}
      />
      <TextField
        label={text("searchText")}
        type="search"
        value={words}
        maxLength={100}
        onInput={set("text")}
      />
      <TextField
        label={text("log")}
        value={log}
        maxLength={100}
        onInput={set("log")}
      />
      {FILTERS.every((name) => typed.value[name] === "") ? null : (
        <Button
          onClick={() =>
            typed.value = { type: "", space: "", log: "", text: "" }}
        >
          {text("clearFilters")}
        </Button>
      )}
    </div>
  );
}

interface Held {
  readonly rows: readonly Fact[];
  /** Undefined before the first page came. */
  readonly next: string | null | undefined;
}

function FactTable({ asked }: { readonly asked: ListQuery }): VNode {
  const held = useSignal<Held>({ rows: [], next: undefined });
  const problem = useSignal<Problem | undefined>(undefined);
  const busy = useSignal(false);
  async function more(): Promise<void> {
    if (busy.peek() || held.peek().next === null) return;
    busy.value = true;
    const answer = await read<WirePage<Fact>>(withQuery("/v1/facts", {
      ...asked,
      limit: PAGE_FACTS,
      cursor: held.peek().next ?? undefined,
    }));
    busy.value = false;
    problem.value = answer.ok ? undefined : answer.problem;
    if (!answer.ok) return;
    const { items, next } = answer.value;
    held.value = { rows: [...held.peek().rows, ...items], next };
  }
  useEffect(() => void more(), []);
  const { rows, next } = held.value;
  return (
    <>
      <JournalBar
        asked={asked}
        count={rows.length}
        reload={() => {
          held.value = { rows: [], next: undefined };
          void more();
        }}
      />
      {problem.value === undefined
        ? null
        : <ProblemPanel problem={problem.value} onRetry={() => void more()} />}
      {next === undefined && problem.value === undefined
        ? <Loading />
        : (
          <Table<Fact>
            label={text("journal")}
            rows={rows}
            rowKey={({ id, log, seq }) => `${id} ${log} ${seq}`}
            columns={columns()}
            onOpen={({ id }) => setQuery({ fact: id })}
          />
        )}
      {next === null || next === undefined
        ? null
        : rows.length >= ROWS_MAX
        ? <Panel>{text("filterForMore")}</Panel>
        : (
          <div class="actions mesh-more">
            <Button busy={busy.value} onClick={() => void more()}>
              {text("older")}
            </Button>
          </div>
        )}
    </>
  );
}

function JournalBar(
  { asked, count, reload }: {
    readonly asked: ListQuery;
    readonly count: number;
    readonly reload: () => void;
  },
): VNode {
  const exporting = useSignal(false);
  async function save(): Promise<void> {
    exporting.value = true;
    await exportRows<Fact>(
      "journal",
      "/v1/facts",
      asked,
      columns(),
      () => undefined,
    );
    exporting.value = false;
  }
  return (
    <div class="list-bar">
      <span class="muted">
        {text("factsShown", { count: formatNumber(count) })}
      </span>
      <span class="spring" />
      <Button kind="quiet" icon="refresh" onClick={reload}>
        {text("newest")}
      </Button>
      <Button
        kind="quiet"
        icon="download"
        busy={exporting.value}
        onClick={() => void save()}
      >
        CSV
      </Button>
    </div>
  );
}

function columns(): readonly Column<Fact>[] {
  return [{
    key: "writtenAt",
    title: text("writtenAt"),
    cell: ({ writtenAt }) => formatInstant(writtenAt),
    csv: ({ writtenAt }) => writtenAt,
    width: "minmax(9rem, 1fr)",
  }, {
    key: "type",
    title: text("kind"),
    cell: ({ type }) => <strong>{wordText("fact", type)}</strong>,
    csv: ({ type }) => type,
    width: "minmax(9rem, 2fr)",
  }, {
    key: "space",
    title: text("space"),
    cell: ({ space }) => space,
    csv: ({ space }) => space,
    phone: false,
  }, {
    key: "log",
    title: text("log"),
    cell: ({ log }) => <span class="mono">{shortId(log)}</span>,
    csv: ({ log }) => log,
    phone: false,
  }, {
    key: "seq",
    title: text("seq"),
    cell: ({ seq }) => formatNumber(seq),
    csv: ({ seq }) => String(seq),
    align: "end",
    width: "6rem",
    phone: false,
  }, {
    key: "id",
    title: text("identity"),
    cell: ({ id }) => <span class="mono" title={id}>{shortId(id)}</span>,
    csv: ({ id }) => id,
    phone: false,
  }, {
    key: "status",
    title: text("state"),
    cell: ({ status }) => <StatusBadge status={status} />,
    csv: ({ status }) => status,
    width: "8rem",
  }];
}
