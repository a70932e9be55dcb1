/**
 * Prices that are set for later: when, how much, who knows of them, and taking them back.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { PriceChange, Product } from "../wire_types.ts";
import { formatAmount, formatInstant } from "../base/format.ts";
import { change, read } from "../base/http.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import type { Column } from "../parts/column.ts";
import { confirmed, Dialog } from "../parts/dialog.tsx";
import { useAction } from "../parts/form.tsx";
import { List } from "../parts/list.tsx";
import { Facts } from "../parts/page.tsx";
import { Empty, ProblemPanel } from "../parts/states.tsx";
import { HolderCount, HolderList } from "./holder_list.tsx";
import type { FactPlace } from "./holders.ts";
import { useIntent } from "../base/intent.ts";
import { productPath } from "./product_path.ts";
import { ScopeField, usePeers } from "./scope.tsx";
import { factRow } from "./fact_row.ts";
import { text } from "./texts.ts";

/** Facts of a scope stand in the space of the same name. */
function placeOf({ scope, log, seq }: PriceChange): FactPlace {
  return { space: scope, log, seq };
}

/** Prices to come of a scope. */
export function PriceChanges({ scope }: { readonly scope: string }): VNode {
  const open = useSignal<PriceChange | undefined>(undefined);
  const peers = usePeers();
  const columns: readonly Column<PriceChange>[] = [{
    key: "at",
    title: text("comesAt"),
    width: "11rem",
    cell: ({ effectiveAt }) => formatInstant(effectiveAt),
    csv: ({ effectiveAt }) => effectiveAt,
  }, {
    key: "name",
    title: text("name"),
    width: "minmax(10rem, 3fr)",
    cell: ({ name }) => <span class="goods-name">{name}</span>,
    csv: ({ name }) => name,
  }, {
    key: "code",
    title: text("code"),
    width: "minmax(5rem, 9rem)",
    phone: false,
    cell: ({ product }) => <span class="mono">{product}</span>,
    csv: ({ product }) => product,
  }, {
    key: "price",
    title: text("newPrice"),
    width: "8rem",
    align: "end",
    cell: ({ price }) => formatAmount(price),
    csv: ({ price }) => price.amount,
  }, {
    key: "known",
    title: text("whoKnows"),
    width: "11rem",
    phone: false,
    cell: (row) => <HolderCount peers={peers} place={placeOf(row)} />,
  }];
  return (
    <>
      <div class="filters goods-filters">
        <ScopeField />
      </div>
      <List<PriceChange>
        label={text("pricesLater")}
        path="/v1/price-changes"
        query={{ scope }}
        views={["products"]}
        columns={columns}
        rowKey={({ fact, product }) => `${fact} ${product}`}
        onOpen={(row) => open.value = row}
        exportAs="precios-programados"
        empty={<Empty icon="clock" title={text("nothingToCome")} />}
      />
      {open.value === undefined ? null : (
        <Dialog
          side
          title={text("priceOf", { name: open.value.name })}
          onClose={() => open.value = undefined}
        >
          <ChangeDetails
            row={open.value}
            onDone={() => open.value = undefined}
          />
        </Dialog>
      )}
    </>
  );
}

function ChangeDetails(
  { row, onDone }: { readonly row: PriceChange; readonly onDone: () => void },
): VNode {
  const { name, price, effectiveAt, fact } = row;
  return (
    <>
      <Facts
        rows={[
          factRow(text("newPrice"), <strong>{formatAmount(price)}</strong>),
          factRow(text("comesAt"), formatInstant(effectiveAt)),
          factRow(text("name"), name),
          ...(may("supervisor")
            ? [
              factRow(
                text("fact"),
                <a href={`/journal?fact=${fact}`}>{text("inJournal")}</a>,
              ),
            ]
            : []),
        ]}
      />
      <HolderList place={placeOf(row)} />
      {may("supervisor")
        ? <TakeBack row={row} onDone={onDone} />
        : <p class="muted">{text("supervisorChanges")}</p>}
    </>
  );
}

/** Facts are never taken back: the price in force is set again, which replaces what was to come. */
function TakeBack(
  { row, onDone }: { readonly row: PriceChange; readonly onDone: () => void },
): VNode {
  const { scope, product, name } = row;
  const action = useAction();
  const intent = useIntent();

  async function takeBack(): Promise<void> {
    const sure = await confirmed(text("takeBackAsk", { name }), {
      detail: text("takeBackDetail"),
      action: text("takeBack"),
      danger: true,
    });
    if (!sure) return;
    const done = await action.run(async () => {
      const now = await read<Product>(productPath(scope, product));
      if (!now.ok) return now;
      if (now.value.price === null) {
        return {
          ok: false as const,
          problem: {
            status: 422,
            code: "price_unknown",
            title: text("nothingToKeep"),
            detail: "",
          },
        };
      }
      const { amount, currency } = now.value.price;
      return await intent.ask((id) =>
        change("POST", "/v1/prices", {
          ...{ id, scope, product, price: { amount, currency } },
        })
      );
    }, text("takenBack", { name }));
    if (done !== undefined) onDone();
  }

  return (
    <>
      {action.problem === undefined
        ? null
        : <ProblemPanel problem={action.problem} />}
      <div class="actions">
        <Button
          kind="danger"
          busy={action.busy}
          onClick={() => void takeBack()}
        >
          {text("takeBack")}
        </Button>
      </div>
    </>
  );
}
