/**
 * A tank drawn as a gauge: how full it should be by the book, and in words beside it.
 *
 * @module
 */
import type { VNode } from "preact";
import type { Tank } from "../wire_types.ts";
import { formatNumber } from "../base/format.ts";
import { formatLiters } from "./quantities.ts";
import { text } from "./texts.ts";

const WIDTH = 72;
const HEIGHT = 132;
/** Below so many hundredths a tank is low. */
const LOW_PERCENT = 15;

/** How full a tank is, in hundredths; undefined where nobody said what fits in. */
export function percentOf({ levelMl, capacityMl }: Tank): number | undefined {
  return capacityMl === null || capacityMl === 0
    ? undefined
    : Math.round(levelMl * 100 / capacityMl);
}

/** How a tank's level is. */
export function levelKind(tank: Tank): "good" | "warn" | "bad" {
  const percent = percentOf(tank);
  if (tank.levelMl < 0 || percent !== undefined && percent > 100) return "bad";
  return percent !== undefined && percent < LOW_PERCENT ? "warn" : "good";
}

/** A tank drawn as a gauge. */
export function TankGauge({ tank }: { readonly tank: Tank }): VNode {
  const percent = percentOf(tank);
  const kind = levelKind(tank);
  const filled = Math.min(100, Math.max(0, percent ?? 0)) * HEIGHT / 100;
  return (
    <figure class={`tank-gauge ${kind}`}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={percent === undefined
          ? text("gaugeUnknown", { level: formatLiters(tank.levelMl, 0) })
          : text("gaugeLabel", {
            percent,
            level: formatLiters(tank.levelMl, 0),
          })}
      >
        <rect class="tank-shell" width={WIDTH} height={HEIGHT} rx="10" />
        <rect
          class="tank-level"
          y={HEIGHT - filled}
          width={WIDTH}
          height={filled}
        />
        {[25, 50, 75].map((mark) => (
          <line
            key={mark}
            class="tank-mark"
            x1="0"
            x2="14"
            y1={HEIGHT - mark * HEIGHT / 100}
            y2={HEIGHT - mark * HEIGHT / 100}
          />
        ))}
        <rect class="tank-rim" width={WIDTH} height={HEIGHT} rx="10" />
      </svg>
      <figcaption>
        <strong>
          {percent === undefined ? "–" : `${formatNumber(percent)} %`}
        </strong>
        <span>{levelWord(tank)}</span>
      </figcaption>
    </figure>
  );
}

function levelWord(tank: Tank): string {
  const percent = percentOf(tank);
  if (tank.levelMl < 0) return text("levelBelowZero");
  if (percent === undefined) return text("capacityUnknown");
  if (percent > 100) return text("levelTooHigh");
  return percent < LOW_PERCENT ? text("levelLow") : text("levelGood");
}
