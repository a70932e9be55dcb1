/**
 * Making a user, changing one, and giving it a new password.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { User, UserMaking } from "../wire_types.ts";
import { formatInstant } from "../base/format.ts";
import { change } from "../base/http.ts";
import { knowledge, learn, ownSite, type Role } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { confirmed, Dialog } from "../parts/dialog.tsx";
import { CheckField, SelectField, TextField } from "../parts/field.tsx";
import { type Action, Form, useAction } from "../parts/form.tsx";
import { Facts } from "../parts/page.tsx";
import { Panel, ProblemPanel } from "../parts/states.tsx";
import { text } from "./texts.ts";

/** The shortest password that a node takes. */
export const PASSWORD_LENGTH_MIN = 8;

const ROLES: readonly Role[] = ["cashier", "supervisor", "admin"];

function RoleField(
  { value, onInput, disabled = false }: {
    readonly value: Role;
    readonly onInput: (role: Role) => void;
    readonly disabled?: boolean;
  },
): VNode {
  return (
    <SelectField
      label={text("role")}
      hint={text(`${value}Help`)}
      value={value}
      disabled={disabled}
      choices={ROLES.map((role) => ({ value: role, label: text(role) }))}
      onInput={(role) => onInput(role as Role)}
    />
  );
}

/**
 * Makes a user.
 *
 * @param props Is told when it is closed.
 * @returns A dialog.
 */
export function NewUserDialog(
  { onClose }: { readonly onClose: () => void },
): VNode {
  const first = knowledge.value.user === null;
  const name = useSignal("");
  const fullName = useSignal("");
  const role = useSignal<Role>(first ? "admin" : "cashier");
  const password = useSignal("");
  const everywhere = useSignal(ownSite.value === undefined);
  const mustChange = useSignal(!first);
  const action = useAction();
  const body = (): UserMaking => ({
    name: name.value.trim(),
    fullName: fullName.value.trim(),
    role: role.value,
    password: password.value,
    ...(everywhere.value ? { site: null } : {}),
    mustChangePassword: mustChange.value,
  });
  async function make(): Promise<void> {
    const made = await action.run(
      () => change<User>("POST", "/v1/users", body()),
      ({ name }) => text("userMade", { name }),
    );
    if (made === undefined) return;
    onClose();
    // After the first user everybody signs in.
    if (first) await learn();
  }
  return (
    <Dialog title={text("newUser")} onClose={onClose}>
      {first ? <Panel kind="info">{text("firstUser")}</Panel> : null}
      <Form
        submit={text("make")}
        action={action}
        disabled={name.value.trim() === "" || fullName.value.trim() === "" ||
          password.value.length < PASSWORD_LENGTH_MIN}
        onSubmit={() => void make()}
        onCancel={onClose}
      >
        <TextField
          label={text("name")}
          hint={text("nameHint")}
          value={name.value}
          maxLength={50}
          focused
          onInput={(value) => name.value = value}
        />
        <TextField
          label={text("fullName")}
          value={fullName.value}
          maxLength={100}
          onInput={(value) => fullName.value = value}
        />
        <RoleField
          value={role.value}
          disabled={first}
          onInput={(value) => role.value = value}
        />
        <TextField
          label={text("password")}
          hint={text("passwordHint")}
          type="password"
          complete="new-password"
          value={password.value}
          onInput={(value) => password.value = value}
        />
        {ownSite.value === undefined ? null : (
          <CheckField
            label={text("everywhere")}
            hint={text("everywhereHint", { site: ownSite.value })}
            value={everywhere.value}
            onInput={(value) => everywhere.value = value}
          />
        )}
        <CheckField
          label={text("mustChangeField")}
          value={mustChange.value}
          onInput={(value) => mustChange.value = value}
        />
      </Form>
    </Dialog>
  );
}

/**
 * Changes a user.
 *
 * @param props The user; is told when it is closed.
 * @returns A dialog at the side.
 */
