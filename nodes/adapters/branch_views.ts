/**
 * Views over a node's tables with the names, columns and forms of the older branch software's database, so that whoever
 * knows that database reads this one with the same queries. Columns that it does not have stand behind its own.
 *
 * Instants are wall clocks as text: a sale's by the clock that it was made by, everything else, and sales that do not
 * say theirs, by the node's zone as it is when the store is opened. Amounts are numbers in whole coins, quantities of
 * what is weighed have decimals. Voided sales are left out: the older software deleted them.
 *
 * @module
 */
import type { ViewSchema } from "./sqlite_views.ts";

/** Minimum stock of a product that has none of its own, as the older database had it. */
const MINIMUM = 5;

/** What the views need to know of the node. */
export interface BranchViewOptions {
  /** The wall clock of the node's zone, in minutes ahead of UTC. */
  readonly offsetMinutes: number;
  /** What settings say of branches, by code. */
  readonly branches?: Readonly<
    Record<string, { readonly name?: string; readonly city?: string }>
  >;
}

/**
 * The views of a node.
 *
 * @param options The node's zone.
 * @returns Views for `openSqliteStore`.
 */
export function branchViews(
  { offsetMinutes, branches = {} }: BranchViewOptions,
): ViewSchema[] {
  const zone = String(Math.trunc(offsetMinutes));
  return [
    { name: "Sucursales", select: sucursales(zone, branches) },
    { name: "Productos", select: productos(zone) },
    { name: "Ventas", select: ventas(zone) },
    { name: "DetalleVenta", select: detalleVenta() },
    { name: "Usuarios", select: usuarios(zone) },
    { name: "LogSincronizacion", select: logSincronizacion(zone) },
  ].map(({ name, select }) => ({
    name,
    select: select.replaceAll(/\n\s*/g, " ").trim(),
  }));
}

/** Text `YYYY-MM-DD HH:MM:SS.mmm` of an instant in whole milliseconds, by a clock that is `offset` minutes ahead. */
function wall(ms: string, offset: string): string {
  return `strftime('%Y-%m-%d %H:%M:%f', (${ms} + (${offset}) * 60000) / 1000.0, 'unixepoch')`;
}

/** The milliseconds of a stamp: the first 12 of its hexadecimal digits. */
function stampMs(stamp: string): string {
  const digits = Array.from({ length: 12 }, (_, i) => {
    const digit = `(instr('0123456789abcdef', substr(${stamp}, ${
      i + 1
    }, 1)) - 1)`;
    return `${digit} * ${16 ** (11 - i)}`;
  });
  return `(${digits.join(" + ")})`;
}

/** An amount of whole units with an exponent, as a number with two decimals. */
function amount(units: string, exponent: string): string {
  return `round(${units} / CAST('1e' || ${exponent} AS REAL), 2)`;
}

/** The site in which this node writes; no row at a node that writes in none. */
const OWN_SITE =
  `(SELECT substr(space, 6) FROM logs WHERE role = 1 AND space GLOB 'site:*' ORDER BY log LIMIT 1)`;

/**
 * A sale's number: of several sales with one number, those after the first have `*2`, `*3`, … behind it. Rows have no
 * stamp, so the order is that of instants and ids, at every node alike.
 */
const SALES_NUMBERED = `
  SELECT s.*, (SELECT count(*) FROM sales o
    WHERE o.receipt = s.receipt AND (o.at, o.id, o.log) <= (s.at, s.id, s.log)) AS place
  FROM sales s WHERE s.voided = 0`;

const SALE_NUMBER =
  `s.receipt || CASE s.place WHEN 1 THEN '' ELSE '*' || s.place END`;

function ventas(zone: string): string {
  const seller = "json_extract(s.seller, '$[0]')";
  return `
    SELECT ${SALE_NUMBER} AS VentaID,
      s.site AS CodigoSucursal,
      json_extract(s.terms, '$.customer.name') AS ClienteNombre,
      json_extract(s.terms, '$.customer.document') AS ClienteDNI,
      ${amount("s.total", "s.exponent")} AS Total,
      ${wall("s.at / 1000", `coalesce(s.offset, ${zone})`)} AS FechaVenta,
      CASE WHEN ${seller} GLOB '[0-9]*' AND ${seller} NOT GLOB '*[^0-9]*'
        THEN CAST(${seller} AS INTEGER) END AS UsuarioID,
      CASE WHEN ${elsewhere()} THEN 1 ELSE 0 END AS Sincronizada,
      ${wall(confirmed("min(c.since)"), zone)} AS FechaSincronizacion,
      json_extract(s.seller, '$[1]') AS NombreVendedor
    FROM (${SALES_NUMBERED}) s`;
}

