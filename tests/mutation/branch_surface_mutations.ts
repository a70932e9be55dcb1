/**
 * Bugs of the surface that the branch software's screens and senders ask.
 *
 * @module
 */
import type { Mutation } from "./mutation.ts";

const ACCESS_TEST = "tests/legacy/branch_sync_access_test.ts";
const PRODUCTS_TEST = "tests/legacy/branch_sync_products_test.ts";
const SALES_TEST = "tests/legacy/branch_sync_sales_test.ts";
const FRAME_TEST = "tests/legacy/branch_sync_frame_test.ts";
const RECEIVE_TEST = "tests/legacy/branch_sync_receive_http_test.ts";

/** The bugs. */
export const BRANCH_SURFACE_MUTATIONS: readonly Mutation[] = [
  {
    name: "share the screens' session with other machines",
    file: "web/surfaces/branch_sync_caller.ts",
    find: `  } else if (isLocal) {`,
    replace: `  } else {`,
    foundBy: { test: ACCESS_TEST, filter: "C-02: a session of this machine" },
  },
  {
    name: "let cashiers delete",
    file: "web/surfaces/branch_sync.ts",
    find: `  if (route.access === "admin" && role !== "admin") {`,
    replace: `  if (route.access === "admin" && role === undefined) {`,
    foundBy: { test: ACCESS_TEST, filter: "C-05: who sells" },
  },
  {
    name: "let the password that everybody knows open everything",
    file: "web/surfaces/branch_sync.ts",
    find: `  if (mustChangePassword && route.beforePassword !== true) {`,
    replace: `  if (mustChangePassword && route.access === "admin") {`,
    foundBy: { test: ACCESS_TEST, filter: "C-07: the password" },
  },
  {
    name: "take a page's form of another site",
    file: "web/surfaces/branch_sync.ts",
    find:
      `    if (!mayAsk(page)) return refusal(family, 403, "Origen no permitido");
`,
    replace: ``,
    foundBy: { test: ACCESS_TEST, filter: "C-72: pages" },
  },
  {
    name: "take the stock of an open edit for what is there",
    file: "web/surfaces/branch_sync_products.ts",
    find: `      : seen === undefined
      ? { stock: units }`,
    replace: `      : seen !== null
      ? { stock: units }`,
    foundBy: { test: PRODUCTS_TEST, filter: "stays sold" },
  },
  {
    name: "sell at whatever price a cashier's screen sends",
    file: "web/surfaces/branch_sync_sales.ts",
    find: `  if (list !== undefined && user.role === "cashier") {`,
    replace: `  if (list === undefined && user.role === "cashier") {`,
    foundBy: { test: SALES_TEST, filter: "C-52" },
  },
  {
    name: "sell less than nothing",
    file: "web/surfaces/branch_sync_sale_body.ts",
    find: `quantity === undefined || quantity <= 0 ||`,
    replace: `quantity === undefined ||`,
    foundBy: { test: SALES_TEST, filter: "C-51" },
  },
  {
    name: "serve markup",
    file: "web/surfaces/branch_sync_wire.ts",
    find:
      `  const text = JSON.stringify(body).replaceAll("<", "‹").replaceAll(">", "›");`,
    replace: `  const text = JSON.stringify(body);`,
    foundBy: { test: RECEIVE_TEST, filter: "C-71" },
  },
  {
    name: "inflate without a limit",
    file: "web/surfaces/branch_sync_body.ts",
    find: `  open(bytes, { maxOutputLength }, (error, plain) => {`,
    replace: `  open(bytes, {}, (error, plain) => {`,
    foundBy: { test: FRAME_TEST, filter: "broken bodies" },
  },
  {
    name: "give a branch's number for two sales to one of them",
    file: "web/surfaces/branch_sync_sales.ts",
    find: "  return at > 0 ? `${sale.receipt}*${at + 1}` : sale.receipt;",
    replace: "  return at > 9 ? `${sale.receipt}*${at + 1}` : sale.receipt;",
    foundBy: { test: RECEIVE_TEST, filter: "C-20" },
  },
];
