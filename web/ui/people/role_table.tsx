/**
 * What each role may do, in words.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Role } from "../base/session.ts";
import { Table } from "../parts/table.tsx";
import { text } from "./texts.ts";

/** What a role may do, and the least role for it. */
interface Permission {
  readonly key: Parameters<typeof text>[0];
  readonly least: Role;
}

const PERMISSIONS: readonly Permission[] = [
  { key: "maySell", least: "cashier" },
  { key: "mayCash", least: "cashier" },
  { key: "mayRead", least: "cashier" },
  { key: "mayCharge", least: "cashier" },
  { key: "mayPurchase", least: "cashier" },
  { key: "maySendNow", least: "cashier" },
  { key: "mayVoid", least: "supervisor" },
  { key: "mayPrice", least: "supervisor" },
  { key: "mayStock", least: "supervisor" },
  { key: "mayPumps", least: "supervisor" },
  { key: "mayPoints", least: "supervisor" },
  { key: "mayClose", least: "supervisor" },
  { key: "mayFleet", least: "supervisor" },
  { key: "mayAcknowledge", least: "supervisor" },
  { key: "mayJournal", least: "supervisor" },
  { key: "mayPeople", least: "admin" },
  { key: "mayBusiness", least: "admin" },
  { key: "mayMoney", least: "admin" },
  { key: "mayMesh", least: "admin" },
  { key: "mayDocuments", least: "admin" },
];

const ORDER: readonly Role[] = ["cashier", "supervisor", "admin"];

/** A table of roles and what they may do. */
export function RoleTable(): VNode {
  return (
    <>
      <p class="muted">{text("rolesHelp")}</p>
      <div class="people-wraps">
        <Table<Permission>
          label={text("roles")}
          rows={PERMISSIONS}
          rowKey={({ key }) => key}
          columns={[
            {
              key: "what",
              title: text("what"),
              cell: ({ key }) => text(key),
              width: "minmax(12rem, 3fr)",
            },
            ...ORDER.map((role) => ({
              key: role,
              title: text(role),
              cell: ({ least }: Permission) =>
                ORDER.indexOf(role) >= ORDER.indexOf(least)
                  ? text("yes")
                  : text("no"),
            })),
          ]}
        />
      </div>
    </>
  );
}
