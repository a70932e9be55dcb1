/**
 * Users: who may sign in and as what, what administrators did, and what each role may do.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Act, User } from "../wire_types.ts";
import { formatInstant } from "../base/format.ts";
import { go, query, setQuery } from "../base/location.ts";
import { knowledge, ownSite } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import type { Column } from "../parts/column.ts";
import { TextField } from "../parts/field.tsx";
import { List } from "../parts/list.tsx";
import { Badge, Page, Tabs } from "../parts/page.tsx";
import { Panel } from "../parts/states.tsx";
import { actText, subjectText } from "./act_text.ts";
import { RoleTable } from "./role_table.tsx";
import { text } from "./texts.ts";
import { NewUserDialog, UserDialog } from "./user_dialogs.tsx";

/** Users, acts and roles. */
export function PeoplePage(): VNode {
  const making = useSignal(false);
  const round = useSignal(0);
  const chosen = query.value.get("tab") ?? "users";
  return (
    <Page
      title={text("people")}
      actions={
        <Button
          kind="primary"
          icon="plus"
          onClick={() => making.value = true}
        >
          {text("newUser")}
        </Button>
      }
    >
      {knowledge.value.user === null
        ? <Panel kind="warn">{text("nobodyYet")}</Panel>
        : null}
      <Tabs
        label={text("people")}
        chosen={chosen}
        tabs={[
          { key: "users", title: text("users") },
          { key: "acts", title: text("acts") },
          { key: "roles", title: text("roles") },
        ]}
      />
      {chosen === "acts"
        ? <Acts />
        : chosen === "roles"
        ? <RoleTable />
        : <Users key={round.value} />}
      {making.value
        ? (
          <NewUserDialog
            onClose={() => {
              making.value = false;
              // Changes of users are told to nobody: the list is read again.
              round.value += 1;
            }}
          />
        )
        : null}
    </Page>
  );
}

function Users(): VNode {
  const site = query.value.get("site") ?? "";
  const open = useSignal<User | undefined>(undefined);
  const round = useSignal(0);
  return (
    <>
      <div class="filters">
        <TextField
          label={text("siteFilter")}
          hint={text("siteFilterHint")}
          value={site}
          placeholder={ownSite.value ?? ""}
          onInput={(value) => setQuery({ site: value.toUpperCase() })}
        />
      </div>
      <List<User>
        key={round.value}
        label={text("users")}
        path="/v1/users"
        query={/^[A-Z0-9]{2,12}$/.test(site) ? { site } : {}}
        views={["users"]}
        columns={userColumns()}
        rowKey={({ id }) => String(id)}
        onOpen={(user) => open.value = user}
        exportAs="users"
      />
      {open.value === undefined ? null : (
        <UserDialog
          user={open.value}
          onClose={() => {
            open.value = undefined;
            round.value += 1;
          }}
        />
      )}
    </>
  );
}

function userColumns(): readonly Column<User>[] {
  return [{
    key: "name",
    title: text("name"),
    cell: ({ name }) => name,
    csv: ({ name }) => name,
  }, {
    key: "fullName",
    title: text("fullName"),
    cell: ({ fullName }) => fullName,
    csv: ({ fullName }) => fullName,
    width: "minmax(8rem, 2fr)",
    phone: false,
  }, {
    key: "role",
    title: text("role"),
    cell: ({ role }) => text(role),
    csv: ({ role }) => role,
  }, {
    key: "site",
    title: text("site"),
    cell: ({ site }) => site ?? text("allSites"),
    csv: ({ site }) => site ?? "*",
    phone: false,
  }, {
    key: "state",
    title: text("state"),
    cell: (user) => <UserState user={user} />,
    csv: ({ active }) => active ? "active" : "disabled",
  }, {
    key: "changedAt",
    title: text("changedAt"),
    cell: ({ changedAt }) => formatInstant(changedAt),
    csv: ({ changedAt }) => changedAt,
    width: "minmax(9rem, 1fr)",
    phone: false,
  }];
}

function UserState({ user }: { readonly user: User }): VNode {
  if (!user.active) return <Badge kind="bad">{text("disabled")}</Badge>;
  if (user.nameShared) return <Badge kind="warn">{text("shared")}</Badge>;
  return user.mustChangePassword
    ? <Badge kind="warn">{text("mustChangeShort")}</Badge>
    : <Badge kind="good">{text("active")}</Badge>;
}

function Acts(): VNode {
  return (
    <>
      <p class="muted">{text("actsHelp")}</p>
      <List<Act>
        label={text("acts")}
        path="/v1/acts"
        columns={actColumns()}
        rowKey={({ id }) => id}
        onOpen={({ id }) => go(`/journal?fact=${encodeURIComponent(id)}`)}
        exportAs="acts"
      />
    </>
  );
}

function actColumns(): readonly Column<Act>[] {
  return [{
    key: "at",
    title: text("when"),
    cell: ({ at }) => formatInstant(at),
    csv: ({ at }) => at,
    width: "minmax(9rem, 1fr)",
  }, {
    key: "act",
    title: text("what"),
    cell: ({ act }) => actText(act),
    csv: ({ act }) => act,
    width: "minmax(8rem, 2fr)",
  }, {
    key: "subject",
    title: text("toWhat"),
    cell: ({ subject }) => subjectText(subject),
    csv: ({ subject }) => subject,
    width: "minmax(8rem, 2fr)",
    phone: false,
  }, {
    key: "by",
    title: text("who"),
    cell: ({ by }) => by?.name ?? text("nobodySigned"),
    csv: ({ by }) => by?.name ?? "",
  }, {
    key: "note",
    title: text("note"),
    cell: ({ note }) => note ?? "",
    csv: ({ note }) => note ?? "",
    phone: false,
  }];
}
