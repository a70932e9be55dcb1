/**
 * Sale notices of original branches at an office: those that count, and those in quarantine until their product is
 * known.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Notice, Product } from "../wire_types.ts";
import { formatAmount, formatInstant, formatNumber } from "../base/format.ts";
import { change, type WirePage } from "../base/http.ts";
import { query, setQuery } from "../base/location.ts";
import { useResource } from "../base/resource.ts";
import { may } from "../base/session.ts";
import type { Column } from "../parts/column.ts";
import { Dialog } from "../parts/dialog.tsx";
import { SelectField, TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { List } from "../parts/list.tsx";
import { Badge, Facts, Section } from "../parts/page.tsx";
import { Empty, Panel } from "../parts/states.tsx";
import { text } from "./texts.ts";

/** Notices, and what is done about those in quarantine. */
export function NoticesView(): VNode {
  const quarantined = query.value.get("show") === "quarantine";
  const open = useSignal<Notice | undefined>(undefined);
  const round = useSignal(0);
  const waiting = useResource<WirePage<Notice>>(
    "/v1/notices?quarantined=true&limit=1",
    { views: ["notices", "products"], everyMs: 10_000 },
  );
  const count = waiting.value?.total ?? 0;
  return (
    <Section title={text("tab_notices")}>
      {count === 0 ? null : (
        <Panel kind="warn">
          {text("quarantineCount", { count: formatNumber(count) })}
        </Panel>
      )}
      <div class="filters">
        <SelectField
          label={text("show")}
          value={quarantined ? "quarantine" : ""}
          choices={[
            { value: "", label: text("counted") },
            { value: "quarantine", label: text("inQuarantine") },
          ]}
          onInput={(value) => setQuery({ show: value })}
        />
      </div>
      <List<Notice>
        key={`${quarantined} ${round.value}`}
        label={text("tab_notices")}
        path="/v1/notices"
        query={{ order: "desc", ...(quarantined ? { quarantined: true } : {}) }}
        views={["notices"]}
        columns={columns()}
        rowKey={({ id }) => id}
        onOpen={(notice) => open.value = notice}
        empty={
          <Empty title={text(quarantined ? "noQuarantine" : "noNotices")} />
        }
        exportAs="notices"
      />
      {open.value === undefined ? null : (
        <NoticeDialog
          notice={open.value}
          onClose={() => open.value = undefined}
          onDone={() => {
            open.value = undefined;
            round.value += 1;
            waiting.reload();
          }}
        />
      )}
    </Section>
  );
}

function columns(): readonly Column<Notice>[] {
  return [{
    key: "at",
    title: text("when"),
    cell: ({ at }) => formatInstant(at),
    csv: ({ at }) => at,
    width: "minmax(9rem, 1fr)",
    phone: false,
  }, {
    key: "branch",
    title: text("branch"),
    cell: ({ branch }) => branch,
    csv: ({ branch }) => branch,
  }, {
    key: "product",
    title: text("product"),
    cell: ({ product, name }) => name ?? product,
    csv: ({ product }) => product,
    width: "minmax(8rem, 2fr)",
  }, {
    key: "quantity",
    title: text("quantity"),
    cell: ({ quantity }) => formatNumber(quantity),
    csv: ({ quantity }) => String(quantity),
    align: "end",
    width: "5rem",
  }, {
    key: "amount",
    title: text("amount"),
    cell: ({ amount }) => formatAmount(amount),
    csv: ({ amountText }) => amountText,
    align: "end",
  }, {
    key: "state",
    title: text("state"),
    cell: ({ applied }) => (
      <Badge kind={applied ? "good" : "warn"}>
        {text(applied ? "counted" : "inQuarantine")}
      </Badge>
    ),
    csv: ({ applied }) => applied ? "counted" : "quarantine",
    width: "9rem",
    phone: false,
  }];
}

function NoticeDialog(
  { notice, onClose, onDone }: {
    readonly notice: Notice;
    readonly onClose: () => void;
    readonly onDone: () => void;
  },
): VNode {
  return (
    <Dialog title={text("notice")} onClose={onClose} side>
      <Facts
        rows={[
          [text("branch"), notice.branch],
          [text("product"), notice.product],
          [text("name"), notice.name ?? "–"],
          [text("quantity"), formatNumber(notice.quantity)],
          [text("amountSent"), notice.amountText],
          [text("priceThen"), formatAmount(notice.price)],
          [text("saidTime"), notice.timestamp],
          [text("when"), formatInstant(notice.at)],
          [text("source"), text(`source_${notice.source}`)],
          [
            text("factTitle"),
            <a key="fact" class="mono" href={`/journal?fact=${notice.id}`}>
              {notice.id}
            </a>,
          ],
        ]}
      />
      {notice.applied
        ? null
        : may("supervisor")
        ? <ReleaseForm notice={notice} onDone={onDone} />
        : <p class="muted">{text("decideSupervisor")}</p>}
    </Dialog>
  );
}

/** A product that is made known releases every notice that names it. */
function ReleaseForm(
  { notice, onDone }: {
    readonly notice: Notice;
    readonly onDone: () => void;
  },
): VNode {
  const name = useSignal("");
  const price = useSignal("");
  const action = useAction();
  const { product } = notice;
  return (
    <>
      <h3>{text("makeKnown")}</h3>
      <p class="muted">{text("makeKnownHelp", { product })}</p>
      <Form
        submit={text("makeProduct")}
        action={action}
        disabled={name.value.trim() === ""}
        onSubmit={async () => {
          const given = price.value.trim();
          const done = await action.run(() =>
            change<Product>("POST", "/v1/products", {
              ...{ scope: "mesh", product, name: name.value.trim() },
              ...(given === "" ? {} : { price: given }),
            }), text("productMade", { product }));
          if (done !== undefined) {
            onDone();
          }
        }}
      >
        <TextField
          label={text("name")}
          value={name.value}
          maxLength={500}
          onInput={(value) =>
            name.value = value}
        />
        <TextField
          label={text("price")}
          hint={text("priceHint")}
          mode="decimal"
          value={price.value}
          onInput={(value) =>
            price.value = value.replace(",", ".")}
        />
      </Form>
    </>
  );
}
