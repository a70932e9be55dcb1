/**
 * One fact of each kind of charging, with everything that it may hold.
 *
 * @module
 */
import {
  endId,
  type Fact,
  informedId,
  refusalId,
  sessionOfRequest,
  startId,
} from "../../crdt/mod.ts";
import { idOf, makeFact } from "./facts.ts";

const of = { site: "CUS", point: "SEV-07" };
const money = { currency: "EUR", exponent: 2 };
const by = { id: "7", name: "Ana" };
const position = { offset: 12, timestamp: 1_770_000_000_000 };
const request = idOf("request");
const session = sessionOfRequest(request);
const supply = { ...of, connector: 1, driver: "417" };
const date = "2026-02-03";

/** One of each. */
export const CHARGING_SAMPLES: readonly Fact[] = [
  makeFact("PointConnected", {
    ...of,
    id: idOf("connected"),
    dialect: "ocpp",
    location: "C/ Serrano 10",
    price: 2500,
    connectors: 2,
    hardware: { vendor: "V", model: "M", serial: "S", firmware: "1.0" },
  }),
  makeFact("PointReported", {
    ...of,
    id: idOf("faulted"),
    connector: 0,
    aspect: "health",
    value: "faulted",
    code: "GroundFailure",
  }),
  makeFact("PointReported", {
    ...of,
    id: idOf("lifted"),
    connector: 0,
    aspect: "stop",
    value: "lifted",
    cause: "revoked",
  }),
  makeFact("PointReported", {
    ...of,
    id: idOf("closed"),
    connector: 0,
    aspect: "connection",
    value: "closed",
    link: idOf("connected"),
  }),
  makeFact("PointCommanded", {
    ...of,
    id: idOf("stop"),
    command: "stop",
    cause: "operator",
    expiresAt: 9,
    by,
  }),
  makeFact("PointCommanded", {
    ...of,
    id: idOf("end"),
    command: "end",
    session,
    args: "{}",
    expiresAt: 9,
  }),
  makeFact("PointCommandEnded", {
    ...of,
    id: idOf("stopped"),
    command: idOf("stop"),
    outcome: "confirmed",
    answer: '{"status":"Accepted"}',
  }),
  makeFact("ChargeRequested", {
    ...supply,
    id: request,
    source: "kafka",
    expiresAt: 3_000_000,
    holdMs: 60_000,
    tellPoint: false,
  }),
  makeFact("ChargeRefused", {
    ...of,
    id: refusalId(idOf("other")),
    request: idOf("other"),
    driver: "",
    refusal: "driver_invalid",
    words: "Identificador de conductor no válido",
    quiet: true,
  }),
  makeFact("ChargeAuthorized", {
    ...supply,
    id: session,
    request,
    source: "kafka",
    expiresAt: 60_000_000,
  }),
  makeFact("PointInformed", {
    ...of,
    id: informedId(session),
    session,
    driver: "417",
    quiet: false,
  }),
  makeFact("ChargeFreed", {
    ...supply,
    id: endId(idOf("freed")),
    session: idOf("freed"),
    refusal: "point_unreachable",
    words: "DESCONECTADO",
    quiet: false,
  }),
  makeFact("ChargeStarted", {
    ...supply,
    id: startId(session),
    session,
    source: "kafka",
    position,
    transaction: 7,
    tariff: { energy: 2500, session: 0, minute: 0 },
    meterStart: 1000,
  }),
  makeFact("ChargeMetered", {
    ...of,
    id: idOf("metered"),
    session,
    energy: 100,
    amount: 2,
    position,
  }),
  makeFact("ChargeEnded", {
    ...supply,
    ...money,
    id: endId(session),
    session,
    date,
    outcome: "displaced",
    words: "CP ya en uso por otro driver",
    energy: 0,
    amount: 0,
    priceDiffers: true,
    unauthenticated: true,
    position,
    reason: "Local",
    kept: { session: idOf("kept"), point: "SEV-07", driver: null },
    quiet: false,
  }),
  makeFact("EnergyCounted", {
    ...of,
    ...money,
    id: idOf("counted"),
    session,
    driver: "",
    date,
    energy: 100,
    amount: 2,
    position,
  }),
  makeFact("ChargeTold", {
    site: "CUS",
    id: idOf("told"),
    notices: [endId(session)],
  }),
  makeFact("PointCredential", {
    ...of,
    id: idOf("credential"),
    tokenHash: "0f".repeat(32),
    key: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  }),
  makeFact("PointCredentialRevoked", { ...of, id: idOf("revoked"), by }),
  makeFact("ChargingAudited", {
    site: "CUS",
    id: idOf("audited"),
    action: "CP_ALTA_REGISTRO",
    point: "SEV-07",
    source: "127.0.0.1",
    text: "C/ Serrano 10",
  }),
];
