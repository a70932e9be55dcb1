/**
 * Charts over days: the one place that knows the chart library.
 *
 * @module
 */
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { formatNumber, locale } from "../base/format.ts";
import { language } from "../base/i18n.ts";
import { theme } from "../shell/theme.ts";

/** A chart. */
export interface ChartProps {
  /** What it shows, for those who do not see it. */
  readonly label: string;
  /** What a bar stands for. */
  readonly name: string;
  /** One after the other, `YYYY-MM-DD`. */
  readonly dates: readonly string[];
  /** As high as a bar; the tables have the exact values. */
  readonly values: readonly number[];
}

const HEIGHT = 240;
const BAR_SHARE = 0.7;
const BAR_MAX = 60;

/** A color as the theme has it: a canvas knows neither variables nor themes. */
function color(name: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

/** Bars over days. */
export function DayChart({ label, name, dates, values }: ChartProps): VNode {
  const box = useRef<HTMLDivElement>(null);
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const key = [dates, values, theme.value, dark, language.value].join();
  useEffect(() => {
    const element = box.current;
    if (element === null || dates.length === 0) return;
    const plot = new uPlot(
      optionsOf(name, element.clientWidth),
      [
        dates.map((date) => Date.parse(`${date}T00:00:00Z`) / 1000),
        [...values],
      ],
      element,
    );
    const watch = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: HEIGHT })
    );
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [key]);
  return <div ref={box} class="report-chart" role="img" aria-label={label} />;
}

function optionsOf(name: string, width: number): uPlot.Options {
  const bars = uPlot.paths.bars?.({ size: [BAR_SHARE, BAR_MAX] });
  const axis = {
    stroke: color("--muted"),
    grid: { stroke: color("--line"), width: 1 },
    ticks: { stroke: color("--line"), width: 1 },
  };
  const day = new Intl.DateTimeFormat(locale(), {
    day: "numeric",
    month: "short",
    timeZone: "UTC",
  });
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
    scales: {
      y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] },
    },
    axes: [
      {
        ...axis,
        values: (_plot, seconds) =>
          seconds.map((second) => day.format(new Date(second * 1000))),
        incrs: [1, 2, 7, 14, 30].map((days) => days * 86_400),
      },
      {
        ...axis,
        size: 70,
        values: (_plot, ticks) => ticks.map((tick) => formatNumber(tick)),
      },
    ],
    series: [{}, {
      label: name,
      fill: color("--accent"),
      stroke: color("--accent"),
      points: { show: false },
      ...(bars === undefined ? {} : { paths: bars }),
    }],
  };
}
