import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  type BranchRequest,
  createOriginalBranch,
  type OriginalBranchModel,
} from "../support/original_branch_model.ts";
import {
  createOriginalCentral,
  ORIGINAL_BODY_BYTES_MAX,
  type OriginalCentralModel,
} from "../support/original_central_model.ts";

const EVENING = Date.UTC(2025, 2, 4, 18, 5, 10, 315);
const YOGURT = "ABA-PROD-020";

function abancay(): OriginalBranchModel {
  return createOriginalBranch({
    site: "ABA",
    name: "Abancay",
    central: "http://central:3000",
    products: [{
      id: YOGURT,
      name: "Yogurt 1L",
      description: "Fresa",
      category: null,
      price: 610,
      stock: 100_000,
    }],
  });
}

const one = { lines: [{ product: YOGURT, quantity: 1 }] };

/** Carries a push to a central and its answer back. */
function push(
  branch: OriginalBranchModel,
  central: OriginalCentralModel,
  wall: number,
) {
  const request = branch.push(wall) as BranchRequest;
  const answer = central.receive(new TextEncoder().encode(request.body ?? ""));
  const end = branch.replied(
    request,
    answer === null
      ? { kind: "broken" }
      : { kind: "answered", status: answer.status, body: answer.body },
  );
  if ("ok" in end) branch.mark(end);
  return answer;
}

Deno.test("an original branch and central exchange a day: wall clocks, totals and stock arrive as they were", () => {
  const [branch, central] = [abancay(), createOriginalCentral()];
  const id = branch.sell({ wall: EVENING, ...one });
  strictEqual(id, "ABA-20250304-001");
  strictEqual(push(branch, central, EVENING)?.status, 200);

  const sale = central.sales.get("ABA-20250304-001");
  strictEqual(
    new Date(sale?.wall ?? 0).toISOString(),
    "2025-03-04T18:05:10.317Z",
  );
  strictEqual(sale?.total, 610);
  strictEqual(central.products.get(YOGURT)?.stock, 99_999);
  strictEqual(branch.push(EVENING), null);
});

Deno.test("C-10, C-20, C-44: an original branch forgets yesterday, gives a deleted number again, and ends at 1000", () => {
  const [branch, central] = [abancay(), createOriginalCentral()];
  branch.sell({ wall: EVENING, ...one });
  strictEqual(branch.push(EVENING + 86_400_000), null);

  push(branch, central, EVENING);
  branch.deleteSale("ABA-20250304-001");
  strictEqual(branch.sell({ wall: EVENING, ...one }), "ABA-20250304-001");
  push(branch, central, EVENING);
  strictEqual(central.skipped, 1);
  strictEqual(branch.sales.get("ABA-20250304-001")?.synced, true);

  for (let i = 0; i < 999; i++) branch.sell({ wall: EVENING, ...one });
  strictEqual(branch.sales.size, 1000);
  strictEqual(branch.sell({ wall: EVENING, ...one }), null);
});

Deno.test("C-11, C-26: an original central refuses a long body, and stops answering after ten failures", () => {
  const [branch, central] = [abancay(), createOriginalCentral()];
  for (let i = 0; i < 300; i++) branch.sell({ wall: EVENING, ...one });
  const answer = push(branch, central, EVENING);
  strictEqual(answer?.status, 413);
  strictEqual(answer.type, "text/html");
  strictEqual(central.refusedBodies, 1);

  const message = {
    sucursal: "ABA",
    ventas: [{
      VentaID: "ABA-20250304-001",
      FechaVenta: "2025-03-04T18:05:10.000Z",
      Total: 1,
      CodigoSucursal: "AQP",
      UsuarioID: 1,
    }],
  };
  const bytes = new TextEncoder().encode(JSON.stringify(message));
  ok(bytes.length < ORIGINAL_BODY_BYTES_MAX);
  for (let i = 0; i < 10; i++) {
    strictEqual(central.receive(bytes)?.status, 500);
  }
  strictEqual(central.receive(bytes), null);
  strictEqual(central.sale("ABA-20250304-001"), null);
  central.restart();
  strictEqual(central.sale("ABA-20250304-001")?.status, 404);
});

Deno.test("C-47: an original central stores a date without a zone five hours late", () => {
  const central = createOriginalCentral();
  const dates = ["2024-11-09T14:30:00", "2024-11-09T14:30:00.000Z"];
  const ventas = dates.map((FechaVenta, i) => ({
    VentaID: `CUS-20241109-00${i + 1}`,
    FechaVenta,
    Total: 0,
    CodigoSucursal: "CUS",
    UsuarioID: 1,
  }));
  const body = JSON.stringify({ sucursal: "CUS", ventas });
  strictEqual(central.receive(new TextEncoder().encode(body))?.status, 200);
  deepStrictEqual(
    [...central.sales.values()].map(({ wall }) => new Date(wall).getUTCHours()),
    [19, 14],
  );
});

Deno.test("C-28: an original branch loses the body at a 302 and takes what answers it for success", () => {
  const branch = abancay();
  branch.sell({ wall: EVENING, ...one });
  const request = branch.push(EVENING) as BranchRequest;
  const next = branch.replied(request, {
    kind: "answered",
    status: 302,
    body: "",
    location: "/",
  });
  ok("method" in next);
  deepStrictEqual([next.method, next.body, next.url], [
    "GET",
    null,
    "http://central:3000/",
  ]);
  const end = branch.replied(next, {
    kind: "answered",
    status: 200,
    body: '{"success":true}',
  });
  deepStrictEqual(end, { ok: true, marked: ["ABA-20250304-001"] });
});
