/**
 * A sale with everything that is known of it: lines, payments, where it is written down, what came back; and what can be
 * done about it.
 *
 * @module
 */
import type { VNode } from "preact";
import { type Signal, useSignal } from "@preact/signals";
import { formatAmount, formatDate, formatInstant } from "../base/format.ts";
import type { WirePage } from "../base/http.ts";
import { type Resource, useResource } from "../base/resource.ts";
import { may, ownSite } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import type { Column } from "../parts/column.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Facts } from "../parts/page.tsx";
import { Loaded, Panel } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import type { Sale, SaleLine } from "../wire_types.ts";
import { quantityText } from "./quantity_text.ts";
import { ReceiptDialog } from "./receipt_dialog.tsx";
import { ReturnDialog } from "./return_dialog.tsx";
import { returnable } from "./returning.ts";
import { methodName, sellerName, text } from "./sale_texts.ts";
import { printSale } from "./selling.ts";
import { VoidDialog } from "./void_dialog.tsx";

type Opened = "receipt" | "void" | "return" | undefined;

/** Shows a sale. */
export function SaleDialog(
  { id, onClose }: { readonly id: string; readonly onClose: () => void },
): VNode {
  const path = `/v1/sales/${encodeURIComponent(id)}`;
  const sale = useResource<Sale>(path, { views: ["sales"] });
  const returns = useResource<WirePage<Sale>>(`${path}/returns?limit=1000`, {
    views: ["sales"],
  });
  const opened = useSignal<Opened>(undefined);
  const close = () => {
    opened.value = undefined;
    sale.reload();
    returns.reload();
  };
  return (
    <Dialog
      side
      title={sale.value?.receipt ?? text("sale")}
      onClose={onClose}
    >
      <Loaded resource={sale}>
        {(value) => (
          <>
            <SaleActions sale={value} returns={returns} opened={opened} />
            <SaleFacts sale={value} returns={returns.value?.items ?? []} />
            <OpenedDialog
              sale={value}
              returns={returns.value?.items}
              opened={opened.value}
              onClose={close}
            />
          </>
        )}
      </Loaded>
    </Dialog>
  );
}

function SaleActions(
  { sale, returns, opened }: {
    readonly sale: Sale;
    readonly returns: Resource<WirePage<Sale>>;
    readonly opened: Signal<Opened>;
  },
): VNode {
  const items = returns.value?.items;
  const left = items !== undefined && sale.returns === undefined &&
    returnable(sale, items).some((one) => one.left > 0);
  const allowed = may("supervisor");
  const own = ownSite.value === sale.site;
  return (
    <>
      {sale.voided ? <Panel kind="bad">{text("voidedHelp")}</Panel> : null}
      <div class="till-sale-actions">
        <Button icon="print" onClick={() => void printSale(sale.id, null)}>
          {text("reprint")}
        </Button>
        <Button onClick={() => opened.value = "receipt"}>
          {text("seeReceipt")}
        </Button>
        {sale.voided ? null : (
          <>
            {left && own
              ? (
                <Button
                  onClick={() => opened.value = "return"}
                >
                  {text("return")}
                </Button>
              )
              : null}
            <Button
              kind="danger"
              disabled={items === undefined || items.length > 0}
              onClick={() => opened.value = "void"}
            >
              {text("void")}
            </Button>
          </>
        )}
      </div>
      {allowed || sale.voided
        ? null
        : <p class="hint">{text("supervisorApproves")}</p>}
      {!sale.voided && items !== undefined && items.length > 0
        ? <p class="hint">{text("voidReturnsFirst")}</p>
        : null}
    </>
  );
}

function OpenedDialog(
  { sale, returns, opened, onClose }: {
    readonly sale: Sale;
    readonly returns: readonly Sale[] | undefined;
    readonly opened: Opened;
    readonly onClose: () => void;
  },
): VNode | null {
  switch (opened) {
    case undefined:
      return null;
    case "receipt":
      return <ReceiptDialog sale={sale.id} received={null} onClose={onClose} />;
    case "void":
      return <VoidDialog sale={sale} onClose={onClose} />;
    case "return":
      return returns === undefined
        ? null
        : <ReturnDialog sale={sale} returns={returns} onClose={onClose} />;
  }
}

