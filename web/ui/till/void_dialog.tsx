/**
 * Voiding a sale as a whole, with a reason.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { formatAmount } from "../base/format.ts";
import { change } from "../base/http.ts";
import { newId } from "../base/ids.ts";
import { Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { Panel } from "../parts/states.tsx";
import type { Sale, SaleVoid } from "../wire_types.ts";
import { ApprovalFields, useApproval } from "./approval.tsx";
import { text } from "./sale_texts.ts";

/** Voids a sale. */
export function VoidDialog(
  { sale, onClose }: { readonly sale: Sale; readonly onClose: () => void },
): VNode {
  const reason = useSignal("");
  const approval = useApproval();
  const action = useAction();
  // One id for this intent: a repeat after no answer counts once.
  const id = useMemo(newId, []);
  const said = reason.value.trim();
  return (
    <Dialog title={text("voidTitle")} onClose={onClose}>
      <Panel kind="warn">
        {text("voidHelp", { amount: formatAmount(sale.total) })}
      </Panel>
      <Form
        submit={text("voidDo")}
        danger
        action={action}
        disabled={said === "" || !approval.ready}
        onCancel={onClose}
        onSubmit={async () => {
          if (said === "" || !approval.ready) return;
          const done = await action.run(
            () =>
              change<SaleVoid>(
                "POST",
                `/v1/sales/${encodeURIComponent(sale.id)}/void`,
                { id, reason: said, ...approval.body() },
              ),
            text("voidDone", { receipt: sale.receipt }),
          );
          if (done !== undefined) onClose();
        }}
      >
        <TextField
          label={text("reason")}
          hint={text("voidReasonHint")}
          value={reason.value}
          required
          maxLength={500}
          focused
          onInput={(value) => reason.value = value}
        />
        <ApprovalFields approval={approval} />
      </Form>
    </Dialog>
  );
}
