/**
 * Wall clocks of places: what older programs write down, as a rule without zone, and which instants that is.
 *
 * @module
 */

const QUARTER_MS = 15 * 60_000;
const OFFSETS_MAX = 4096;
const YEAR_MIN = 1970;
const YEAR_MAX = 2199;

/** A zone's distance from UTC by zone and quarter hour of its wall clock; it changes on quarter hours only. */
const offsets = new Map<string, number>();
/** The same by zone and quarter hour of UTC. */
const instantOffsets = new Map<string, number>();

/**
 * A wall clock's fields as if they were UTC.
 *
 * @param fields Year, month, day, hour, minute and second.
 * @returns Milliseconds since 1970; undefined if there is no such date or time of day in the years 1970 to 2199.
 */
export function wallMs(fields: readonly number[]): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] =
    fields;
  if (year < YEAR_MIN || year > YEAR_MAX) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(ms);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    ? ms
    : undefined;
}

/**
 * A zone's distance from UTC.
 *
 * @param zone `Z`, `+05:00`, `-0500`.
 * @returns Milliseconds ahead of UTC.
 */
export function zoneOffsetMs(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const digits = zone.replace(":", "");
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5));
  return (digits.startsWith("-") ? -minutes : minutes) * 60_000;
}

/**
 * How far a place's wall clock is ahead of UTC.
 *
 * @param localMs What the wall clock shows, as if it were UTC, in milliseconds since 1970.
 * @param timezone The place's IANA time zone.
 * @returns Milliseconds. Of a wall clock that is set forward the time after the gap counts, of one that is set back the
 * first.
 */
export function wallOffsetMs(localMs: number, timezone: string): number {
  const quarter = Math.floor(localMs / QUARTER_MS);
  const key = `${timezone} ${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const wall = quarter * QUARTER_MS;
  const instant = Temporal.PlainDateTime
    .from(new Date(wall).toISOString().slice(0, 19))
    .toZonedDateTime(timezone, { disambiguation: "compatible" });
  const offset = wall - instant.epochMilliseconds;
  if (offsets.size >= OFFSETS_MAX) offsets.clear();
  offsets.set(key, offset);
  return offset;
}

/**
 * How far a place's wall clock is ahead of UTC at an instant.
 *
 * @param atMs Milliseconds since 1970, UTC.
 * @param timezone The place's IANA time zone.
 * @returns Milliseconds.
 */
export function instantOffsetMs(atMs: number, timezone: string): number {
  const quarter = Math.floor(atMs / QUARTER_MS);
  const key = `${timezone} ${quarter}`;
  const known = instantOffsets.get(key);
  if (known !== undefined) return known;
  const zoned = Temporal.Instant.fromEpochMilliseconds(quarter * QUARTER_MS)
    .toZonedDateTimeISO(timezone);
  const offset = zoned.offsetNanoseconds / 1_000_000;
  if (instantOffsets.size >= OFFSETS_MAX) instantOffsets.clear();
  instantOffsets.set(key, offset);
  return offset;
}
