/**
 * Tables of rows that are all at hand. Lists that may be long are `list.tsx`'s.
 *
 * @module
 */
import type { ComponentChildren, VNode } from "preact";
import { type Column, tracksOf } from "./column.ts";
import { Empty } from "./states.tsx";

/** A table. */
export interface TableProps<T> {
  /** What it is a table of; read out, not shown. */
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  /** Opens a row's details. */
  readonly onOpen?: (row: T) => void;
  /** What is said when there are no rows. */
  readonly empty?: ComponentChildren;
  /** Marks a row, e.g. `bad`. */
  readonly rowClass?: (row: T) => string;
}

/**
 * A table.
 *
 * @param props Columns and rows.
 * @returns Rows of a CSS grid with the roles of a table.
 */
export function Table<T>(props: TableProps<T>): VNode {
  const { label, columns, rows } = props;
  if (rows.length === 0) return <>{props.empty ?? <Empty />}</>;
  return (
    <div
      class="table"
      role="table"
      // Rows that open take the focus; others are scrolled to by the table's own.
      tabIndex={props.onOpen === undefined ? 0 : undefined}
      aria-label={label}
      style={tracksOf(columns)}
    >
      <TableHead columns={columns} />
      <div role="rowgroup">
        {rows.map((row) => (
          <TableRow
            key={props.rowKey(row)}
            columns={columns}
            row={row}
            name={props.rowClass?.(row) ?? ""}
            onOpen={props.onOpen}
          />
        ))}
      </div>
    </div>
  );
}

/** The line above a table's rows. */
export function TableHead<T>(
  { columns }: { readonly columns: readonly Column<T>[] },
): VNode {
  return (
    <div role="rowgroup" class="head">
      <div role="row" class="row">
        {columns.map((column) => (
          <span role="columnheader" key={column.key} class={classOf(column)}>
            {column.title}
          </span>
        ))}
      </div>
    </div>
  );
}

/** One row of a table. */
export function TableRow<T>(
  { columns, row, name, onOpen, index }: {
    readonly columns: readonly Column<T>[];
    readonly row: T;
    readonly name: string;
    readonly onOpen: ((row: T) => void) | undefined;
    /** Its number in the whole list, from 2, since the header is 1. */
    readonly index?: number;
  },
): VNode {
  const open = onOpen === undefined ? undefined : () => onOpen(row);
  return (
    <div
      role="row"
      class={`row ${name} ${open === undefined ? "" : "opens"}`}
      aria-rowindex={index}
      tabIndex={open === undefined ? undefined : 0}
      onClick={open}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.target !== event.currentTarget) {
          return;
        }
        event.preventDefault();
        open?.();
      }}
    >
      {columns.map((column) => (
        <span role="cell" key={column.key} class={classOf(column)}>
          {column.cell(row)}
        </span>
      ))}
    </div>
  );
}

function classOf<T>({ align, phone }: Column<T>): string {
  return `${align === "end" ? "end" : ""} ${phone === false ? "wide" : ""}`;
}
