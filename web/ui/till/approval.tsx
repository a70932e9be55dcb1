/**
 * A supervisor's approval of one act at a cashier's till: name and password go with the request alone, are kept nowhere,
 * and end nobody's session.
 *
 * @module
 */
import type { VNode } from "preact";
import { type Signal, useSignal } from "@preact/signals";
import { may } from "../base/session.ts";
import { TextField } from "../parts/field.tsx";
import type { Approval } from "../wire_types.ts";
import { text } from "./texts.ts";

/** What is typed as an approval. */
export interface ApprovalInput {
  /** True if the person may not do it alone. */
  readonly needed: boolean;
  /** True if nothing is missing. */
  readonly ready: boolean;
  readonly name: Signal<string>;
  readonly password: Signal<string>;
  /** The field of the request. */
  body(): { readonly approval?: Approval };
}

/**
 * An approval that is typed, where the person needs one.
 *
 * @param supervised False for what anybody may do.
 * @returns What is typed.
 */
export function useApproval(supervised = true): ApprovalInput {
  const name = useSignal("");
  const password = useSignal("");
  const needed = supervised && !may("supervisor");
  const filled = name.value.trim() !== "" && password.value !== "";
  return {
    needed,
    ready: !needed || filled,
    name,
    password,
    body: () =>
      needed
        ? { approval: { name: name.value.trim(), password: password.value } }
        : {},
  };
}

/** Asks for name and password of a supervisor; nothing where none is needed. */
export function ApprovalFields(
  { approval: { needed, name, password } }: {
    readonly approval: ApprovalInput;
  },
): VNode | null {
  if (!needed) return null;
  return (
    <fieldset class="till-approval">
      <legend>{text("approval")}</legend>
      <p class="hint">{text("approvalHelp")}</p>
      <TextField
        label={text("approver")}
        value={name.value}
        maxLength={50}
        complete="off"
        onInput={(value) => name.value = value}
      />
      <TextField
        label={text("approverPassword")}
        type="password"
        value={password.value}
        maxLength={200}
        complete="one-time-code"
        onInput={(value) => password.value = value}
      />
    </fieldset>
  );
}
