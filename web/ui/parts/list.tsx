/**
 * Lists of the node that may be long: filtered there, read as somebody scrolls, drawn only where they are seen, exported
 * as CSV.
 *
 * @module
 */
import type { ComponentChildren, VNode } from "preact";
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { onChanges } from "../base/live.ts";
import { formatNumber } from "../base/format.ts";
import { Button } from "./button.tsx";
import { type Column, tracksOf } from "./column.ts";
import { exportRows } from "./export_rows.ts";
import { type ListQuery, PAGE_ROWS, PagedRows } from "./paged_rows.ts";
import { Empty, Loading, ProblemPanel } from "./states.tsx";
import { TableHead, TableRow } from "./table.tsx";
import { text } from "./texts.ts";

/** Pixels of a row; the style sheet has the same. */
const ROW_HEIGHT = 44;
/** Rows drawn above and below what is seen. */
const ROWS_BEYOND = 12;
/** Milliseconds between readings after changes. */
const REREAD_MS = 1_000;
/** Rows that browsers can place: they hold about 33 million pixels. */
const ROWS_PLACED_MAX = 750_000;

/** A list. */
export interface ListProps<T> {
  /** What it is a list of. */
  readonly label: string;
  /** The route, without a query. */
  readonly path: string;
  /** What is asked of it; a change reads it anew. */
  readonly query?: ListQuery;
  /** Views of the node whose changes concern it. */
  readonly views?: readonly string[];
  readonly columns: readonly Column<T>[];
  readonly rowKey: (row: T) => string;
  readonly onOpen?: (row: T) => void;
  readonly empty?: ComponentChildren;
  readonly rowClass?: (row: T) => string;
  /** The exported file's name without its ending; left out, it cannot be exported. */
  readonly exportAs?: string;
}

/**
 * A list of the node.
 *
 * @param props What it reads and shows.
 * @returns A table that scrolls by itself.
 */
export function List<T>(props: ListProps<T>): VNode {
  const { path, query = {}, views = [], columns } = props;
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const drawn = useSignal(0);
  const round = useSignal(0);
  const key = JSON.stringify([path, query]);
  const rows = useMemo(
    () => new PagedRows<T>(path, query, () => void (drawn.value += 1)),
    [key, round.value],
  );
  useEffect(() => {
    void rows.need(0, 1);
    return () => rows.end();
  }, [rows]);
  useEffect(() =>
    whenChanged(views, () => {
      // Who has scrolled down reads; the list would move under the eyes.
      if (top.peek() < ROW_HEIGHT) round.value += 1;
    }), [views.join(" ")]);
  // Rows come and are let go without a new list: this number is what the drawing depends on.
  void drawn.value;
  // A list that is read anew shows what it had until the new rows are here.
  const seen = useRef({ key, rows });
  if (!rows.blank || rows.problem !== undefined || seen.current.key !== key) {
    seen.current = { key, rows };
  }
  const drawnRows = seen.current.rows;
  const shown = shownRows(top, box.current?.clientHeight ?? 600, drawnRows);
  useEffect(() => void rows.need(shown.first, shown.last + PAGE_ROWS / 2), [
    rows,
    shown.first,
    shown.last,
  ]);
  return (
    <section class="list" aria-label={props.label}>
      <ListBar props={props} rows={drawnRows} reload={() => round.value += 1} />
      {rows.problem === undefined ? null : (
        <ProblemPanel
          problem={rows.problem}
          onRetry={() => void rows.need(shown.first, shown.last)}
        />
      )}
      {drawnRows.blank && rows.problem === undefined ? <Loading /> : null}
      {drawnRows.complete && drawnRows.length === 0
        ? props.empty ?? <Empty />
        : (
          <div
            ref={box}
            class="table scrolls"
            role="table"
            tabIndex={0}
            aria-label={props.label}
            aria-rowcount={drawnRows.complete ? drawnRows.length + 1 : -1}
            style={{
              ...tracksOf(columns),
              height: `${heightOf(drawnRows)}px`,
            }}
            onScroll={(event) => {
              const at = event.currentTarget.scrollTop;
              top.value = at - at % (ROW_HEIGHT * 4);
            }}
          >
            <TableHead columns={columns} />
            <Window props={props} rows={drawnRows} shown={shown} />
          </div>
        )}
    </section>
  );
}

