/**
 * One company: its money, its cards, what was spent, and what a person has not read of it yet.
 *
 * @module
 */
import type { VNode } from "preact";
import { formatAmount, formatNumber } from "../base/format.ts";
import { query } from "../base/location.ts";
import { useResource } from "../base/resource.ts";
import { Badge, Figure, Figures, Page, Tabs } from "../parts/page.tsx";
import { Empty, Freshness, Loaded } from "../parts/states.tsx";
import type { Company } from "../wire_types.ts";
import { numberOf } from "./amount_text.ts";
import { CardsView } from "./cards_view.tsx";
import { CompanyActions } from "./company_actions.tsx";
import { ExpensesView } from "./expenses_view.tsx";
import { type CompanyFeed, useFeed } from "./feed.ts";
import { FeedView } from "./feed_view.tsx";
import { HoldersView } from "./holders_view.tsx";
import { companyPage, companyPath } from "./paths.ts";
import { SettlementsView } from "./settlements_view.tsx";
import { StatementView } from "./statement_view.tsx";
import { text } from "./texts.ts";

/** Rights move without a change of any view; figures of them are read again after so many milliseconds. */
const AGAIN_MS = 5_000;
const TABS = [
  "cards",
  "expenses",
  "statement",
  "settlements",
  "rights",
  "feed",
] as const;

/** The page of the company that the address names. */
export function CompanyPage(): VNode {
  const company = numberOf(query.value.get("company") ?? "");
  if (company === undefined) {
    return (
      <Page title={text("company")}>
        <Empty title={text("whichCompany")} icon="fleet">
          <a class="button" href="/fleet?tab=companies">{text("companies")}</a>
        </Empty>
      </Page>
    );
  }
  return <KnownCompany key={company} number={company} />;
}

function KnownCompany({ number }: { readonly number: string }): VNode {
  const company = useResource<Company>(companyPath(number), {
    views: ["fleet_companies", "fleet_expenses", "fleet_cards"],
    everyMs: AGAIN_MS,
  });
  const feed = useFeed(number);
  const { value } = company;
  const title = value === undefined || value.name === ""
    ? text("companyIs", { number })
    : value.name;
  return (
    <Page
      title={title}
      note={<Note number={number} asOf={company.asOf} />}
      actions={value === undefined
        ? null
        : <CompanyActions company={value} onDone={company.reload} />}
    >
      <Loaded resource={company}>
        {(known) => (
          <>
            <div class="fleet-screen">
              <CompanyFigures company={known} />
              <CompanyTabs feed={feed} />
            </div>
            <Shown company={known} feed={feed} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Note(
  { number, asOf }: {
    readonly number: string;
    readonly asOf: number | undefined;
  },
): VNode {
  return (
    <>
      <p class="muted">
        <a href="/fleet?tab=companies">{text("companies")}</a> ·{" "}
        {text("companyIs", { number })}
      </p>
      <Freshness asOf={asOf} />
    </>
  );
}

function CompanyFigures({ company }: { readonly company: Company }): VNode {
  const { floor, floorOpen, cards, expenses } = company;
  const open = /[1-9]/.test(floorOpen.amount);
  return (
    <Figures>
      <Figure
        label={text("balance")}
        value={formatAmount(company.balance)}
        note={text("balanceHelp")}
        kind={company.balance.amount.startsWith("-") ? "bad" : "good"}
      />
      <Figure
        label={text("spent")}
        value={formatAmount(company.spent)}
        note={text("expensesCount", { count: formatNumber(expenses) })}
        href={tabLink(company, "expenses")}
      />
      <Figure
        label={text("cards")}
        value={formatNumber(cards)}
        href={tabLink(company, "cards")}
      />
      <Figure
        label={text("floor")}
        value={formatAmount(floor)}
        note={open
          ? (
            <Badge kind="warn">
              {text("floorOpenIs", { amount: formatAmount(floorOpen) })}
            </Badge>
          )
          : text("floorHelp")}
        {...(open ? { kind: "warn" as const } : {})}
      />
      <Figure
        label={text("rightsHere")}
        value={formatAmount(company.free)}
        note={text("inTransitIs", { amount: formatAmount(company.inTransit) })}
        href={tabLink(company, "rights")}
      />
    </Figures>
  );
}

function tabLink({ company }: Company, tab: typeof TABS[number]): string {
  return `${companyPage(company)}&tab=${tab}`;
}

function chosenTab(): typeof TABS[number] {
  const asked = query.value.get("tab");
  return TABS.find((tab) => tab === asked) ?? "cards";
}

function CompanyTabs({ feed }: { readonly feed: CompanyFeed }): VNode {
  return (
    <Tabs
      label={text("company")}
      chosen={chosenTab()}
      tabs={TABS.map((key) => ({
        key,
        title: key === "feed" && feed.unread > 0
          ? text("tab_feedUnread", { count: unreadText(feed) })
          : text(`tab_${key}`),
      }))}
    />
  );
}

/** How many items were not read, as far as they were counted. */
function unreadText({ unread, uncounted }: CompanyFeed): string {
  return uncounted ? `${formatNumber(unread)}+` : formatNumber(unread);
}

function Shown(
  { company, feed }: { readonly company: Company; readonly feed: CompanyFeed },
): VNode {
  switch (chosenTab()) {
    case "cards":
      return <CardsView company={company} />;
    case "expenses":
      return <ExpensesView company={company.company} />;
    case "statement":
      return <StatementView company={company} />;
    case "settlements":
      return <SettlementsView company={company} />;
    case "rights":
      return <HoldersView company={company} />;
    case "feed":
      return <FeedView feed={feed} />;
  }
}