/** What a central's acknowledgement of a sale says; null where none has acknowledged it. */
function confirmed(what: string): string {
  return `(SELECT ${what} FROM (SELECT DISTINCT target FROM branch_push_logs) t
    JOIN branch_pushes c ON c.target = t.target AND c.sale = s.id WHERE c.state = 3)`;
}

/** Whether a sale is somewhere else too: it came from there, a central has it, or another node signed for its log. */
function elsewhere(): string {
  return `s.site IS NOT ${OWN_SITE} OR json_extract(s.terms, '$.legacy') IS NOT NULL
    OR ${confirmed("count(*)")} > 0
    OR EXISTS (SELECT 1 FROM countersignatures n WHERE n.log = s.log AND n.seq >= s.seq)`;
}

function detalleVenta(): string {
  const part = (index: number) => `json_extract(l.value, '$[${index}]')`;
  const quantity = `CASE ${part(6)} WHEN 1 THEN ${part(2)} / 1000.0 ELSE ${
    part(2)
  } END`;
  const each = `CASE WHEN ${part(2)} = 0 THEN ${part(3)}
    ELSE ${part(3)} / (${quantity} * 1.0) END`;
  return `
    SELECT coalesce(
        CASE s.place WHEN 1 THEN nullif(
          json_extract(s.terms, '$.legacy.lineKeys[' || l.key || ']'), '') END,
        ${SALE_NUMBER} || '-' || (l.key + 1)) AS DetalleID,
      ${SALE_NUMBER} AS VentaID,
      ${part(0)} AS ProductoID,
      ${quantity} AS Cantidad,
      ${
    amount(`coalesce(${part(4)}, ${each})`, "s.exponent")
  } AS PrecioUnitario,
      ${amount(part(3), "s.exponent")} AS Subtotal,
      ${part(1)} AS ProductoNombre
    FROM (${SALES_NUMBERED}) s, json_each(s.lines) l`;
}

/** The branch in a product's number such as `ABA-PROD-014`; null for one of another form. */
const NUMBERED_BY =
  `CASE WHEN instr(p.product, '-PROD-') > 1 THEN substr(p.product, 1, instr(p.product, '-PROD-') - 1) END`;

/**
 * One row a product: as its branch defines it, else as this node's site, else as the mesh, else as the first site by
 * name. The stock is that of its branch; of a product of no branch, the sum of all.
 */
function productos(zone: string): string {
  const listed = `
    SELECT p.*, ${NUMBERED_BY} AS numbered,
      row_number() OVER (PARTITION BY p.product ORDER BY CASE p.scope
        WHEN 'site:' || (${NUMBERED_BY}) THEN 0
        WHEN 'site:' || ${OWN_SITE} THEN 1
        WHEN 'mesh' THEN 2 ELSE 3 END, p.scope) AS place
    FROM products p WHERE p.listed = 1`;
  const placed = `
    SELECT q.*, coalesce(q.numbered,
      CASE q.scope WHEN 'mesh' THEN ${OWN_SITE} ELSE substr(q.scope, 6) END) AS site
    FROM (${listed}) q WHERE q.place = 1`;
  const stamps = (which: "min" | "max") =>
    `(SELECT ${which}(c.stamp) FROM catalog_changes c WHERE c.scope = p.scope AND c.product = p.product)`;
  const detail = (name: string) => `json_extract(p.details, '$.${name}')`;
  const cost = detail("cost");
  return `
    SELECT p.product AS ProductoID,
      p.site AS CodigoSucursal,
      p.name AS Nombre,
      ${detail("description")} AS Descripcion,
      ${detail("image")} AS Imagen,
      coalesce(round(CAST(substr(${cost}, 1, instr(${cost}, ' ') - 1) AS REAL), 2), 0) AS PrecioCompra,
      coalesce(${price("'site:' || p.site")}, ${price("p.scope")}, ${
    price("'mesh'")
  }) AS PrecioVenta,
      ${stock()} AS Stock,
      coalesce(${detail("minimum")}, ${MINIMUM}) AS StockMinimo,
      ${detail("category")} AS Categoria,
      ${wall(stampMs("p.made"), zone)} AS FechaCreacion,
      CASE WHEN p.changed > p.made THEN ${
    wall(stampMs("p.changed"), zone)
  } END AS FechaModificacion,
      0 AS Sincronizado,
      ${detail("barcode")} AS CodigoBarras
    FROM (SELECT p.*, ${stamps("min")} AS made, ${
    stamps("max")
  } AS changed FROM (${placed}) p) p`;
}