/** Has a list read anew after changes, at most once in a while: a busy shop changes many times a second. */
function whenChanged(
  views: readonly string[],
  readAnew: () => void,
): () => void {
  let last = -Infinity;
  let timer: number | undefined;
  const stop = onChanges(views, () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      last = performance.now();
      readAnew();
    }, Math.max(0, last + REREAD_MS - performance.now()));
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}

/** Header, rows and borders; the style sheet bounds it by the window. */
function heightOf<T>(rows: PagedRows<T>): number {
  return (Math.min(rows.length, ROWS_PLACED_MAX) + 1) * ROW_HEIGHT + 2;
}

interface Shown {
  readonly first: number;
  readonly last: number;
}

function shownRows<T>(
  top: Signal<number>,
  height: number,
  rows: PagedRows<T>,
): Shown {
  const first = Math.max(0, Math.floor(top.value / ROW_HEIGHT) - ROWS_BEYOND);
  const seen = Math.ceil(height / ROW_HEIGHT) + 2 * ROWS_BEYOND + 4;
  return { first, last: Math.min(rows.length, first + seen) };
}

function Window<T>(
  { props, rows, shown }: {
    readonly props: ListProps<T>;
    readonly rows: PagedRows<T>;
    readonly shown: Shown;
  },
): VNode {
  const placed = Math.min(rows.length, ROWS_PLACED_MAX);
  // A row that is drawn again as it was is not compared: scrolling draws only the rows that come.
  const made = useMemo(() => new WeakMap<WeakKey, VNode>(), [props]);
  const drawRow = (row: T, index: number): VNode => {
    const known = made.get(row as WeakKey);
    if (known !== undefined) return known;
    const vnode = (
      <TableRow
        key={props.rowKey(row)}
        columns={props.columns}
        row={row}
        name={props.rowClass?.(row) ?? ""}
        onOpen={props.onOpen}
        index={index + 2}
      />
    );
    made.set(row as WeakKey, vnode);
    return vnode;
  };
  const indexes = Array.from(
    { length: Math.max(0, Math.min(shown.last, placed) - shown.first) },
    (_, i) => shown.first + i,
  );
  return (
    <div role="rowgroup" style={{ height: `${placed * ROW_HEIGHT}px` }}>
      <div
        role="presentation"
        style={{ transform: `translateY(${shown.first * ROW_HEIGHT}px)` }}
      >
        {indexes.map((index) => {
          const row = rows.row(index);
          return row === undefined
            ? <div key={`at ${index}`} class="row waits" role="presentation" />
            : drawRow(row, index);
        })}
      </div>
    </div>
  );
}

function ListBar<T>(
  { props, rows, reload }: {
    readonly props: ListProps<T>;
    readonly rows: PagedRows<T>;
    readonly reload: () => void;
  },
): VNode {
  const exported = useSignal<number | undefined>(undefined);
  const { exportAs } = props;
  return (
    <div class="list-bar">
      <span class="muted">{countText(rows)}</span>
      <span class="spring" />
      <Button
        kind="quiet"
        icon="refresh"
        label={text("retry")}
        onClick={reload}
      />
      {exportAs === undefined ? null : (
        <Button
          kind="quiet"
          icon="download"
          busy={exported.value !== undefined}
          onClick={async () => {
            const { path, query = {}, columns } = props;
            exported.value = 0;
            await exportRows(exportAs, path, query, columns, (count) => {
              exported.value = count;
            });
            exported.value = undefined;
          }}
        >
          {exported.value === undefined
            ? text("export")
            : text("exporting", { count: formatNumber(exported.value) })}
        </Button>
      )}
    </div>
  );
}

function countText<T>(rows: PagedRows<T>): string {
  if (rows.blank) return "";
  const known = rows.total ?? rows.length;
  const least = rows.total === null && !rows.complete;
  return text(least ? "rowsAtLeast" : "rows", { count: formatNumber(known) });
}
