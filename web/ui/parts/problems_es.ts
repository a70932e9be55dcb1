/**
 * The node's codes of refusals in Spanish: each says what happened and what to do.
 *
 * @module
 */

/** By code. */
export const problemsEs: Readonly<Record<string, string>> = {
  "data_folder_moved": "El nodo de esta carpeta de datos se mudó a otra parte.",
  "backup_damaged": "La copia de seguridad no está como se escribió.",
  "backup_newer": "La copia de seguridad es de una versión más nueva.",
  "backup_foreign": "La copia de seguridad es de otro nodo.",
  "backup_ahead": "La copia de seguridad tiene más que la carpeta de datos.",
  "backup_failed": "No se puede usar la carpeta de la copia de seguridad.",
  // The node itself.
  "invalid_argument":
    "Un dato no tiene la forma que debe tener. Corríjalo y repita.",
  "currency_mismatch":
    "Se mezclaron dos monedas. Use la misma moneda en todos los importes.",
  "amount_out_of_range":
    "El importe o la cantidad es demasiado grande. Revise lo que escribió.",
  "config_invalid":
    "La configuración del nodo está mal. Revise sus opciones y vuelva a iniciarlo.",
  "data_folder_locked":
    "Otro nodo ya usa esa carpeta de datos. Deténgalo o use otra carpeta.",
  "data_folder_damaged":
    "No se puede leer la carpeta de datos. Restaure un respaldo o llame a soporte.",
  "data_folder_newer":
    "La carpeta de datos es de una versión más nueva. Actualice el programa.",
  "store_full":
    "El disco está lleno: no se anotó nada. Libere espacio y repita.",
  "store_failed":
    "El disco no aceptó la anotación: no se anotó nada. Repita; si vuelve a pasar, revise el disco.",
  "store_outcome_unknown":
    "No se sabe si quedó anotado. Repita sin cambiar nada: cuenta una sola vez.",
  "store_closed":
    "El nodo se estaba cerrando. Espere a que vuelva a iniciar y repita.",
  "link_closed": "Se cortó el enlace con el otro nodo. Repita en un momento.",
  "link_overflow":
    "Hay demasiado en espera hacia el otro nodo. Repita en un momento.",
  "frame_too_large": "El mensaje es demasiado largo. Envíe menos de una vez.",
  "dial_failed":
    "No se pudo llegar al otro nodo. Revise que esté encendido y conectado.",
  "invalid_certificate":
    "El certificado no es válido en esta malla. Pida una invitación nueva.",
  "invalid_token": "La invitación no es válida, venció o ya se usó. Pida otra.",
  "bundle_invalid":
    "El archivo no tiene la forma que debe tener. Elija el archivo correcto.",
  "node_stopping":
    "El nodo se está deteniendo: no se anotó nada. Repita cuando vuelva a iniciar.",
  overloaded: "El nodo está ocupado: no se anotó nada. Repita en un momento.",
  internal:
    "Algo falló dentro del nodo. Repita; si vuelve a pasar, avise a soporte.",
  // Requests.
  "request_invalid": "Algún dato no es válido. Revise lo marcado.",
  "not_found": "No existe, o ya no está. Actualice la lista.",
  "method_not_allowed":
    "El nodo no ofrece esa acción aquí. Recargue la página.",
  "body_too_large":
    "Es demasiado de una sola vez. Divídalo en partes más pequeñas.",
  forbidden:
    "No está permitido. Pida a un supervisor o administrador que lo haga.",
  "id_reused":
    "Este envío ya se anotó antes con otros datos. Revise qué quedó anotado antes de repetir.",
  "name_taken": "Ese nombre ya está en uso. Elija otro.",
  // People.
  "sign_in_failed":
    "El nombre o la contraseña no son correctos. Escríbalos otra vez.",
  "approval_failed": "Nadie que pueda aprobarlo dio la contraseña correcta.",
  "sign_in_throttled":
    "Demasiados intentos. Espere unos minutos antes de probar otra vez.",
  "user_unknown": "No existe ese usuario. Actualice la lista.",
  "password_invalid":
    "Esa contraseña no sirve. Use de 8 a 200 caracteres, distinta del nombre.",
  // Goods.
  "product_unknown":
    "No existe ese producto aquí, o está retirado. Búsquelo en «Productos».",
  "product_exists":
    "Ya hay un producto con ese código. Use otro código o cambie el que hay.",
  "price_unknown":
    "El producto no tiene precio vigente. Un supervisor lo fija en «Precios».",
  "stock_insufficient":
    "No hay existencias suficientes. Baje la cantidad, o cuente o reciba el producto si hay más.",
  "rights_insufficient":
    "A esta caja no le queda lo suficiente de este producto de control estricto. Espere la conexión con las otras cajas o venda menos.",
  "transfer_unknown":
    "No existe ese traslado en este nodo. Actualice la lista.",
  "oversell_unknown":
    "Esa sobreventa ya no existe: llegaron existencias o se anuló la venta. Actualice la lista.",
  // Sales and money.
  "sale_unknown": "No existe esa venta en este nodo. Revise el número.",
  "sale_already_voided": "La venta ya estaba anulada. No hay que hacer nada.",
  "sale_returned":
    "Ya volvió mercadería de esa venta: no puede anularse entera. Anote otra devolución.",
  "return_exceeds":
    "Se devuelve más de lo vendido que aún no volvió. Baje la cantidad.",
  "payment_invalid":
    "Lo pagado no es el total, o una forma de pago está dos veces. Revise los pagos.",
  "discount_invalid":
    "El descuento es mayor que lo que hay que pagar. Baje el descuento.",
  "cash_session_open":
    "La caja ya está abierta. Siga con ella o ciérrela primero.",
  "cash_session_unknown": "No hay una caja abierta aquí. Ábrala en «Arqueo».",
  "nothing_to_close":
    "El día ya está cerrado y desde entonces no hubo nada nuevo.",
  "incident_unknown": "Ese aviso ya no existe. Actualice la lista.",
  // Fuel.
  "pump_unknown": "No existe ese surtidor. Revise el número.",
  "pump_exists": "Ya hay un surtidor con ese número. Use otro.",
  "pump_busy": "El surtidor está despachando o en pausa. Espere a que termine.",
  "pump_not_dispensing": "El surtidor no está despachando.",
  "pump_connected":
    "El surtidor está conectado. Desconéctelo antes de quitarlo.",
  "price_invalid":
    "No se pueden fijar esos precios. Revise cada combustible y su importe.",
  "station_unknown": "Esa estación no está en la lista. Agréguela primero.",
  "tank_unknown": "No existe ese tanque. Revise la lista de tanques.",
  // Fleet cards.
  "company_unknown": "Nadie conoce esa empresa. Revise el número o regístrela.",
  "company_exists": "La empresa ya está registrada.",
  "card_unknown": "No existe esa tarjeta. Revise el número.",
  "card_exists": "Ya hay una tarjeta con ese número. Use otro.",
  "purchase_refused":
    "No se cobró la compra con la tarjeta. Lea el motivo y cobre de otra forma.",
  "limit_above_balance":
    "El límite es mayor que el saldo de la empresa. Baje el límite o anote un depósito.",
  "nothing_to_settle":
    "El mes ya está liquidado y desde entonces no hubo nada nuevo.",
  "spend_unknown":
    "Este nodo no tiene reservado saldo para esa compra. Repita la autorización.",
  "spend_captured": "Esa compra ya se cobró. No la cobre otra vez.",
  // Charging points.
  "point_unknown": "No existe ese punto de carga. Revise el código.",
  "point_silent":
    "El punto de carga no respondió. Revise su conexión y repita.",
  "command_refused":
    "El punto de carga rechazó la orden. Mire su estado antes de repetir.",
  "charge_unknown": "No existe esa sesión de carga. Actualice la lista.",
  "charge_open": "La sesión de carga no terminó todavía. Deténgala primero.",
  "charge_refused":
    "No se autorizó la carga. Lea el motivo e indíqueselo al conductor.",
  "credential_invalid":
    "La clave del punto de carga no se emitió o fue revocada. Emita otra.",
  // Original programs.
  "push_failed":
    "La central original no confirmó lo que se le envió. Se reintenta; revise que esté encendida.",
  "pull_failed":
    "No se pudo leer la sucursal original. Revise que esté encendida y repita.",
  "sink_failed":
    "El destino externo no responde o rechaza lo que se le envía. Vea /v1/sinks.",
  "same_mesh":
    "Quien envía es un nodo de esta misma malla: sus ventas llegan solas. Quite ese enlace.",
  "sender_unknown":
    "Quien envía no está en la lista de sucursales. Agréguelo en «Enlaces».",
};