/** The price in force in a scope now, as `priceInForce` has it. */
function price(scope: string): string {
  const now =
    "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000";
  return `(SELECT ${amount("c.price", "c.exponent")} FROM price_changes c
    WHERE c.scope = ${scope} AND c.product = p.product AND c.effective_at <= ${now}
      AND NOT EXISTS (SELECT 1 FROM prices_replaced r
        WHERE r.scope = c.scope AND r.product = c.product AND r.id = c.id AND r.effective_at <= ${now})
    ORDER BY c.branch_made, c.effective_at DESC, c.stamp DESC, c.log DESC, c.seq DESC, c.id DESC LIMIT 1)`;
}

function stock(): string {
  const onHand = "t.received - t.sold + t.voided + t.counted + t.reported";
  const sum = `coalesce(CASE WHEN p.site IS NULL
    THEN (SELECT sum(${onHand}) FROM stock t WHERE t.product = p.product AND t.site <> 'MASTER')
    ELSE (SELECT ${onHand} FROM stock t WHERE t.site = p.site AND t.product = p.product) END, 0)`;
  const measured =
    `coalesce(json_extract(p.details, '$.unit'), 'piece') <> 'piece'`;
  return `CASE WHEN ${measured} THEN ${sum} / 1000.0 ELSE ${sum} END`;
}

/** Users as their directories have them; nothing of a password. Those of the whole mesh have `*` for their branch. */
function usuarios(zone: string): string {
  const field = (name: string) =>
    `max(CASE d.field WHEN '${name}' THEN json_extract(d.value, '$') END)`;
  return `
    SELECT CAST(substr(d.subject, 6) AS INTEGER) AS UsuarioID,
      ${field("name")} AS NombreUsuario,
      NULL AS Password,
      ${field("fullName")} AS NombreCompleto,
      CASE ${field("role")} WHEN 'admin' THEN 'ADMIN'
        WHEN 'supervisor' THEN 'SUPERVISOR' ELSE 'CAJERO' END AS Rol,
      CASE d.space WHEN 'mesh' THEN '*' ELSE substr(d.space, 6) END AS SucursalPermitida,
      ${wall("min(d.first_at) / 1000", zone)} AS FechaCreacion,
      CASE WHEN max(d.at) > min(d.first_at)
        THEN ${wall("max(d.at) / 1000", zone)} END AS UltimaModificacion,
      coalesce(${field("active")}, 1) AS Activo
    FROM directory d WHERE d.subject GLOB 'user/[1-9]*'
    GROUP BY d.space, d.subject
    HAVING ${field("name")} IS NOT NULL AND ${field("role")} IS NOT NULL`;
}

function logSincronizacion(zone: string): string {
  return `
    SELECT l.number AS LogID,
      l.site AS CodigoSucursal,
      CASE l.direction WHEN 0 THEN 'ENVIO' ELSE 'RECEPCION' END AS TipoSincronizacion,
      ${wall("l.at", zone)} AS FechaHora,
      l.records AS RegistrosEnviados,
      CASE l.ok WHEN 1 THEN 'EXITOSA' ELSE 'ERROR' END AS Estado,
      l.message AS Mensaje
    FROM sync_log l`;
}

/** Every branch that has a log here, was heard of, or is named by settings, which win. */
function sucursales(
  zone: string,
  branches: NonNullable<BranchViewOptions["branches"]>,
): string {
  const settings = JSON.stringify(
    Object.fromEntries(
      Object.entries(branches).map((
        [code, { name, city }],
      ) => [code, { name, city }]),
    ),
  ).replaceAll("'", "''");
  const field = (name: string) =>
    `(SELECT json_extract(d.value, '$') FROM directory d
      WHERE d.space IN ('site:' || b.code, 'mesh') AND d.subject = 'branch/' || b.code
        AND d.field = '${name}' ORDER BY d.space DESC LIMIT 1)`;
  return `
    SELECT b.code AS CodigoSucursal,
      coalesce(json_extract(b.setting, '$.name'), ${
    field("name")
  }, b.code) AS Nombre,
      coalesce(json_extract(b.setting, '$.city'), ${field("city")}) AS Ciudad,
      NULL AS Direccion,
      NULL AS Telefono,
      ${
    wall("(SELECT h.at FROM sync_branches h WHERE h.site = b.code)", zone)
  } AS UltimaSincronizacion,
      CASE WHEN b.setting IS NULL AND b.code IS NOT ${OWN_SITE} AND ${
    field("state")
  } = 'pending'
        THEN 'PENDIENTE' ELSE 'ACTIVA' END AS Estado
    FROM (SELECT c.code, max(c.setting) AS setting FROM (
      SELECT substr(space, 6) AS code, NULL AS setting FROM logs WHERE space GLOB 'site:*'
      UNION ALL SELECT site, NULL FROM sync_branches
      UNION ALL SELECT substr(subject, 8), NULL FROM directory WHERE subject GLOB 'branch/*'
      UNION ALL SELECT key, value FROM json_each('${settings}')) c GROUP BY c.code) b`;
}
