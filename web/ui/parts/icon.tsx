/**
 * Icons as strokes of a 24 by 24 grid, drawn for these pages.
 *
 * @module
 */
import type { VNode } from "preact";

const PATHS = {
  home: "M4 11 12 4l8 7v9h-5v-6H9v6H4z",
  till: "M4 10h16v10H4zM7 10V4h10v6M8 14h2m2 0h2m2 0h0M8 17h2m2 0h4",
  goods: "M4 8l8-4 8 4v9l-8 4-8-4zM4 8l8 4 8-4M12 12v9",
  fuel:
    "M5 20V5a1 1 0 0 1 1-1h7a1 1 0 0 1 1 1v15M4 20h11M8 8h3M14 11h2a2 2 0 0 1 2 2v3a1.500 1.500 0 0 0 3 0V9l-3-3",
  charging: "M13 3 6 13h5l-1 8 8-11h-5z",
  fleet:
    "M3 6h11v10H3zM14 10h4l3 3v3h-7zM7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4M17 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4",
  reports: "M4 20V4M4 20h16M8 16v-4m4 4V8m4 8v-6",
  mesh:
    "M12 3l4 2.300v4.600L12 12.300 8 9.900V5.300zM7 12l4 2.300v4.600L7 21l-4-2.100v-4.600zM17 12l4 2.300v4.600L17 21l-4-2.100v-4.600z",
  people:
    "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7M3 20a6 6 0 0 1 12 0M16 11a3 3 0 1 0-1-5.800M17 14a5 5 0 0 1 4 5",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6 6 18",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14M16 16l5 5",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
  download: "M12 4v11m-5-5 5 5 5-5M5 20h14",
  refresh: "M19 8a8 8 0 1 0 1 6M20 4v5h-5",
  warn: "M12 4 2.500 20h19zM12 10v5M12 17.500v.5",
  check: "M5 13l4 4L19 7",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 11v5M12 7.500v.5",
  stop: "M6 6h12v12H6z",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  link:
    "M9 15l6-6M8 11l-2 2a3.500 3.500 0 0 0 5 5l2-2M16 13l2-2a3.500 3.500 0 0 0-5-5l-2 2",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5l3 3",
  settings: "M4 7h9M17 7h3M4 12h3M11 12h9M4 17h9M17 17h3M15 5v4M9 10v4M15 15v4",
  right: "M9 5l7 7-7 7",
  left: "M15 5l-7 7 7 7",
} as const;

/** An icon's name. */
export type IconName = keyof typeof PATHS;

/**
 * An icon. It says nothing to screen readers: what it stands on must have a text.
 *
 * @param props Which one.
 * @returns A drawing of the text's size and color.
 */
export function Icon({ name }: { readonly name: IconName }): VNode {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
