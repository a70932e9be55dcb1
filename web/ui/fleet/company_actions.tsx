/**
 * What an administrator changes of a company: its money, its name, what stations may sell without contact.
 *
 * @module
 */
import type { VNode } from "preact";
import { type Signal, useSignal } from "@preact/signals";
import { change } from "../base/http.ts";
import { formatAmount } from "../base/format.ts";
import { useIntent } from "../base/intent.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { Facts } from "../parts/page.tsx";
import type { Company, Money } from "../wire_types.ts";
import { amountOf, placesOf } from "./amount_text.ts";
import { companyPath } from "./paths.ts";
import { text } from "./texts.ts";

type Asked = "deposit" | "floor" | "naming";

interface Changed {
  readonly company: Company;
  readonly onDone: () => void;
}

/**
 * Why a person may not change a company here.
 *
 * @param company The company.
 * @returns Words; undefined if they may.
 */
export function whyNot({ issuer }: Company): string | undefined {
  if (!may("admin")) return text("changesNeedAdmin");
  return issuer ? undefined : text("changesNeedIssuer");
}

/** Buttons of a company's changes, and their forms. */
export function CompanyActions({ company, onDone }: Changed): VNode {
  const asked = useSignal<Asked | undefined>(undefined);
  const why = whyNot(company);
  const close = () => asked.value = undefined;
  const done = () => {
    close();
    onDone();
  };
  const props = { company, onDone: done, onClose: close };
  return (
    <>
      {why === undefined ? null : <p class="hint">{why}</p>}
      <AskButton asked={asked} what="deposit" disabled={why !== undefined} />
      <AskButton asked={asked} what="floor" disabled={why !== undefined} />
      <AskButton asked={asked} what="naming" disabled={why !== undefined} />
      {asked.value === "deposit" ? <DepositForm {...props} /> : null}
      {asked.value === "floor" ? <FloorForm {...props} /> : null}
      {asked.value === "naming" ? <NameForm {...props} /> : null}
    </>
  );
}

function AskButton(
  { asked, what, disabled }: {
    readonly asked: Signal<Asked | undefined>;
    readonly what: Asked;
    readonly disabled: boolean;
  },
): VNode {
  return (
    <Button
      kind={what === "deposit" ? "primary" : "plain"}
      disabled={disabled}
      onClick={() => asked.value = what}
    >
      {text(what)}
    </Button>
  );
}

interface FormProps extends Changed {
  readonly onClose: () => void;
}

function DepositForm({ company, onDone, onClose }: FormProps): VNode {
  const typed = useSignal("");
  const note = useSignal("");
  const tried = useSignal(false);
  const intent = useIntent();
  const action = useAction();
  const amount = amountOf(typed.value, placesOf(company.balance));

  async function submit(): Promise<void> {
    tried.value = true;
    if (amount === undefined) return;
    const words = note.value.trim();
    const made = await action.run(
      () =>
        intent.ask((id) =>
          change<{ readonly balance: Money }>(
            "POST",
            companyPath(company.company, "deposits"),
            { id, amount, ...(words === "" ? {} : { note: words }) },
          )
        ),
      ({ balance }) => text("depositDone", { balance: formatAmount(balance) }),
    );
    if (made !== undefined) onDone();
  }

  return (
    <Dialog title={text("deposit")} onClose={onClose}>
      <Form
        submit={text("deposit")}
        action={action}
        onCancel={onClose}
        onSubmit={() => void submit()}
      >
        <Facts rows={[[text("balance"), formatAmount(company.balance)]]} />
        <TextField
          label={text("amount")}
          hint={text("hint_amount")}
          value={typed.value}
          mode="decimal"
          focused
          error={tried.value && amount === undefined
            ? text("wrong_amount")
            : undefined}
          onInput={(value) => typed.value = value}
        />
        <TextField
          label={text("note")}
          hint={text("optional")}
          value={note.value}
          maxLength={200}
          onInput={(value) => note.value = value}
        />
      </Form>
    </Dialog>
  );
}

function FloorForm({ company, onDone, onClose }: FormProps): VNode {
  const typed = useSignal(company.floor.amount);
  const tried = useSignal(false);
  const intent = useIntent();
  const action = useAction();
  const amount = amountOf(typed.value, placesOf(company.floor), true);

  async function submit(): Promise<void> {
    tried.value = true;
    if (amount === undefined) return;
    const made = await action.run(
      () =>
        intent.ask((id) =>
          change<Company>("PUT", companyPath(company.company, "floor"), {
            ...{ id, amount },
          })
        ),
      ({ floor }) => text("floorDone", { floor: formatAmount(floor) }),
    );
    if (made !== undefined) onDone();
  }

  return (
    <Dialog title={text("floor")} onClose={onClose}>
      <Form
        submit={text("floorSave")}
        action={action}
        onCancel={onClose}
        onSubmit={() => void submit()}
      >
        <p>{text("floorLong")}</p>
        <TextField
          label={text("amount")}
          hint={text("zeroIsNone")}
          value={typed.value}
          mode="decimal"
          focused
          error={tried.value && amount === undefined
            ? text("wrong_amountOrZero")
            : undefined}
          onInput={(value) => typed.value = value}
        />
      </Form>
    </Dialog>
  );
}

function NameForm({ company, onDone, onClose }: FormProps): VNode {
  const typed = useSignal(company.name);
  const tried = useSignal(false);
  const intent = useIntent();
  const action = useAction();
  const name = typed.value.trim();

  async function submit(): Promise<void> {
    tried.value = true;
    if (name === "") return;
    const made = await action.run(
      () =>
        intent.ask((id) =>
          change("PUT", companyPath(company.company, "name"), { id, name })
        ),
      text("nameDone", { name }),
    );
    if (made !== undefined) onDone();
  }

  return (
    <Dialog title={text("naming")} onClose={onClose}>
      <Form
        submit={text("nameSave")}
        action={action}
        onCancel={onClose}
        onSubmit={() => void submit()}
      >
        <TextField
          label={text("name")}
          value={typed.value}
          maxLength={200}
          focused
          error={tried.value && name === "" ? text("wrong_name") : undefined}
          onInput={(value) => typed.value = value}
        />
      </Form>
    </Dialog>
  );
}
