/**
 * Which pumps have taken the prices that hold: a pump takes them while it is free, a running delivery keeps its price.
 *
 * @module
 */
import type { VNode } from "preact";
import type { FuelPrices, Pump } from "../wire_types.ts";
import { Badge } from "../parts/page.tsx";
import { Empty, ProblemPanel } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { When } from "../parts/when.tsx";
import { isConnected, usePumpWall } from "./pump_wall.ts";
import { amountOf, currencyOf, formatUnits } from "./quantities.ts";
import { text } from "./texts.ts";

type Taking = "taken" | "waits" | "offline" | "never";

/** How far a pump is with the prices that hold. */
export function takingOf(pump: Pump, prices: FuelPrices): Taking {
  const { prices: taken } = pump;
  if (taken === null) return isConnected(pump) ? "waits" : "never";
  const currency = currencyOf(prices);
  const equal = currency !== undefined && prices.prices
    .filter(({ fuel }) => pump.fuels.includes(fuel))
    .every(({ fuel, price }) => {
      const own = taken.prices.find((one) => one.fuel === fuel);
      return own !== undefined &&
        amountOf(own.price, currency).amount === price.amount;
    });
  if (equal) return "taken";
  return isConnected(pump) ? "waits" : "offline";
}

const KINDS = {
  taken: "good",
  waits: "info",
  offline: "warn",
  never: "warn",
} as const;

/** Which pumps have taken the prices that hold. */
export function PriceAcknowledgements(
  { site, prices }: {
    readonly site: string;
    readonly prices: FuelPrices | undefined;
  },
): VNode {
  const wall = usePumpWall(site);
  const currency = currencyOf(prices);
  const pumps = wall.cells.value.map(({ pump }) => pump.value);
  const problem = wall.problem.value;
  const taken = prices === undefined
    ? 0
    : pumps.filter((pump) => takingOf(pump, prices) === "taken").length;
  return (
    <>
      {problem === undefined ? null : <ProblemPanel problem={problem} />}
      <p class="hint">
        {text("acknowledgedHelp", { taken, all: pumps.length })}
      </p>
      <Table
        label={text("acknowledged")}
        rows={prices === undefined ? [] : pumps}
        rowKey={({ pump }) => String(pump)}
        empty={<Empty title={text("noPumps")} icon="fuel" />}
        columns={[
          {
            key: "pump",
            title: text("pump"),
            cell: ({ pump, name }) => `${pump} · ${name}`,
          },
          {
            key: "state",
            title: text("state"),
            cell: (pump) => {
              if (prices === undefined) return null;
              const taking = takingOf(pump, prices);
              return (
                <Badge kind={KINDS[taking]}>{text(`taking_${taking}`)}</Badge>
              );
            },
          },
          {
            key: "prices",
            title: text("pricesTaken"),
            cell: (pump) =>
              pump.prices === null ? "–" : pump.prices.prices.map((
                { fuel, price },
              ) => `${fuel} ${formatUnits(price, currency)}`).join(" · "),
            width: "minmax(12rem, 2fr)",
            phone: false,
          },
          {
            key: "at",
            title: text("when"),
            cell: (pump) => <When at={pump.prices?.at} />,
            width: "minmax(6rem, 1fr)",
            phone: false,
          },
        ]}
      />
    </>
  );
}
