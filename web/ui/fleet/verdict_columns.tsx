/**
 * What the lists of verdicts show of each.
 *
 * @module
 */
import { formatAmount, formatDate } from "../base/format.ts";
import type { Column } from "../parts/column.ts";
import { Badge } from "../parts/page.tsx";
import { When } from "../parts/when.tsx";
import type {
  CardResult,
  ForwardedPurchase,
  Money,
  OwedVerdict,
  UnconfirmedVerdict,
} from "../wire_types.ts";
import { text } from "./texts.ts";

/** What a purchase of any of these lists has. */
interface Told {
  readonly at: string;
  readonly company: string;
  readonly card: string;
  readonly purchase: string;
}

/** A purchase that an original station made. */
interface Original extends Told {
  readonly amount: Money;
  readonly date: string;
  readonly pumpAddress: string;
  readonly station: string;
}

function when<T>(of: (row: T) => Told): readonly Column<T>[] {
  return [
    {
      key: "at",
      title: text("when"),
      width: "minmax(6rem, 1fr)",
      cell: (row) => <When at={of(row).at} />,
      csv: (row) => of(row).at,
    },
    {
      key: "company",
      title: text("company"),
      width: "minmax(4rem, 0.6fr)",
      cell: (row) => of(row).company,
      csv: (row) => of(row).company,
      phone: false,
    },
    {
      key: "card",
      title: text("card"),
      width: "minmax(4rem, 0.6fr)",
      cell: (row) => of(row).card,
      csv: (row) => of(row).card,
    },
  ];
}

function purchase<T>(of: (row: T) => Told): Column<T> {
  return {
    key: "purchase",
    title: text("purchaseId"),
    width: "minmax(8rem, 1fr)",
    cell: (row) => <span class="mono">{of(row).purchase}</span>,
    csv: (row) => of(row).purchase,
    phone: false,
  };
}

function money<T>(of: (row: T) => Pick<Original, "amount">): Column<T> {
  return {
    key: "amount",
    title: text("amount"),
    align: "end",
    cell: (row) => formatAmount(of(row).amount),
    csv: (row) => of(row).amount.amount,
  };
}

function original<T>(of: (row: T) => Original): readonly Column<T>[] {
  return [
    ...when(of),
    money(of),
    {
      key: "date",
      title: text("dayUtc"),
      cell: (row) => formatDate(of(row).date),
      csv: (row) => of(row).date,
      phone: false,
    },
    {
      key: "station",
      title: text("originalStation"),
      width: "minmax(9rem, 1fr)",
      cell: (row) => `${of(row).station} · ${of(row).pumpAddress}`,
      csv: (row) => of(row).pumpAddress,
      phone: false,
    },
    purchase(of),
  ];
}

/** Columns of verdicts that a station keeps for cards. */
export function resultColumns(): readonly Column<CardResult>[] {
  const of = (row: CardResult) => row;
  return [
    ...when(of),
    {
      key: "success",
      title: text("verdict"),
      cell: ({ success }) => (
        <Badge kind={success ? "good" : "bad"}>
          {text(success ? "charged" : "refused")}
        </Badge>
      ),
      csv: ({ success }) => success ? "accepted" : "refused",
      phone: false,
    },
    {
      key: "state",
      title: text("state"),
      cell: ({ state }) => (
        <Badge kind={state === "delivered" ? "good" : "warn"}>
          {text(`state_${state}`)}
        </Badge>
      ),
      csv: ({ state }) => state,
    },
    {
      key: "site",
      title: text("keptAt"),
      cell: ({ site }) => site,
      csv: ({ site }) => site,
      phone: false,
    },
    purchase(of),
  ];
}

/** Columns of verdicts that no original regional office has confirmed. */
export function unconfirmedColumns(): readonly Column<UnconfirmedVerdict>[] {
  return original(({ expense: { id, ...expense }, route }) => ({
    ...expense,
    ...route,
    purchase: id,
  }));
}

const KINDS = {
  queued: "info",
  sent: "info",
  unknown: "bad",
  accepted: "good",
  refused: "plain",
  dropped: "warn",
  review: "warn",
} as const;

/** Columns of purchases that an original program decides. */
export function forwardedColumns(): readonly Column<ForwardedPurchase>[] {
  return [
    ...original<ForwardedPurchase>((row) => row),
    {
      key: "state",
      title: text("state"),
      width: "minmax(8rem, 1fr)",
      cell: ({ state }) => (
        <Badge kind={KINDS[state]}>{text(`state_${state}`)}</Badge>
      ),
      csv: ({ state }) => state,
    },
  ];
}

/** Columns of verdicts that this node owes original stations. */
export function owedColumns(): readonly Column<OwedVerdict>[] {
  return [
    ...original<OwedVerdict>((row) => row),
    {
      key: "state",
      title: text("state"),
      width: "minmax(8rem, 1fr)",
      cell: ({ state }) => (
        <Badge kind={state === "accepted" ? "warn" : "plain"}>
          {text(`owed_${state}`)}
        </Badge>
      ),
      csv: ({ state }) => state,
    },
  ];
}
