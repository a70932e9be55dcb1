/**
 * The open drawer, or opening one.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { decimalText, typedAmount } from "../base/amounts.ts";
import { formatAmount } from "../base/format.ts";
import { change } from "../base/http.ts";
import { newId } from "../base/ids.ts";
import { load, save } from "../base/memory.ts";
import { type Resource, useResource } from "../base/resource.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { SelectField, TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { Section } from "../parts/page.tsx";
import { Freshness, Loaded, Panel } from "../parts/states.tsx";
import type { CashSession } from "../wire_types.ts";
import { placesOf } from "./cart.ts";
import { CloseDialog } from "./close_dialog.tsx";
import { DrawerDetails } from "./drawer_details.tsx";
import { text } from "./sale_texts.ts";

const TILL_NAME = "panal.till.name";

/** Amounts are typed before the node says in which currency: at most two decimals are read. */
const FLOAT_PLACES = 2;

/** The drawer of this till as it is now. */
export function DrawerNow(): VNode {
  const session = useResource<CashSession>("/v1/cash-sessions/current", {
    views: ["cash_sessions", "sales"],
  });
  if (session.problem?.code === "cash_session_unknown") {
    return <OpenDrawer onOpened={session.reload} />;
  }
  return (
    <>
      <Freshness asOf={session.asOf} peers={false} />
      <Loaded resource={session}>
        {(value) => <Drawer session={value} resource={session} />}
      </Loaded>
    </>
  );
}

function OpenDrawer({ onOpened }: { readonly onOpened: () => void }): VNode {
  const float = useSignal("");
  const till = useSignal(load(TILL_NAME) ?? "");
  const action = useAction();
  const id = useMemo(newId, []);
  const amount = float.value.trim() === ""
    ? { units: 0n, places: 0 }
    : typedAmount(float.value, FLOAT_PLACES);

  async function submit(): Promise<void> {
    if (amount === undefined) return;
    const name = till.value.trim();
    save(TILL_NAME, name === "" ? undefined : name);
    const done = await action.run(
      () =>
        change<CashSession>("POST", "/v1/cash-sessions", {
          id,
          float: floatText(decimalText(amount)),
          ...(name === "" ? {} : { till: name }),
        }),
      (made) => text("opened", { float: formatAmount(made.float) }),
    );
    if (done !== undefined) onOpened();
  }

  return (
    <div class="card narrow">
      <Panel>{text("openHelp")}</Panel>
      <Form
        submit={text("open")}
        action={action}
        disabled={amount === undefined}
        onSubmit={() => void submit()}
      >
        <TextField
          label={text("float")}
          hint={text("floatHint")}
          mode="decimal"
          value={float.value}
          error={amount === undefined ? text("notAmount") : ""}
          focused
          onInput={(value) => float.value = value}
        />
        <TextField
          label={text("tillName")}
          hint={text("tillNameHint")}
          value={till.value}
          maxLength={64}
          onInput={(value) => till.value = value}
        />
      </Form>
    </div>
  );
}

/** Whole amounts without decimals, which every currency takes. */
function floatText(amount: string): string {
  return amount.replace(/\.0+$/, "");
}

function Drawer(
  { session, resource }: {
    readonly session: CashSession;
    readonly resource: Resource<CashSession>;
  },
): VNode {
  const opened = useSignal<"move" | "close" | undefined>(undefined);
  const close = () => {
    opened.value = undefined;
    resource.reload();
  };
  return (
    <Section
      title={text("drawerOf", { till: session.till })}
      actions={
        <>
          <Button onClick={() => opened.value = "move"}>{text("move")}</Button>
          <Button kind="primary" onClick={() => opened.value = "close"}>
            {text("count")}
          </Button>
        </>
      }
    >
      <DrawerDetails session={session} />
      {opened.value === "move"
        ? <MoveDialog session={session} onClose={close} />
        : opened.value === "close"
        ? <CloseDialog session={session} onClose={close} />
        : null}
    </Section>
  );
}

function MoveDialog(
  { session, onClose }: {
    readonly session: CashSession;
    readonly onClose: () => void;
  },
): VNode {
  const direction = useSignal<string>("out");
  const typed = useSignal("");
  const reason = useSignal("");
  const action = useAction();
  const id = useMemo(newId, []);
  const { currency } = session.float;
  const amount = typedAmount(typed.value, placesOf(currency));
  const ready = amount !== undefined && amount.units > 0n &&
    reason.value.trim() !== "";
  return (
    <Dialog title={text("move")} onClose={onClose}>
      <Form
        submit={text(direction.value === "in" ? "moveIn" : "moveOut")}
        action={action}
        disabled={!ready}
        onCancel={onClose}
        onSubmit={async () => {
          if (!ready) return;
          const done = await action.run(
            () =>
              change("POST", "/v1/cash-sessions/current/moves", {
                id,
                direction: direction.value,
                amount: { amount: decimalText(amount), currency },
                reason: reason.value.trim(),
              }),
            text("moved"),
          );
          if (done !== undefined) onClose();
        }}
      >
        <SelectField
          label={text("direction")}
          value={direction.value}
          choices={[
            { value: "out", label: text("moveOut") },
            { value: "in", label: text("moveIn") },
          ]}
          onInput={(value) => direction.value = value}
        />
        <TextField
          label={text("amount")}
          mode="decimal"
          value={typed.value}
          error={typed.value !== "" && amount === undefined
            ? text("notAmount")
            : ""}
          focused
          onInput={(value) => typed.value = value}
        />
        <TextField
          label={text("reason")}
          hint={text("moveReasonHint")}
          value={reason.value}
          required
          maxLength={500}
          onInput={(value) => reason.value = value}
        />
      </Form>
    </Dialog>
  );
}
