/**
 * Frames of the installed charging-point programs, as the protocol's page shows them.
 *
 * @module
 */

/** Whole frames by their texts. */
export const CHARGING_FRAME_BYTES: Readonly<Record<string, string>> = {
  "OK": "02 4F 4B 03 05",
  "KO": "02 4B 4F 03 05",
  "417": "02 34 31 37 03 33",
  "Añil": "02 41 C3 B1 69 6C 03 37",
  "FAULT#SEV-07": "02 46 41 55 4C 54 23 53 45 56 2D 30 37 03 02",
};

/** Check bytes by the texts of their frames. */
export const CHARGING_FRAME_CHECKS: Readonly<Record<string, string>> = {
  "RECOVER#SEV-07": "12",
  "CHECK_SESSION#SEV-07": "0F",
  "NO_SESSION": "01",
  "NO_DRIVER": "41",
  "ERROR": "59",
  "AUTORIZAR_SUMINISTRO#417": "0D",
  "ACK#AUTORIZAR_SUMINISTRO": "76",
  "PARAR#CENTRAL": "31",
  "ACK#PARAR": "3B",
  "NACK#PARAR": "75",
  "REANUDAR#CENTRAL": "7B",
  "ACK#REANUDAR": "71",
  "NACK#REANUDAR": "3F",
  "REGISTER#SEV-07#Ubicacion Desconocida#0.25": "7F",
  "REGISTER_RESULT#FIRST": "27",
  "REGISTER_RESULT#RECONNECT": "34",
  "HEALTH_CHECK#SEV-07": "4D",
  "HEALTH_CHECK#SEV-07#AFTER_CMD": "3F",
};