function lineColumns(): readonly Column<SaleLine>[] {
  return [
    {
      key: "name",
      title: text("product"),
      cell: ({ name, product }) => name === "" ? product : name,
      width: "minmax(6rem, 2fr)",
    },
    {
      key: "quantity",
      title: text("quantity"),
      cell: ({ quantity, measured }) =>
        measured === true
          ? quantityText(quantity, "").trim()
          : quantityText(quantity, "piece"),
      align: "end",
      width: "5rem",
    },
    {
      key: "price",
      title: text("price"),
      cell: ({ price }) => formatAmount(price),
      align: "end",
      width: "5.5rem",
      phone: false,
    },
    {
      key: "amount",
      title: text("amount"),
      cell: ({ amount }) => formatAmount(amount),
      align: "end",
      width: "minmax(5.5rem, 1fr)",
    },
  ];
}

function SaleFacts(
  { sale, returns }: { readonly sale: Sale; readonly returns: readonly Sale[] },
): VNode {
  const { discount, payments = [], customer, session, legacy } = sale;
  const fact = `/journal?fact=${encodeURIComponent(sale.id)}`;
  return (
    <>
      <Table
        label={text("lines")}
        columns={lineColumns()}
        rows={sale.lines}
        rowKey={(line) => String(sale.lines.indexOf(line))}
      />
      <Facts
        rows={[
          [
            text("total"),
            <strong key="total">{formatAmount(sale.total)}</strong>,
          ],
          ...optional(discount, text("discount"), formatAmount),
          ...lineDiscounts(sale),
          ...payments.map(({ method, amount }) =>
            [methodName(method), formatAmount(amount)] as const
          ),
          [text("when"), formatInstant(sale.at)],
          [text("date"), formatDate(sale.date)],
          [
            text("number"),
            <span key="number" class="mono">{sale.receipt}</span>,
          ],
          [text("site"), sale.site],
          [text("seller"), sellerName(sale.seller)],
          ...optional(
            customer,
            text("customer"),
            ({ name, document }) => `${name} ${document}`.trim(),
          ),
          ...optional(
            sale.returns,
            text("returnOf"),
            ({ sale: of, reason }) => (
              <>
                <SaleLink id={of} label={text("theSale")} /> · {reason}
              </>
            ),
          ),
          ...(returns.length === 0 ? [] : [
            [
              text("cameBack"),
              <ul key="returns" class="till-returns">
                {returns.map((one) => (
                  <li key={one.id}>
                    <SaleLink id={one.id} label={one.receipt} />{" "}
                    {formatAmount(one.total)}
                  </li>
                ))}
              </ul>,
            ] as const,
          ]),
          ...optional(
            session,
            text("drawer"),
            (id) => (
              <a href={`/cash?tab=history&session=${encodeURIComponent(id)}`}>
                {text("seeDrawer")}
              </a>
            ),
          ),
          ...optional(legacy, text("fromOriginal"), ({ system, wall }) =>
            `${system} · ${wall}`),
          [
            text("fact"),
            <a key="fact" class="mono" href={fact}>{sale.id}</a>,
          ],
          [text("log"), <span key="log" class="mono">{sale.log}</span>],
          [text("seq"), String(sale.seq)],
        ]}
      />
    </>
  );
}

/** What was taken off single lines, by product. */
function lineDiscounts({ lines }: Sale): (readonly [string, string])[] {
  const off = lines.flatMap(({ name, product, discount }) =>
    discount === undefined
      ? []
      : [`${name === "" ? product : name}: ${formatAmount(discount)}`]
  );
  return off.length === 0 ? [] : [[text("lineDiscounts"), off.join(", ")]];
}

function SaleLink(
  { id, label }: { readonly id: string; readonly label: string },
): VNode {
  return <a href={`/sales?sale=${encodeURIComponent(id)}`}>{label}</a>;
}

function optional<T, V>(
  value: T | undefined,
  name: string,
  shown: (value: T) => V,
): (readonly [string, V])[] {
  return value === undefined ? [] : [[name, shown(value)]];
}
