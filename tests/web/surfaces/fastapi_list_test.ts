import {
  deepStrictEqual,
  rejects,
  strictEqual,
  throws,
} from "node:assert/strict";
import { jsonListResponse } from "../../../web/surfaces/fastapi_list.ts";

Deno.test("jsonListResponse() writes one array of all pages", async () => {
  const cases = [
    [[], "[]"],
    [[[]], "[]"],
    [[[1]], "[1]"],
    [[[], [1, 2], [], [{ source: "3.0" }]], "[1,2,3.0]"],
  ] as const;
  for (const [pages, text] of cases) {
    const answer = jsonListResponse(pages);
    strictEqual(answer.headers.get("content-type"), "application/json");
    strictEqual(await answer.text(), text);
  }
});

Deno.test("jsonListResponse() reads a page only when the one before was taken, and none after the client left", async () => {
  const read: number[] = [];
  function* pages() {
    for (let page = 0; page < 100; page++) {
      read.push(page);
      yield [page];
    }
  }
  const reader = jsonListResponse(pages()).body?.getReader();
  await reader?.read();
  await reader?.cancel();
  strictEqual(read.length < 5, true, `${read}`);
});

Deno.test("jsonListResponse() throws what the first page throws, and breaks off at what a later one throws", async () => {
  function* broken(good: number) {
    for (let page = 0; page < good; page++) yield [page];
    throw new RangeError("unreadable");
  }
  throws(() => jsonListResponse(broken(0)), RangeError);
  const answer = jsonListResponse(broken(2));
  deepStrictEqual(answer.status, 200);
  await rejects(answer.text(), RangeError);
});
