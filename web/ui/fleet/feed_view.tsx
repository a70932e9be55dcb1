/**
 * Notifications of a company: what happened since a person last said that it has read them, and before.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { formatAmount, formatNumber } from "../base/format.ts";
import { Button } from "../parts/button.tsx";
import type { Column } from "../parts/column.ts";
import { useAction } from "../parts/form.tsx";
import { Badge } from "../parts/page.tsx";
import { Empty, Loading, ProblemPanel } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { When } from "../parts/when.tsx";
import type { FeedItem } from "../wire_types.ts";
import type { CompanyFeed } from "./feed.ts";
import { factPage } from "./paths.ts";
import { text } from "./texts.ts";

const KINDS = {
  expense: "good",
  refusal: "bad",
  deposit: "info",
  card: "info",
  limit: "info",
  settlement: "info",
} as const;

/** A company's notifications. */
export function FeedView({ feed }: { readonly feed: CompanyFeed }): VNode {
  const action = useAction();
  const newest = feed.items[0]?.number;
  const unread = formatNumber(feed.unread);
  return (
    <section aria-label={text("tab_feed")}>
      <div class="fleet-bar fleet-feed-bar">
        <p role="status">
          <strong>
            {feed.unread === 0 ? text("allRead") : text("unreadIs", {
              count: feed.uncounted ? `${unread}+` : unread,
            })}
          </strong>{" "}
          <span class="muted">{text(`feed_${feed.link}`)}</span>
        </p>
        <Button
          icon="check"
          busy={action.busy}
          disabled={feed.unread === 0 || newest === undefined}
          onClick={() =>
            void action.run(
              () => feed.acknowledge(newest ?? 0),
              text("readDone"),
            )}
        >
          {text("readAll")}
        </Button>
      </div>
      {action.problem === undefined
        ? null
        : <ProblemPanel problem={action.problem} />}
      {feed.problem === undefined
        ? null
        : <ProblemPanel problem={feed.problem} />}
      {feed.known || feed.problem !== undefined ? null : <Loading />}
      {feed.known ? <Items feed={feed} /> : null}
    </section>
  );
}

function Items({ feed }: { readonly feed: CompanyFeed }): VNode {
  const reading = useSignal(false);
  return (
    <>
      <Table
        label={text("tab_feed")}
        rows={feed.items}
        rowKey={({ number }) => String(number)}
        rowClass={(row) => feed.isNew(row) ? "fleet-new" : ""}
        empty={<Empty title={text("noFeed")} icon="check" />}
        columns={columns(feed)}
      />
      {feed.more
        ? (
          <div class="actions fleet-more">
            <Button
              busy={reading.value}
              onClick={async () => {
                reading.value = true;
                await feed.earlier();
                reading.value = false;
              }}
            >
              {text("earlier")}
            </Button>
          </div>
        )
        : null}
    </>
  );
}

/** A dot that is read out as a word: a phone has no room for the word itself. */
function NewMark(): VNode {
  return (
    <strong class="fleet-mark">
      <span aria-hidden="true">●</span>
      <span class="unseen">{text("new")}</span>
    </strong>
  );
}

function columns(feed: CompanyFeed): readonly Column<FeedItem>[] {
  return [
    {
      key: "kind",
      title: text("what"),
      width: "minmax(9rem, 1.2fr)",
      cell: (row) => (
        <>
          {feed.isNew(row) ? <NewMark /> : null}
          <Badge kind={KINDS[row.kind]}>{text(`feed_${row.kind}`)}</Badge>
        </>
      ),
    },
    {
      key: "card",
      title: text("card"),
      cell: ({ card }) => card ?? "–",
      width: "minmax(4rem, 0.6fr)",
    },
    {
      key: "amount",
      title: text("amount"),
      align: "end",
      cell: ({ amount }) => formatAmount(amount),
    },
    {
      key: "at",
      title: text("when"),
      width: "minmax(6rem, 1fr)",
      cell: ({ at }) => <When at={at} />,
      phone: false,
    },
    {
      key: "fact",
      title: text("fact"),
      cell: ({ fact }) => <a href={factPage(fact)}>{text("showFact")}</a>,
      phone: false,
    },
  ];
}
