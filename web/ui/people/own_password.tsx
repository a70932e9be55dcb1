/**
 * Changing one's own password.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { User } from "../wire_types.ts";
import { change } from "../base/http.ts";
import { learn } from "../base/session.ts";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { text } from "./texts.ts";

/**
 * Asks for the present password and a new one; the person signs in anew afterwards.
 *
 * @param props Whose it is.
 * @returns A form.
 */
export function OwnPasswordForm(
  { user, focused = false }: {
    readonly user: User;
    readonly focused?: boolean;
  },
): VNode {
  const old = useSignal("");
  const password = useSignal("");
  const again = useSignal("");
  const action = useAction();
  const unequal = again.value !== "" && again.value !== password.value;
  async function set(): Promise<void> {
    const done = await action.run(
      () =>
        change<User>("POST", `/v1/users/${user.id}/password`, {
          current: old.value,
          password: password.value,
        }),
      text("changed"),
    );
    if (done !== undefined) await learn();
  }
  return (
    <Form
      submit={text("change")}
      action={action}
      disabled={password.value === "" || again.value !== password.value}
      onSubmit={() => void set()}
    >
      <TextField
        label={text("presentPassword")}
        type="password"
        value={old.value}
        complete="current-password"
        focused={focused}
        onInput={(value) => old.value = value}
      />
      <TextField
        label={text("newPassword")}
        hint={text("passwordHint")}
        type="password"
        value={password.value}
        complete="new-password"
        onInput={(value) => password.value = value}
      />
      <TextField
        label={text("repeatPassword")}
        error={unequal ? text("notEqual") : undefined}
        type="password"
        value={again.value}
        complete="new-password"
        onInput={(value) => again.value = value}
      />
    </Form>
  );
}
