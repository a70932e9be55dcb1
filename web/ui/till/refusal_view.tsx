/**
 * Why a sale was refused, in the words of a shop: what is there, what is missing, what to do now.
 *
 * @module
 */
import type { VNode } from "preact";
import { type Problem, type WirePage, withQuery } from "../base/http.ts";
import { useResource } from "../base/resource.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Icon } from "../parts/icon.tsx";
import { ProblemPanel } from "../parts/states.tsx";
import type { Rights } from "../wire_types.ts";
import type { Cart, CartLine } from "./cart.ts";
import { cart, changeLine } from "./cart_store.ts";
import { focusScan } from "./finder.ts";
import { openDialog } from "./open_dialog.ts";
import { quantityText } from "./quantity_text.ts";
import { asAnotherSale, refusal } from "./selling.ts";
import { text } from "./texts.ts";

/** What the node says of goods that do not suffice. */
interface Shortage {
  readonly product: string;
  /** What this till may sell now. */
  readonly free: number;
  readonly wanted: number;
  readonly onHand: number;
  readonly bound: string | undefined;
}

/**
 * The goods that a refusal is about.
 *
 * @param problem The refusal.
 * @returns Undefined if it is about something else.
 */
export function shortageOf(
  { code, details = {} }: Problem,
): Shortage | undefined {
  if (code !== "stock_insufficient" && code !== "rights_insufficient") {
    return undefined;
  }
  const number = (name: string) => Number(details[name] ?? 0);
  const onHand = number("onHand");
  return {
    product: String(details["product"] ?? ""),
    free: Math.max(0, code === "stock_insufficient" ? onHand : number("free")),
    wanted: number("wanted"),
    onHand,
    bound: code === "rights_insufficient"
      ? String(details["bound"] ?? "")
      : undefined,
  };
}

/** A refusal as a sentence, for lists of refused sales. */
export function refusalTitle(problem: Problem, { lines }: Cart): string {
  const short = shortageOf(problem);
  const line = lines.find(({ product }) =>
    product === (short?.product ?? problem.details?.["product"])
  );
  const name = line?.name ?? short?.product ?? "";
  if (short !== undefined) {
    return text(short.bound === undefined ? "stockShort" : "rightsShort", {
      name,
      free: quantityText(short.free, line?.unit),
      wanted: quantityText(short.wanted, line?.unit),
    });
  }
  switch (problem.code) {
    case "payment_invalid":
      return text("priceChanged");
    case "price_unknown":
      return text("priceUnknown", { name });
    case "product_unknown":
      return text("productGone", { name });
    case "id_reused":
      return text("idReused");
    case "discount_invalid":
      return text("discountTooMuch");
    case "approval_failed":
      return text("approvalFailed");
    case "forbidden":
      return text("notAllowed");
    default:
      return "";
  }
}

/** Why the cart was refused, above its lines. */
export function Refusal(): VNode | null {
  const problem = refusal.value;
  if (problem === undefined) return null;
  const title = refusalTitle(problem, cart.value);
  if (title === "") return <ProblemPanel problem={problem} />;
  return (
    <div class="panel bad till-refusal" role="alert">
      <Icon name="warn" />
      <div>
        <strong>{title}</strong>
        <Help problem={problem} />
      </div>
      <Button
        kind="quiet"
        icon="close"
        label={text("closeRefusal")}
        onClick={() => {
          refusal.value = undefined;
          focusScan();
        }}
      />
    </div>
  );
}

function Help({ problem }: { readonly problem: Problem }): VNode {
  const short = shortageOf(problem);
  if (short !== undefined) return <ShortageHelp short={short} />;
  switch (problem.code) {
    case "payment_invalid":
      return <p>{text("priceChangedHelp")}</p>;
    case "id_reused":
      return <ReusedHelp />;
    case "approval_failed":
      return <p>{text("approvalFailedHelp")}</p>;
    case "forbidden":
      return <p>{text("supervisorFirst")}</p>;
    default:
      return <p>{text("removeOrAsk")}</p>;
  }
}

function ReusedHelp(): VNode {
  const { id } = cart.value;
  return (
    <>
      <p>{text("idReusedHelp")}</p>
      <div class="actions">
        <Button
          onClick={() =>
            openDialog.value = { kind: "receipt", sale: id, received: null }}
        >
          {text("seeRecorded")}
        </Button>
        <Button onClick={asAnotherSale}>{text("otherSale")}</Button>
      </div>
    </>
  );
}

function ShortageHelp({ short }: { readonly short: Shortage }): VNode {
  const lines = cart.value.lines.filter((one) => one.product === short.product);
  const [line] = lines;
  const amount = (count: number) => quantityText(count, line?.unit);
  const elsewhere = Math.max(0, short.onHand - short.free);
  return (
    <>
      {short.bound === undefined ? <p>{text("stockShortHelp")}</p> : (
        <>
          <p>
            {elsewhere > 0
              ? text("rightsElsewhere", { count: amount(elsewhere) })
              : text("rightsNone")}
          </p>
          <p>{text("rightsHelp")}</p>
          {may("supervisor")
            ? <Holders bound={short.bound} line={line} />
            : null}
        </>
      )}
      <div class="actions">
        {lines.length === 1 && line !== undefined && short.free > 0
          ? (
            <Button onClick={() => settleFor(line, short.free)}>
              {text("sellOnly", { count: amount(short.free) })}
            </Button>
          )
          : null}
        {line === undefined ? null : (
          <Button
            onClick={() => {
              for (const { key } of lines) changeLine(key, { quantity: 0 });
              refusal.value = undefined;
              focusScan();
            }}
          >
            {text("removeLine", { name: line.name })}
          </Button>
        )}
        <Button onClick={() => openDialog.value = { kind: "pay" }}>
          {text("tryAgain")}
        </Button>
      </div>
    </>
  );
}

function settleFor(line: CartLine, quantity: number): void {
  changeLine(line.key, { quantity });
  refusal.value = undefined;
  focusScan();
}

/** Which tills may sell how much of it; only a supervisor may read that. */
function Holders(
  { bound, line }: {
    readonly bound: string;
    readonly line: CartLine | undefined;
  },
): VNode | null {
  const rights = useResource<WirePage<Rights>>(
    withQuery("/v1/rights", { bound, limit: 100 }),
  );
  const holders = (rights.value?.items ?? []).filter(({ free }) => free > 0);
  if (holders.length === 0) return null;
  return (
    <ul class="till-holders">
      {holders.map(({ log, own, free }) => (
        <li key={log}>
          {own ? text("thisTill") : text("otherTill", { log: log.slice(0, 8) })}
          : {quantityText(free, line?.unit)}
        </li>
      ))}
    </ul>
  );
}
