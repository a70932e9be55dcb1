/**
 * A receipt as it is printed, and printing it again.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Answer } from "../base/http.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { printReceipt, readReceipt, ReceiptText } from "../parts/receipt.tsx";
import { Loading, ProblemPanel } from "../parts/states.tsx";
import { text } from "./texts.ts";

/** Shows the receipt of a sale. */
export function ReceiptDialog(
  { sale, received, onClose }: {
    readonly sale: string;
    readonly received: string | null;
    readonly onClose: () => void;
  },
): VNode {
  const answer = useSignal<Answer<string> | undefined>(undefined);
  const round = useSignal(0);
  useEffect(() => {
    void readReceipt(sale, received ?? undefined).then((read) => {
      answer.value = read;
    });
  }, [sale, round.value]);
  const read = answer.value;
  return (
    <Dialog title={text("receipt")} onClose={onClose}>
      {read === undefined ? <Loading /> : read.ok
        ? (
          <>
            <ReceiptText text={read.value} />
            <div class="actions">
              <Button
                kind="primary"
                icon="print"
                onClick={() => printReceipt(read.value)}
              >
                {text("print")}
              </Button>
            </div>
          </>
        )
        : (
          <ProblemPanel
            problem={read.problem}
            onRetry={() => round.value += 1}
          />
        )}
    </Dialog>
  );
}