export function UserDialog(
  { user, onClose }: { readonly user: User; readonly onClose: () => void },
): VNode {
  const action = useAction();
  return (
    <Dialog title={user.fullName} onClose={onClose} side>
      <Facts
        rows={[
          [text("number"), String(user.id)],
          [text("site"), user.site ?? text("allSites")],
          [text("state"), text(user.active ? "active" : "disabled")],
          [text("createdAt"), formatInstant(user.createdAt)],
          [text("changedAt"), formatInstant(user.changedAt)],
        ]}
      />
      {user.nameShared ? <Panel kind="warn">{text("sharedHelp")}</Panel> : null}
      <ChangeForm user={user} onDone={onClose} />
      <h3>{text("givePassword")}</h3>
      <PasswordForm user={user} onDone={onClose} />
      <h3>{text(user.active ? "disable" : "enable")}</h3>
      <p class="muted">{text("disableHelp")}</p>
      {action.problem === undefined
        ? null
        : <ProblemPanel problem={action.problem} />}
      <div class="actions">
        <Button
          kind={user.active ? "danger" : "plain"}
          busy={action.busy}
          disabled={user.id === knowledge.value.user?.id}
          onClick={() => void toggle(user, action, onClose)}
        >
          {text(user.active ? "disable" : "enable")}
        </Button>
      </div>
    </Dialog>
  );
}

async function toggle(
  user: User,
  action: Action,
  onDone: () => void,
): Promise<void> {
  const { id, active, fullName } = user;
  const meant = !active ||
    await confirmed(text("disableAsk", { name: fullName }), {
      detail: text("disableHelp"),
      action: text("disable"),
      danger: true,
    });
  if (!meant) return;
  const done = await action.run(
    () => change<User>("PATCH", `/v1/users/${id}`, { active: !active }),
    text(active ? "disabledDone" : "enabledDone", { name: fullName }),
  );
  if (done !== undefined) onDone();
}

function ChangeForm(
  { user, onDone }: { readonly user: User; readonly onDone: () => void },
): VNode {
  const name = useSignal(user.name);
  const fullName = useSignal(user.fullName);
  const role = useSignal<Role>(user.role);
  const action = useAction();
  const changes = {
    ...(name.value.trim() === user.name ? {} : { name: name.value.trim() }),
    ...(fullName.value.trim() === user.fullName
      ? {}
      : { fullName: fullName.value.trim() }),
    ...(role.value === user.role ? {} : { role: role.value }),
  };
  return (
    <Form
      submit={text("saveChange")}
      action={action}
      disabled={Object.keys(changes).length === 0}
      onSubmit={async () => {
        const done = await action.run(
          () => change<User>("PATCH", `/v1/users/${user.id}`, changes),
          ({ name }) => text("userChanged", { name }),
        );
        if (done !== undefined) onDone();
      }}
    >
      <TextField
        label={text("name")}
        value={name.value}
        maxLength={50}
        onInput={(value) => name.value = value}
      />
      <TextField
        label={text("fullName")}
        value={fullName.value}
        maxLength={100}
        onInput={(value) => fullName.value = value}
      />
      <RoleField
        value={role.value}
        onInput={(value) => role.value = value}
      />
    </Form>
  );
}

function PasswordForm(
  { user, onDone }: { readonly user: User; readonly onDone: () => void },
): VNode {
  const password = useSignal("");
  const mustChange = useSignal(true);
  const action = useAction();
  const own = user.id === knowledge.value.user?.id;
  if (own) return <p class="muted">{text("ownPasswordThere")}</p>;
  return (
    <Form
      submit={text("givePassword")}
      action={action}
      disabled={password.value.length < PASSWORD_LENGTH_MIN}
      onSubmit={async () => {
        const done = await action.run(() =>
          change<User>("POST", `/v1/users/${user.id}/password`, {
            password: password.value,
            mustChangePassword: mustChange.value,
          }), text("passwordGiven", { name: user.fullName }));
        if (done !== undefined) {
          onDone();
        }
      }}
    >
      <TextField
        label={text("newPassword")}
        hint={text("passwordHint")}
        type="password"
        complete="new-password"
        value={password.value}
        onInput={(value) =>
          password.value = value}
      />
      <CheckField
        label={text("mustChangeField")}
        value={mustChange.value}
        onInput={(value) =>
          mustChange.value = value}
      />
    </Form>
  );
}
