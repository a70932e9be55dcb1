/**
 * What a point's tile and its panel share: what is noted of it, its connectors, and stopping and resuming it.
 *
 * @module
 */
import type { VNode } from "preact";
import type { ChargingPoint } from "../wire_types.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { useAction } from "../parts/form.tsx";
import { tellProblem } from "../parts/notices.tsx";
import { Badge } from "../parts/page.tsx";
import { stateWord } from "./charging_words.tsx";
import { orderPoint } from "./point_orders.ts";
import { text } from "./texts.ts";

/** What a person should know of a point besides its state. */
export function PointMarks({ point }: { readonly point: ChargingPoint }):
  | VNode
  | null {
  const marks = [
    ...(point.unconfirmed ? [text("unconfirmed")] : []),
    ...point.stops.map((cause) => text(`cause_${cause}`)),
    ...(point.dialect === "unverified" ? [text("dialect_unverified")] : []),
    ...point.connectors.flatMap(({ number, errorCode }) =>
      errorCode === null || errorCode === "NoError"
        ? []
        : [text("connectorError", { number, code: errorCode })]
    ),
  ];
  if (marks.length === 0) return null;
  return (
    <p class="point-marks">
      {marks.map((mark) => <Badge key={mark} kind="warn">{mark}</Badge>)}
    </p>
  );
}

/** Stop or resume a point. */
export function PointControls(
  { point }: { readonly point: ChargingPoint },
): VNode {
  const action = useAction();
  const disabled = !may("supervisor");
  const give = (command: "stop" | "resume") =>
    void action.run(async () => {
      const answer = await orderPoint(point.id, command);
      if (!answer.ok) tellProblem(answer.problem);
      return answer;
    }, text(`${command}Ordered`, { point: point.id }));
  const stopped = point.stops.includes("operator");
  return (
    <div class="point-controls">
      <Button
        kind="danger"
        icon="stop"
        disabled={disabled || stopped}
        busy={action.busy}
        onClick={() => give("stop")}
      >
        {text("stop")}
        <span class="unseen">{point.id}</span>
      </Button>
      <Button
        icon="play"
        disabled={disabled || point.stops.length === 0 && !point.unconfirmed}
        busy={action.busy}
        onClick={() => give("resume")}
      >
        {text("resume")}
        <span class="unseen">{point.id}</span>
      </Button>
    </div>
  );
}

/** A point's connectors, one a line. */
export function Connectors(
  { point }: { readonly point: ChargingPoint },
): VNode {
  return (
    <ul class="point-connectors">
      {point.connectors.map(({ number, state, errorCode, session }) => (
        <li key={number}>
          {text("connector", { number })}: {stateWord(state)}
          {errorCode === null ? "" : ` (${errorCode})`}
          {session === null ? "" : ` · ${session.driver ?? text("nobody")}`}
        </li>
      ))}
    </ul>
  );
}
