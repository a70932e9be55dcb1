import { strictEqual } from "node:assert/strict";
import { countOf, formatTable, listOf } from "../../../nodes/demo/table.ts";

Deno.test("formatTable() lays columns out by their widest cell, also with short rows", () => {
  strictEqual(
    formatTable([["Name", "Role", "Site"], ["office", "office"], ["a"]]),
    "Name    Role    Site\noffice  office\na\n",
  );
});

Deno.test("countOf() groups digits and knows one from many", () => {
  strictEqual(countOf(0, "sale"), "0 sales");
  strictEqual(countOf(1, "commit"), "1 commit");
  strictEqual(countOf(1_234_567, "unit"), "1,234,567 units");
});

Deno.test("listOf() joins names as a sentence does", () => {
  strictEqual(listOf([]), "");
  strictEqual(listOf(["CUS"]), "CUS");
  strictEqual(listOf(["CUS", "LIM"]), "CUS and LIM");
});
