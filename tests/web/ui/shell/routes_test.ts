import { deepStrictEqual } from "node:assert/strict";
import { PAGE_PATHS } from "../../../../web/page_paths.ts";
import { ROUTES } from "../../../../web/ui/shell/routes.ts";

Deno.test("the node serves the shell at the path of every page, and at no other", () => {
  const paths = ROUTES.map(({ path }) => path);

  deepStrictEqual(paths.toSorted(), PAGE_PATHS.toSorted());
});
