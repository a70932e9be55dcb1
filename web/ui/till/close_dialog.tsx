/**
 * Counting and closing the drawer: notes and coins, the other methods, and the difference before it is final. What was
 * counted survives a reload.
 *
 * @module
 */
import type { VNode } from "preact";
import { type Signal, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import {
  type Decimal,
  decimalOf,
  decimalText,
  less,
  typedAmount,
  ZERO,
} from "../base/amounts.ts";
import { formatAmount } from "../base/format.ts";
import { change } from "../base/http.ts";
import { newId } from "../base/ids.ts";
import { load, save } from "../base/memory.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { Panel } from "../parts/states.tsx";
import type { CashSession } from "../wire_types.ts";
import { countedSum, type Counts, denominationsOf } from "./cash_count.ts";
import { placesOf } from "./cart.ts";
import { Difference } from "./drawer_details.tsx";
import { asObject } from "./kept.ts";
import { moneyText, padded } from "./quantity_text.ts";
import { methodName, text } from "./sale_texts.ts";

const STORED = "panal.till.count";

/** What was counted so far. */
interface Counting {
  /** The close's id: a repeat after no answer counts once. */
  readonly id: string;
  readonly session: string;
  readonly counts: Counts;
  /** Cash typed as a sum, where notes are not counted. */
  readonly cash: string;
  readonly others: Readonly<Record<string, string>>;
  readonly note: string;
}

function firstCounting(session: string): Counting {
  const none = {
    id: newId(),
    session,
    counts: {},
    cash: "",
    others: {},
    note: "",
  };
  try {
    const stored = asObject<Counting>(
      JSON.parse(load(STORED) ?? "null"),
      ...["id", "session", "counts", "cash", "others", "note"] as const,
    );
    return stored?.session === session ? stored : none;
  } catch {
    return none;
  }
}

/** Counts and closes the drawer. */
export function CloseDialog(
  { session, onClose }: {
    readonly session: CashSession;
    readonly onClose: () => void;
  },
): VNode {
  const first = useMemo(() => firstCounting(session.id), []);
  const counting = useSignal<Counting>(first);
  const action = useAction();
  const { currency } = session.float;
  const set = (changed: Partial<Counting>) => {
    counting.value = { ...counting.value, ...changed };
    save(STORED, JSON.stringify(counting.value));
  };
  const counted = countedOf(session, counting.value);

  async function submit(): Promise<void> {
    if (counted === undefined) return;
    const { id, note } = counting.value;
    const done = await action.run(
      () =>
        change<CashSession>("POST", "/v1/cash-sessions/current/close", {
          id,
          counted: [...counted].map(([method, amount]) => ({
            method,
            amount: { amount: decimalText(amount), currency },
          })),
          ...(note.trim() === "" ? {} : { note: note.trim() }),
        }),
      text("closed"),
    );
    if (done === undefined) return;
    save(STORED, undefined);
    onClose();
  }

  return (
    <Dialog title={text("countTitle")} onClose={onClose}>
      <Panel>{text("countHelp")}</Panel>
      <Form
        submit={text("closeDo")}
        action={action}
        disabled={counted === undefined}
        onCancel={onClose}
        onSubmit={() => void submit()}
      >
        <CashFields currency={currency} counting={counting} set={set} />
        <OtherFields session={session} counting={counting} set={set} />
        <TextField
          label={text("note")}
          value={counting.value.note}
          maxLength={500}
          onInput={(note) => set({ note })}
        />
        <Outcome session={session} counted={counted} />
      </Form>
    </Dialog>
  );
}

/** What was counted, by method; undefined while something that was typed is wrong. */
function countedOf(
  { float, expected }: CashSession,
  { counts, cash, others }: Counting,
): ReadonlyMap<string, Decimal> | undefined {
  const { currency } = float;
  const places = placesOf(currency);
  const read = (typed: string) =>
    typed.trim() === "" ? ZERO : typedAmount(typed, places);
  const inDrawer = denominationsOf(currency).length === 0 || cash.trim() !== ""
    ? read(cash)
    : countedSum(counts);
  if (inDrawer === undefined) return undefined;
  const found = new Map<string, Decimal>([["cash", inDrawer]]);
  for (const { method } of expected) {
    if (method === "cash" || method === "unstated") continue;
    const amount = read(others[method] ?? "");
    if (amount === undefined) return undefined;
    found.set(method, amount);
  }
  return found;
}

interface FieldsProps {
  readonly counting: Signal<Counting>;
  readonly set: (changed: Partial<Counting>) => void;
}

function CashFields(
  { currency, counting, set }: FieldsProps & { readonly currency: string },
): VNode {
  const { counts, cash } = counting.value;
  const sum = countedSum(counts);
  return (
    <fieldset class="till-count">
      <legend>{text("cashCount")}</legend>
      <div class="till-denominations">
        {denominationsOf(currency).map((denomination) => (
          <TextField
            key={denomination}
            label={formatAmount({ amount: denomination, currency })}
            mode="numeric"
            value={counts[denomination] ?? ""}
            disabled={cash.trim() !== ""}
            onInput={(value) =>
              set({ counts: { ...counts, [denomination]: value } })}
          />
        ))}
      </div>
      <TextField
        label={text("cashSum")}
        hint={sum === undefined
          ? text("notCount")
          : text("cashSumHint", { amount: moneyText(sum, currency) })}
        mode="decimal"
        value={cash}
        error={cash.trim() !== "" &&
            typedAmount(cash, placesOf(currency)) === undefined
          ? text("notAmount")
          : ""}
        onInput={(value) => set({ cash: value })}
      />
    </fieldset>
  );
}

function OtherFields(
  { session, counting, set }: FieldsProps & { readonly session: CashSession },
): VNode {
  const { others } = counting.value;
  const put = (method: string, value: string) =>
    set({ others: { ...others, [method]: value } });
  return (
    <div class="till-others">
      {session.expected
        .filter(({ method }) => method !== "cash" && method !== "unstated")
        .map(({ method, amount }) => (
          <div key={method} class="one">
            <TextField
              label={methodName(method)}
              hint={text("expectedIs", { amount: formatAmount(amount) })}
              mode="decimal"
              value={others[method] ?? ""}
              onInput={(value) => put(method, value)}
            />
            <Button
              label={text("asExpectedOf", { method: methodName(method) })}
              onClick={() => put(method, amount.amount)}
            >
              {text("asExpected")}
            </Button>
          </div>
        ))}
    </div>
  );
}

function Outcome(
  { session, counted }: {
    readonly session: CashSession;
    readonly counted: ReadonlyMap<string, Decimal> | undefined;
  },
): VNode {
  const { currency } = session.float;
  if (counted === undefined) {
    return <p class="till-complaint" role="alert">{text("notCount")}</p>;
  }
  return (
    <dl class="till-outcome" aria-live="polite">
      {[...counted].map(([method, amount]) => {
        const due = session.expected.find((one) => one.method === method);
        const expected = decimalOf(due?.amount.amount ?? "0") ?? ZERO;
        const difference = padded(less(amount, expected), currency);
        return (
          <div key={method}>
            <dt>{methodName(method)}</dt>
            <dd>
              {moneyText(amount, currency)}{" "}
              <Difference amount={{ amount: difference, currency }} />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
