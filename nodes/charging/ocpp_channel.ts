/**
 * The way to an OCPP point: what a charging desk says to equipment, as questions of OCPP 1.6.
 *
 * @module
 */
import { err, ok, type Result, transactionNumber } from "../../crdt/mod.ts";
import {
  checkOcppRequest,
  ocppActions,
  type OcppPayload,
} from "../../net/mod.ts";
import type { Refusal } from "../answers.ts";
import type {
  ChannelAnswer,
  ChargingUseCases,
  PointChannel,
  PointId,
  SessionView,
} from "./charging_use_cases.ts";
import type { CallOutcome } from "./ocpp_rpc.ts";
import { tagOfDriver } from "./ocpp_tags.ts";

/** What the way works with. */
export interface OcppChannelParts {
  /** The point. */
  readonly point: PointId;
  /** Reads sessions. */
  readonly charging: Pick<ChargingUseCases, "point" | "session">;
  /** Asks the point. */
  readonly call: (action: string, payload: OcppPayload) => Promise<CallOutcome>;
  /** The point was told of a session, and has said that it will begin. */
  readonly awaitStart: (session: SessionView["id"]) => void;
  /** Closes the connection. */
  readonly close: () => void;
}

/** What is told by other words: sessions and stops have their own. */
const OWN_WORDS: Readonly<Record<string, string>> = {
  RemoteStartTransaction: "ask for a session instead",
  RemoteStopTransaction: "end the session instead",
};

/**
 * Makes the way to a point.
 *
 * @param parts What it works with.
 * @returns The way.
 */
export function createOcppChannel(
  { point, charging, call, awaitStart, close }: OcppChannelParts,
): PointChannel {
  const stopTransaction = async (session: SessionView) =>
    answerOf(
      await call("RemoteStopTransaction", {
        transactionId: session.transaction ?? transactionNumber(session.id),
      }),
    );
  const makeAvailable = async (type: "Operative" | "Inoperative") =>
    answerOf(await call("ChangeAvailability", { connectorId: 0, type }));
  return {
    async authorize({ driver, session, connector }) {
      const answer = answerOf(
        await call("RemoteStartTransaction", {
          connectorId: connector,
          idTag: tagOfDriver(driver),
        }),
      );
      if (answer === "confirmed") awaitStart(session);
      // A charger that says nothing begins nothing: the driver is not told that he may.
      return answer === "silent" ? "failed" : answer;
    },
    async stop() {
      const running = runningAt(charging, point);
      // First this: then no other supply begins behind the last one that is ended.
      const answer = await makeAvailable("Inoperative");
      await Promise.all(running.map(stopTransaction));
      return answer;
    },
    resume: () => makeAvailable("Operative"),
    endSession(id) {
      const session = charging.session(id);
      // A reservation is nothing that the point knows of.
      return session?.status === "charging"
        ? stopTransaction(session)
        : Promise.resolve("confirmed");
    },
    call: (command, args) => callPoint(call, command, args),
    close,
  };
}

function runningAt(
  charging: OcppChannelParts["charging"],
  point: PointId,
): readonly SessionView[] {
  const connectors = charging.point(point)?.connectors ?? [];
  return connectors.flatMap(({ session }) =>
    session?.status === "charging" ? [session] : []
  );
}

function answerOf(outcome: CallOutcome): ChannelAnswer {
  if (outcome.kind === "error") return "refused";
  if (outcome.kind !== "result") return outcome.kind;
  const { status } = outcome.payload;
  return status === "Accepted" || status === "Scheduled"
    ? "confirmed"
    : "refused";
}

function refuse(message: string): Result<OcppPayload, Refusal> {
  return err({ code: "request_invalid", message });
}

async function callPoint(
  call: OcppChannelParts["call"],
  command: string,
  args: OcppPayload,
): Promise<Result<OcppPayload, Refusal>> {
  const instead = command === "ChangeAvailability" && args["connectorId"] === 0
    ? "stop or resume the point instead"
    : OWN_WORDS[command];
  if (instead !== undefined) return refuse(`${command}: ${instead}`);
  if (!ocppActions("central").includes(command)) {
    return refuse(`OCPP 1.6 has no command ${command.slice(0, 40)}`);
  }
  const checked = checkOcppRequest("central", command, args);
  if (!checked.ok) return refuse(`${command}: ${checked.error.description}`);
  const outcome = await call(command, checked.value);
  switch (outcome.kind) {
    case "result":
      return ok(outcome.payload);
    case "error":
      return err({
        code: "command_refused",
        message: `The point refused ${command}: ${outcome.message}`,
      });
    case "silent":
      return err({
        code: "point_silent",
        message: `The point did not answer ${command}`,
      });
    default:
      return err({
        code: "link_closed",
        message: `The point's connection ended before it answered ${command}`,
      });
  }
}
