/**
 * Settings: one's own password, what receipts say of the business, and what this node is.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Business, Health, User } from "../wire_types.ts";
import { formatDuration } from "../base/format.ts";
import { change } from "../base/http.ts";
import { useResource } from "../base/resource.ts";
import { knowledge, may, ownSite } from "../base/session.ts";
import { SelectField, TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { Facts, Page, Section } from "../parts/page.tsx";
import { Loaded, Panel } from "../parts/states.tsx";
import { roleNames } from "../mesh/peer_words.ts";
import { OwnPasswordForm } from "./own_password.tsx";
import { text } from "./texts.ts";

/** Settings of the person, the business and the node. */
export function SettingsPage(): VNode {
  const { user } = knowledge.value;
  const business = useResource<Business>("/v1/settings/business");
  return (
    <Page title={text("settings")}>
      <div class="columns">
        <Section title={text("ownPassword")}>
          {user === null
            ? <p class="muted">{text("noOwnPassword")}</p>
            : <OwnPassword user={user} />}
        </Section>
        <Section title={text("business")}>
          <p class="muted">{text("businessHelp")}</p>
          <Loaded resource={business}>
            {(value) => <BusinessForm key={value.name} business={value} />}
          </Loaded>
        </Section>
        <NodeSection />
      </div>
    </Page>
  );
}

function OwnPassword({ user }: { readonly user: User }): VNode {
  return (
    <>
      <Facts
        rows={[
          [text("name"), user.name],
          [text("fullName"), user.fullName],
          [text("role"), text(user.role)],
        ]}
      />
      <OwnPasswordForm user={user} />
      <p class="hint">{text("signsOut")}</p>
    </>
  );
}

const FIELDS = ["name", "ruc", "address", "phone"] as const;

function BusinessForm({ business }: { readonly business: Business }): VNode {
  const values = useSignal<Business>(business);
  const scope = useSignal(
    ownSite.value === undefined ? "mesh" : `site:${ownSite.value}`,
  );
  const action = useAction();
  // What a site takes over from the mesh is not written down as its own.
  const changes = Object.fromEntries(
    FIELDS.filter((field) => values.value[field] !== business[field])
      .map((field) => [field, values.value[field].trim()]),
  );
  if (!may("admin")) {
    return (
      <>
        <Facts
          rows={FIELDS.map((field) => [
            text(`business_${field}`),
            business[field] === "" ? "–" : business[field],
          ])}
        />
        <p class="hint">{text("adminOnly")}</p>
      </>
    );
  }
  return (
    <Form
      submit={text("saveChange")}
      action={action}
      disabled={Object.keys(changes).length === 0}
      onSubmit={() =>
        void action.run(
          () =>
            change<Business>("PUT", "/v1/settings/business", {
              scope: scope.value,
              ...changes,
            }),
          text("businessSaved"),
        )}
    >
      {FIELDS.map((field) => (
        <TextField
          key={field}
          label={text(`business_${field}`)}
          value={values.value[field]}
          maxLength={200}
          onInput={(value) =>
            values.value = { ...values.value, [field]: value }}
        />
      ))}
      {ownSite.value === undefined ? null : (
        <SelectField
          label={text("businessScope")}
          value={scope.value}
          choices={[
            {
              value: `site:${ownSite.value}`,
              label: text("onlySite", { site: ownSite.value }),
            },
            { value: "mesh", label: text("allSites") },
          ]}
          onInput={(value) => scope.value = value}
        />
      )}
    </Form>
  );
}

function NodeSection(): VNode {
  const health = useResource<Health>("/v1/health", {
    views: ["health"],
    everyMs: 10_000,
  });
  return (
    <Section title={text("node")}>
      <Loaded resource={health}>
        {(node) => (
          <>
            {node.reasons.map((reason) => (
              <Panel key={reason} kind="warn">{reason}</Panel>
            ))}
            <Facts
              rows={[
                [text("site"), node.site ?? text("noSite")],
                [text("nodeRoles"), roleNames(node.roles)],
                [text("version"), node.version],
                [text("uptime"), formatDuration(node.uptimeMs / 1000)],
                [
                  text("nodePeer"),
                  <span key="peer" class="mono">{node.peer}</span>,
                ],
                [text("listens"), <Lines key="a" lines={node.listen} />],
                ...Object.entries(node.surfaces).map(([name, at]) =>
                  [
                    name,
                    at === null
                      ? text("notListening")
                      : <Lines key={name} lines={at} />,
                  ] as const
                ),
              ]}
            />
            <p>
              <a href="/v1/reference">{text("reference")}</a>
            </p>
          </>
        )}
      </Loaded>
    </Section>
  );
}

function Lines({ lines }: { readonly lines: readonly string[] }): VNode {
  return (
    <>
      {lines.length === 0 ? "–" : null}
      {lines.map((line) => <div key={line} class="mono">{line}</div>)}
    </>
  );
}
