/**
 * Signing in, and changing a password that must be changed first.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { User } from "../wire_types.ts";
import { knowledge, signIn } from "../base/session.ts";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { Page } from "../parts/page.tsx";
import { Panel } from "../parts/states.tsx";
import { OwnPasswordForm } from "./own_password.tsx";
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
  return (
    <Page title={text("change")}>
      <div class="card narrow">
        <Panel kind="warn">{text("mustChange")}</Panel>
        <OwnPasswordForm user={user} focused />
      </div>
    </Page>
  );
}
