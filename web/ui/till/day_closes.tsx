/**
 * A day's sums as they are (X), closing it (Z), and what came after the close (supplements).
 *
 * @module
 */
import type { VNode } from "preact";
import { formatDate, formatInstant } from "../base/format.ts";
import { change, type WirePage, withQuery } from "../base/http.ts";
import { query, setQuery } from "../base/location.ts";
import { useResource } from "../base/resource.ts";
import { Button } from "../parts/button.tsx";
import { confirmed } from "../parts/dialog.tsx";
import { SelectField, TextField } from "../parts/field.tsx";
import { useAction } from "../parts/form.tsx";
import { Badge, Section } from "../parts/page.tsx";
import { printReceipt } from "../parts/receipt.tsx";
import { Freshness, Loaded, Panel, ProblemPanel } from "../parts/states.tsx";
import type { SalesClose, SalesReport } from "../wire_types.ts";
import { reportText } from "./report_text.ts";
import { ReportView } from "./report_view.tsx";
import { sellerName, text } from "./sale_texts.ts";

/** Today at this browser, which stands in the shop. */
function today(): string {
  const now = new Date();
  const two = (value: number) => String(value).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${
    two(now.getDate())
  }`;
}

/** X and Z of a day. */
export function DayCloses(): VNode {
  const asked = query.value;
  const date = asked.get("date") ?? today();
  const till = asked.get("of") === "site" ? undefined : "own";
  const day = { date, till };
  const report = useResource<SalesReport>(
    withQuery("/v1/sales-reports", day),
    { views: ["sales", "sales_closes"] },
  );
  const closes = useResource<WirePage<SalesClose>>(
    withQuery("/v1/sales-closes", { ...day, limit: 100 }),
    { views: ["sales_closes"] },
  );
  const items = closes.value?.items ?? [];
  const title = text(till === undefined ? "xOfSite" : "xOfTill", {
    date: formatDate(date),
  });
  return (
    <>
      <div class="filters">
        <TextField
          label={text("date")}
          type="date"
          value={date}
          onInput={(value) => setQuery({ date: value })}
        />
        <SelectField
          label={text("of")}
          value={till ?? "site"}
          choices={[
            { value: "own", label: text("thisTill") },
            { value: "site", label: text("wholeSite") },
          ]}
          onInput={(value) =>
            setQuery({ of: value === "site" ? "site" : undefined })}
        />
      </div>
      <Section
        title={title}
        actions={report.value === undefined ? null : (
          <Button
            icon="print"
            onClick={() => print(title, report.value)}
          >
            {text("printX")}
          </Button>
        )}
      >
        <Freshness asOf={report.asOf} />
        <Loaded resource={report}>
          {(value) => <ReportView report={value} />}
        </Loaded>
      </Section>
      <CloseDay day={day} count={items.length} onClosed={closes.reload} />
      <Loaded resource={closes}>
        {({ items }) =>
          items.map((one) => <CloseView key={one.id} close={one} />)}
      </Loaded>
    </>
  );
}

function print(title: string, report: SalesReport | undefined): void {
  if (report !== undefined) printReceipt(reportText(title, report));
}

function CloseDay(
  { day, count, onClosed }: {
    readonly day: { readonly date: string; readonly till: string | undefined };
    readonly count: number;
    readonly onClosed: () => void;
  },
): VNode {
  const action = useAction();
  const label = text(count === 0 ? "makeZ" : "makeSupplement");
  async function close(): Promise<void> {
    const yes = await confirmed(
      text("zQuestion", { date: formatDate(day.date) }),
      {
        detail: text("zHelp"),
        action: label,
      },
    );
    if (!yes) return;
    const { date, till } = day;
    const done = await action.run(
      () =>
        change<SalesClose>("POST", "/v1/sales-closes", {
          date,
          ...(till === undefined ? {} : { till }),
        }),
      text("zDone"),
    );
    if (done !== undefined) onClosed();
  }
  const { problem } = action;
  return (
    <div class="till-z">
      {problem === undefined
        ? null
        : problem.code === "nothing_to_close"
        ? <Panel>{text("nothingToClose")}</Panel>
        : <ProblemPanel problem={problem} />}
      <Button kind="primary" busy={action.busy} onClick={() => void close()}>
        {label}
      </Button>
    </div>
  );
}

/** A close or a supplement. */
function CloseView({ close }: { readonly close: SalesClose }): VNode {
  const { number, report, matches, unheard } = close;
  const title = number === 0
    ? text("zTitle", { date: formatDate(report.date) })
    : text("supplementTitle", {
      date: formatDate(report.date),
      number,
    });
  return (
    <Section
      title={title}
      actions={
        <Button icon="print" onClick={() => print(title, report)}>
          {text("print")}
        </Button>
      }
    >
      <p class="muted">
        {formatInstant(close.at)} · {sellerName(close.by)} {matches
          ? <Badge kind="good">{text("matches")}</Badge>
          : <Badge kind="bad">{text("matchesNot")}</Badge>}
      </p>
      {matches ? null : <Panel kind="warn">{text("matchesNotHelp")}</Panel>}
      {unheard.length === 0 ? null : (
        <Panel kind="warn">
          {text("unheard", { count: unheard.length })}
        </Panel>
      )}
      <ReportView report={report} />
    </Section>
  );
}
