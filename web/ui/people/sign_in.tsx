/**
 * Signing in, and changing a password that must be changed first.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { User } from "../wire_types.ts";
import { change } from "../base/http.ts";
import { knowledge, learn, signIn } from "../base/session.ts";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { Page } from "../parts/page.tsx";
import { Panel } from "../parts/states.tsx";
import { text } from "./texts.ts";

/** Asks who sits before the page. */
export function SignInPage(): VNode {
  const name = useSignal("");
  const password = useSignal("");
  const action = useAction();
  const { node, problem } = knowledge.value;
  const noUsers = node === undefined && problem?.status === 401;
  return (
    <Page title={text("signIn")}>
      <div class="card narrow">
        {noUsers ? <Panel kind="warn">{text("noUsers")}</Panel> : null}
        <Form
          submit={text("signIn")}
          action={action}
          onSubmit={() =>
            void action.run(() => signIn(name.value, password.value))}
        >
          <TextField
            label={text("name")}
            value={name.value}
            complete="username"
            focused
            onInput={(value) => name.value = value}
          />
          <TextField
            label={text("password")}
            type="password"
            value={password.value}
            complete="current-password"
            onInput={(value) => password.value = value}
          />
        </Form>
      </div>
    </Page>
  );
}

/** Asks for a new password. */
export function PasswordPage({ user }: { readonly user: User }): VNode {
  const old = useSignal("");
  const password = useSignal("");
  const again = useSignal("");
  const action = useAction();
  const unequal = again.value !== "" && again.value !== password.value;
  return (
    <Page title={text("change")}>
      <div class="card narrow">
        <Panel kind="warn">{text("mustChange")}</Panel>
        <Form
          submit={text("change")}
          action={action}
          disabled={password.value === "" || again.value !== password.value}
          onSubmit={async () => {
            const done = await action.run(() =>
              change("POST", `/v1/users/${user.id}/password`, {
                current: old.value,
                password: password.value,
              }), text("changed"));
            if (done !== undefined) {
              await learn();
            }
          }}
        >
          <TextField
            label={text("password")}
            type="password"
            value={old.value}
            complete="current-password"
            focused
            onInput={(value) =>
              old.value = value}
          />
          <TextField
            label={text("newPassword")}
            hint={text("passwordHint")}
            type="password"
            value={password.value}
            complete="new-password"
            onInput={(value) =>
              password.value = value}
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
      </div>
    </Page>
  );
}
