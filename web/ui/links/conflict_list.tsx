/**
 * Sales of original branches that a person must look at: two contents under one number, or one that could not be used.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { BranchSyncConflict } from "../wire_types.ts";
import { formatInstant } from "../base/format.ts";
import { change } from "../base/http.ts";
import { may } from "../base/session.ts";
import type { Column } from "../parts/column.ts";
import { Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { List } from "../parts/list.tsx";
import { Badge, Facts } from "../parts/page.tsx";
import { Empty } from "../parts/states.tsx";
import { text } from "./texts.ts";

/** The list, and a dialog for one of them. */
export function ConflictList(): VNode {
  const open = useSignal<BranchSyncConflict | undefined>(undefined);
  const round = useSignal(0);
  return (
    <>
      <List<BranchSyncConflict>
        key={round.value}
        label={text("conflicts")}
        path="/v1/branch-sync/conflicts"
        views={["sales"]}
        columns={columns()}
        rowKey={({ number }) => String(number)}
        onOpen={(conflict) => open.value = conflict}
        empty={<Empty title={text("noConflicts")} icon="check" />}
        exportAs="conflicts"
      />
      {open.value === undefined ? null : (
        <ConflictDialog
          conflict={open.value}
          onClose={() => open.value = undefined}
          onDone={() => {
            open.value = undefined;
            round.value += 1;
          }}
        />
      )}
    </>
  );
}

function columns(): readonly Column<BranchSyncConflict>[] {
  return [{
    key: "at",
    title: text("when"),
    cell: ({ at }) => formatInstant(at),
    csv: ({ at }) => at,
    width: "minmax(9rem, 1fr)",
    phone: false,
  }, {
    key: "receipt",
    title: text("receipt"),
    cell: ({ receipt }) => <strong>{receipt ?? "–"}</strong>,
    csv: ({ receipt }) => receipt ?? "",
    width: "minmax(9rem, 1fr)",
  }, {
    key: "kind",
    title: text("kind"),
    cell: ({ kind }) => text(kind),
    csv: ({ kind }) => kind,
    phone: false,
  }, {
    key: "reason",
    title: text("reason"),
    cell: ({ reason }) => <span title={reason}>{reason}</span>,
    csv: ({ reason }) => reason,
    width: "minmax(10rem, 4fr)",
    phone: false,
  }, {
    key: "state",
    title: text("state"),
    cell: ({ resolved }) => (
      <Badge kind={resolved ? "good" : "warn"}>
        {text(resolved ? "resolved" : "open")}
      </Badge>
    ),
    csv: ({ resolved }) => resolved ? "resolved" : "open",
    width: "7rem",
  }];
}

function ConflictDialog(
  { conflict, onClose, onDone }: {
    readonly conflict: BranchSyncConflict;
    readonly onClose: () => void;
    readonly onDone: () => void;
  },
): VNode {
  const note = useSignal("");
  const action = useAction();
  const { number, kind, receipt, reason, first, second, at } = conflict;
  const path = `/v1/branch-sync/conflicts/${number}/resolution`;
  return (
    <Dialog title={`${text(kind)} ${receipt ?? ""}`} onClose={onClose} side>
      <p>{reason}</p>
      <p class="muted">
        {text(kind === "conflict" ? "conflictDo" : "quarantineDo")}
      </p>
      <Facts rows={[[text("when"), formatInstant(at)]]} />
      {kind === "conflict"
        ? <Version title={text("stoodHere")} content={first} />
        : null}
      <Version title={text("whatCame")} content={second} />
      {conflict.resolved
        ? <Badge kind="good">{text("resolved")}</Badge>
        : may("supervisor")
        ? (
          <Form
            submit={text("resolve")}
            action={action}
            onSubmit={async () => {
              const done = await action.run(
                () => change("POST", path, { note: note.value }),
                text("resolvedDone"),
              );
              if (done !== undefined) {
                onDone();
              }
            }}
          >
            <TextField
              label={text("note")}
              hint={text("noteHint")}
              value={note.value}
              maxLength={500}
              onInput={(value) =>
                note.value = value}
            />
          </Form>
        )
        : <p class="muted">{text("resolveSupervisor")}</p>}
    </Dialog>
  );
}

function Version(
  { title, content }: { readonly title: string; readonly content: unknown },
): VNode {
  return (
    <>
      <h3>{title}</h3>
      <pre
        class="links-json"
        tabIndex={0}
      >{JSON.stringify(content, null, 2)}</pre>
    </>
  );
}
