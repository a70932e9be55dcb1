/**
 * Messages of the branch software for tests.
 *
 * @module
 */

/** The message of the protocol's worked examples. */
export const EXAMPLE_MESSAGE = {
  sucursal: "ABA",
  nombreSucursal: "Abancay",
  ventas: [
    {
      VentaID: "ABA-20250304-011",
      FechaVenta: "2025-03-04T18:05:10.317Z",
      Total: 15.7,
      CodigoSucursal: "ABA",
      UsuarioID: 3,
      NombreVendedor: "Cajera 3",
      Detalles: [
        {
          DetalleID: "ABA-20250304-011-1",
          ProductoID: "ABA-PROD-020",
          Cantidad: 2,
          PrecioUnitario: 6.1,
          Subtotal: 12.2,
          ProductoNombre: "Yogurt 1L",
          ProductoCodigo: "ABA",
          ProductoDescripcion: "Fresa",
          ProductoCategoria: "Lacteos",
          ProductoPrecioVenta: 6.1,
          ProductoStock: 34,
        },
        {
          DetalleID: "ABA-20250304-011-2",
          ProductoID: "ABA-PROD-021",
          Cantidad: 1,
          PrecioUnitario: 3.5,
          Subtotal: 3.5,
          ProductoNombre: "Pan integral",
          ProductoCodigo: "ABA",
          ProductoDescripcion: null,
          ProductoCategoria: null,
          ProductoPrecioVenta: 3.5,
          ProductoStock: 0,
        },
      ],
    },
    {
      VentaID: "ABA-20250304-012",
      FechaVenta: "2025-03-04T18:06:00.000Z",
      Total: 6.1,
      CodigoSucursal: "ABA",
      UsuarioID: 1,
      NombreVendedor: "Administrador Abancay",
      Detalles: [
        {
          DetalleID: "ABA-20250304-012-1",
          ProductoID: "ABA-PROD-020",
          Cantidad: 1,
          PrecioUnitario: 6.1,
          Subtotal: 6.1,
          ProductoNombre: "Yogurt 1L",
          ProductoCodigo: "ABA",
          ProductoDescripcion: "Fresa",
          ProductoCategoria: "Lacteos",
          ProductoPrecioVenta: 6.1,
          ProductoStock: 34,
        },
      ],
    },
  ],
};

/** What a test wants to say of a product. */
export interface SaidProduct {
  /** The product; `<branch>-PROD-001`. */
  readonly id?: string;
  /** Its stock; left out if undefined. */
  readonly stock?: number | null;
  /** Its price; 2.5. */
  readonly price?: number | null;
  /** Its name. */
  readonly name?: string;
}

/** What a test wants to say of a sale. */
export interface SaidSale {
  /** The branch; `ABA`. */
  readonly branch?: string;
  /** The day; `2025-03-04`. */
  readonly day?: string;
  /** The number of the day. */
  readonly number: number;
  /** The time of day; the number's minute after 08:00. */
  readonly time?: string;
  /** How many are sold; 1. */
  readonly quantity?: number;
  /** What is sold. */
  readonly products?: readonly SaidProduct[];
}

/** A sale in the current dialect. */
export function saidSale(said: SaidSale): Record<string, unknown> {
  const { branch = "ABA", day = "2025-03-04", number, quantity = 1 } = said;
  const id = `${branch}-${day.replaceAll("-", "")}-${
    String(number).padStart(3, "0")
  }`;
  const minute = Math.floor(number / 60) % 12 + 8;
  const time = said.time ??
    `${String(minute).padStart(2, "0")}:${
      String(number % 60).padStart(2, "0")
    }:00.000`;
  const details = (said.products ?? [{ stock: 10 }]).map((product, i) =>
    saidLine(product, { branch, quantity, key: `${id}-${i + 1}` })
  );
  return {
    VentaID: id,
    FechaVenta: `${day}T${time}Z`,
    Total: details.length * 2.5 * quantity,
    CodigoSucursal: branch,
    UsuarioID: 1,
    NombreVendedor: `Cajera ${branch}`,
    Detalles: details,
  };
}

function saidLine(
  { id, stock, price = 2.5, name = "Leche" }: SaidProduct,
  line: {
    readonly branch: string;
    readonly quantity: number;
    readonly key: string;
  },
): Record<string, unknown> {
  return {
    DetalleID: line.key,
    ProductoID: id ?? `${line.branch}-PROD-001`,
    Cantidad: line.quantity,
    PrecioUnitario: 2.5,
    Subtotal: 2.5 * line.quantity,
    ProductoNombre: name,
    ProductoCodigo: line.branch,
    ProductoDescripcion: null,
    ProductoCategoria: null,
    ...(price === null ? {} : { ProductoPrecioVenta: price }),
    ...(stock === undefined ? {} : { ProductoStock: stock }),
  };
}

/** A message in the current dialect. */
export function saidMessage(
  ventas: readonly unknown[],
  branch = "ABA",
): Record<string, unknown> {
  return { sucursal: branch, nombreSucursal: `Sucursal ${branch}`, ventas };
}
