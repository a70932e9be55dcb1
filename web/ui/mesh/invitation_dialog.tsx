/**
 * Inviting a node to the mesh. The token is shown once: it is kept nowhere, not even in this page after the dialog is
 * closed.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Invitation, InvitationMaking, NodeRole } from "../wire_types.ts";
import { formatInstant } from "../base/format.ts";
import { change } from "../base/http.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { CheckField, SelectField, TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { tellDone } from "../parts/notices.tsx";
import { Panel } from "../parts/states.tsx";
import { text, wordText } from "./texts.ts";

const ROLES: readonly NodeRole[] = [
  "branch",
  "station",
  "pump",
  "charging",
  "region",
  "company",
  "office",
];
const SITE_ROLES: readonly NodeRole[] = [
  "branch",
  "station",
  "pump",
  "charging",
];
const DAYS = ["1", "7", "30", "365"] as const;

function listOf(value: string): string[] {
  return value.split(/[\s,;]+/).filter((part) => part !== "");
}

/** What a form says; undefined while something is missing. */
function makingOf(
  form: {
    readonly roles: readonly NodeRole[];
    readonly sites: string;
    readonly region: string;
    readonly companies: string;
    readonly days: string;
  },
): InvitationMaking | undefined {
  const { roles } = form;
  const sites = listOf(form.sites.toUpperCase());
  const companies = listOf(form.companies);
  const isRegion = roles.includes("region");
  const needsSite = isRegion || roles.some((role) => SITE_ROLES.includes(role));
  const complete = roles.length > 0 &&
    (!needsSite || sites.length > 0) && (isRegion || sites.length <= 1) &&
    (!isRegion || form.region !== "") &&
    (!roles.includes("company") || companies.length > 0);
  if (!complete) return undefined;
  return {
    roles,
    sites,
    region: isRegion ? form.region : null,
    companies,
    days: Number(form.days),
  };
}

/**
 * Makes an invitation.
 *
 * @param props Is told when it is closed.
 * @returns A dialog.
 */
export function InvitationDialog(
  { onClose }: { readonly onClose: () => void },
): VNode {
  const roles = useSignal<readonly NodeRole[]>(["branch"]);
  const sites = useSignal("");
  const region = useSignal("");
  const companies = useSignal("");
  const days = useSignal("7");
  const made = useSignal<Invitation | undefined>(undefined);
  const action = useAction();
  const making = makingOf({
    roles: roles.value,
    sites: sites.value,
    region: region.value,
    companies: companies.value,
    days: days.value,
  });
  if (made.value !== undefined) {
    return <TokenDialog invitation={made.value} onClose={onClose} />;
  }
  const toggle = (role: NodeRole, on: boolean) =>
    roles.value = ROLES.filter((one) =>
      one === role ? on : roles.value.includes(one)
    );
  return (
    <Dialog title={text("invite")} onClose={onClose}>
      <Form
        submit={text("makeInvitation")}
        action={action}
        disabled={making === undefined}
        onCancel={onClose}
        onSubmit={async () => {
          made.value = await action.run(() =>
            change<Invitation>("POST", "/v1/invitations", making)
          );
        }}
      >
        <fieldset class="mesh-roles">
          <legend>{text("inviteRoles")}</legend>
          {ROLES.map((role) => (
            <CheckField
              key={role}
              label={wordText("role", role)}
              value={roles.value.includes(role)}
              onInput={(on) => toggle(role, on)}
            />
          ))}
        </fieldset>
        <TextField
          label={text("inviteSites")}
          hint={text("inviteSitesHint")}
          value={sites.value}
          onInput={(value) => sites.value = value}
        />
        {roles.value.includes("region")
          ? (
            <TextField
              label={text("inviteRegion")}
              value={region.value}
              maxLength={12}
              onInput={(value) => region.value = value.trim()}
            />
          )
          : null}
        {roles.value.includes("company")
          ? (
            <TextField
              label={text("inviteCompanies")}
              hint={text("inviteCompaniesHint")}
              value={companies.value}
              onInput={(value) => companies.value = value}
            />
          )
          : null}
        <SelectField
          label={text("inviteDays")}
          value={days.value}
          choices={DAYS.map((value) => ({
            value,
            label: text("daysCount", { count: value }),
          }))}
          onInput={(value) => days.value = value}
        />
      </Form>
    </Dialog>
  );
}

function TokenDialog(
  { invitation, onClose }: {
    readonly invitation: Invitation;
    readonly onClose: () => void;
  },
): VNode {
  const { token, endsAt, reachable } = invitation;
  async function copy(): Promise<void> {
    // Browsers have a clipboard only where a page came by TLS or from this machine; the text can be marked in any case.
    await navigator.clipboard?.writeText(token);
    tellDone(text("copied"));
  }
  return (
    <Dialog title={text("invitation")} onClose={onClose}>
      <Panel kind="warn">{text("tokenOnce")}</Panel>
      {reachable ? null : <Panel kind="bad">{text("notReachable")}</Panel>}
      <p>{text("tokenHelp", { until: formatInstant(endsAt) })}</p>
      <code class="mesh-token" tabIndex={0}>{token}</code>
      <div class="actions">
        <Button onClick={() => void copy()}>{text("copy")}</Button>
        <Button kind="primary" onClick={onClose}>{text("written")}</Button>
      </div>
    </Dialog>
  );
}
