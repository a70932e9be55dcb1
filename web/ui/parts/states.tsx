/**
 * What a view shows when there is nothing to show: it loads, it is empty, or it failed. And how sure is what it shows.
 *
 * @module
 */
import type { ComponentChildren, VNode } from "preact";
import type { Peer } from "../wire_types.ts";
import type { Problem, WirePage } from "../base/http.ts";
import { formatTime } from "../base/format.ts";
import type { Resource } from "../base/resource.ts";
import { useResource } from "../base/resource.ts";
import { Button } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { problemText } from "./problem_text.ts";
import { text } from "./texts.ts";

/**
 * A refusal or a fault, in words.
 *
 * @param props The problem, and how to try again.
 * @returns A panel that is read out.
 */
export function ProblemPanel(
  { problem, onRetry }: {
    readonly problem: Problem;
    readonly onRetry?: () => void;
  },
): VNode {
  const { title, detail } = problemText(problem);
  return (
    <div class="panel bad" role="alert">
      <Icon name="warn" />
      <div>
        <strong>{title}</strong>
        {detail === "" ? null : <p>{detail}</p>}
      </div>
      {onRetry === undefined
        ? null
        : <Button onClick={onRetry}>{text("retry")}</Button>}
    </div>
  );
}

/**
 * A notice within a page.
 *
 * @param props What it says, and how much it matters.
 * @returns A panel.
 */
export function Panel(
  { kind = "info", children }: {
    readonly kind?: "info" | "good" | "warn" | "bad";
    readonly children: ComponentChildren;
  },
): VNode {
  const icons = {
    info: "info",
    good: "check",
    warn: "warn",
    bad: "warn",
  } as const;
  return (
    <div class={`panel ${kind}`}>
      <Icon name={icons[kind]} />
      <div>{children}</div>
    </div>
  );
}

/**
 * Says that there is nothing, and what to do about it.
 *
 * @param props Texts, and an action.
 * @returns A quiet text.
 */
export function Empty(
  { title, children, icon = "info" }: {
    readonly title?: string;
    readonly children?: ComponentChildren;
    readonly icon?: IconName;
  },
): VNode {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p>{title ?? text("empty")}</p>
      {children}
    </div>
  );
}

/**
 * Shows a resource once it is known, and says what is wrong where it is not.
 *
 * @param props The resource, and what is made of its value.
 * @returns The value's view, a placeholder or the problem.
 */
export function Loaded<T>(
  { resource, children }: {
    readonly resource: Resource<T>;
    readonly children: (value: T) => ComponentChildren;
  },
): VNode {
  const { value, problem, reload } = resource;
  return (
    <>
      {problem === undefined
        ? null
        : <ProblemPanel problem={problem} onRetry={reload} />}
      {value === undefined
        ? problem === undefined ? <Loading /> : null
        : children(value)}
    </>
  );
}

/** Says that something is being read. */
export function Loading(): VNode {
  return <p class="loading" role="status">{text("loading")}</p>;
}

/** How many peers have all that this node wrote, as the node knows it now. */
export interface Confirmation {
  readonly known: number;
  readonly all: number;
}

/**
 * How many other peers have all that this node wrote.
 *
 * @param peers The node's list of peers.
 * @returns The count; those that keep nothing of it are in step as well.
 */
export function confirmation(peers: readonly Peer[]): Confirmation {
  const others = peers.filter(({ self }) => !self);
  const known = others.filter(({ lastSeen, lag }) =>
    lastSeen !== null && lag.every(({ commits }) => commits >= 0)
  );
  return { known: known.length, all: others.length };
}

/**
 * How fresh figures are: when they were read, and how many peers confirmed that they have what this node wrote.
 *
 * @param props When they were read, and whether confirmation matters to them.
 * @returns A short line.
 */
export function Freshness(
  { asOf, peers = true }: {
    readonly asOf: number | undefined;
    readonly peers?: boolean;
  },
): VNode {
  return (
    <p class="freshness">
      <Icon name="clock" />
      <span>{text("asOf", { time: formatTime(asOf) })}</span>
      {peers ? <Confirmed /> : null}
    </p>
  );
}

function Confirmed(): VNode | null {
  const peers = useResource<WirePage<Peer>>("/v1/peers?limit=1000", {
    views: ["peers"],
    everyMs: 5_000,
  });
  if (peers.value === undefined) return null;
  const { known, all } = confirmation(peers.value.items);
  return (
    <span title={text("confirmedHelp")}>
      · {all === 0 ? text("alone") : text("confirmedBy", { known, all })}
    </span>
  );
}
