import { ok, strictEqual } from "node:assert/strict";
import { ERROR_CODES, type ErrorCode, PanalError } from "../../crdt/mod.ts";
import { faulted, problem, refused, statusOf } from "../../web/errors.ts";

Deno.test("statusOf() gives every code a status that refuses", () => {
  for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
    const status = statusOf(code);
    ok(status >= 400 && status < 600, code);
  }
});

Deno.test("problem() is a complete answer after RFC 9457", async () => {
  const answer = problem("stock_insufficient", "Cannot sell: 2 are left", {
    details: { onHand: 2 },
  });
  const body = await answer.json();

  strictEqual(answer.status, 409);
  strictEqual(answer.headers.get("content-type"), "application/problem+json");
  strictEqual(body.status, 409);
  strictEqual(body.title, ERROR_CODES.stock_insufficient);
  strictEqual(body.detail, "Cannot sell: 2 are left");
  strictEqual(body.details.onHand, 2);
});

Deno.test("refused() keeps the refusal's own message", async () => {
  const answer = refused({ code: "product_unknown", message: "no honey" });

  strictEqual(answer.status, 404);
  strictEqual((await answer.json()).detail, "no honey");
});

Deno.test("faulted() shows the message only where the request was at fault", async () => {
  const mine = faulted(new PanalError("amount_out_of_range", "too much"));
  const broken = faulted(new PanalError("data_folder_damaged", "/srv/till"));
  const unknown = faulted("text");

  strictEqual((await mine.json()).detail, "too much");
  strictEqual(broken.status, 500);
  ok(!(await broken.text()).includes("/srv"));
  strictEqual(unknown.status, 500);
});
