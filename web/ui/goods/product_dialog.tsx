/**
 * One product: what is known of it, where it is, and what can be done with it.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Product } from "../wire_types.ts";
import { formatAmount } from "../base/format.ts";
import { change, type WirePage, withQuery } from "../base/http.ts";
import { useResource } from "../base/resource.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { confirmed, Dialog } from "../parts/dialog.tsx";
import { useAction } from "../parts/form.tsx";
import { Badge, Facts } from "../parts/page.tsx";
import { Loaded, Panel, ProblemPanel } from "../parts/states.tsx";
import { EditProduct } from "./edit_product.tsx";
import { useLevels } from "./levels.ts";
import { OnHand } from "./low.tsx";
import { PriceForm } from "./price_form.tsx";
import { productPath } from "./product_path.ts";
import { costText, quantityText } from "./quantity.ts";
import { MESH, scopeText, siteText } from "./scope.tsx";
import { factRow } from "./fact_row.ts";
import { text } from "./texts.ts";

/** What the dialog shows. */
type Mode = "facts" | "edit" | "price";

/** A product in a dialog at the window's edge. */
export function ProductDialog(
  { scope, product, onClose }: {
    readonly scope: string;
    readonly product: string;
    readonly onClose: () => void;
  },
): VNode {
  const mode = useSignal<Mode>("facts");
  const resource = useResource<Product>(productPath(scope, product), {
    views: ["products", "stock"],
  });
  const back = () => {
    mode.value = "facts";
    resource.reload();
  };
  return (
    <Dialog
      side
      title={resource.value?.name ?? text("product")}
      onClose={onClose}
    >
      <Loaded resource={resource}>
        {(found) =>
          mode.value === "edit"
            ? (
              <EditProduct
                scope={scope}
                product={found}
                onDone={back}
                onCancel={back}
              />
            )
            : mode.value === "price"
            ? (
              <PriceForm
                scope={scope}
                product={product}
                name={found.name}
                price={found.price?.amount ?? ""}
                onDone={back}
                onCancel={back}
              />
            )
            : (
              <ProductFacts
                scope={scope}
                product={found}
                onMode={(next) => mode.value = next}
                onClose={onClose}
              />
            )}
      </Loaded>
    </Dialog>
  );
}

/** Whether the scope itself has the product, rather than the mesh's showing there. */
function useOwned(scope: string, product: string): boolean | undefined {
  const path = withQuery("/v1/products", {
    ...{ scope, narrowOnly: true, text: product, limit: 200 },
  });
  const { value } = useResource<WirePage<Product>>(
    scope === MESH ? undefined : path,
    { views: ["products"] },
  );
  if (scope === MESH) return true;
  return value?.items.some((one) => one.product === product);
}

function ProductFacts(
  { scope, product, onMode, onClose }: {
    readonly scope: string;
    readonly product: Product;
    readonly onMode: (mode: Mode) => void;
    readonly onClose: () => void;
  },
): VNode {
  const { details, contested } = product;
  const owned = useOwned(scope, product.product);
  return (
    <>
      {product.listed ? null : <Panel kind="warn">{text("isRemoved")}</Panel>}
      {contested.length === 0 ? null : (
        <Panel kind="warn">
          {text("contestedHelp", {
            fields: contested.map(fieldText).join(", "),
          })}
        </Panel>
      )}
      <Facts
        rows={[
          factRow(text("code"), <span class="mono">{product.product}</span>),
          factRow(
            text("price"),
            product.price === null
              ? text("noPrice")
              : formatAmount(product.price),
          ),
          factRow(text("cost"), costText(details.cost) || "–"),
          factRow(text("onHand"), <OnHand product={product} />),
          factRow(
            text("minimum"),
            details.minimum === undefined
              ? "–"
              : quantityText(details.minimum, details.unit),
          ),
          factRow(text("unit"), text(`unitName_${details.unit ?? "piece"}`)),
          factRow(text("category"), details.category ?? "–"),
          factRow(
            text("barcode"),
            <span class="mono">{details.barcode ?? "–"}</span>,
          ),
          factRow(text("description"), details.description ?? "–"),
          ...(details.image === undefined
            ? []
            : [factRow(text("image"), details.image)]),
          factRow(
            text("policy"),
            <>
              <Badge>{text(`policy_${product.policy}`)}</Badge>{" "}
              <span class="muted">{text(`policyHelp_${product.policy}`)}</span>
            </>,
          ),
          factRow(
            text("scope"),
            owned === false
              ? text("ofTheMesh", { scope: scopeText(scope) })
              : scopeText(scope),
          ),
        ]}
      />
      <Elsewhere scope={scope} product={product} />
      {may("supervisor")
        ? (
          <ProductActions
            {...{ scope, product, owned, onMode, onClose }}
          />
        )
        : <p class="muted">{text("supervisorChanges")}</p>}
    </>
  );
}

function fieldText(field: string): string {
  switch (field) {
    case "name":
    case "policy":
    case "cost":
    case "minimum":
    case "unit":
    case "category":
    case "barcode":
    case "description":
    case "image":
      return text(field);
    default:
      return field;
  }
}

function Elsewhere(
  { scope, product }: { readonly scope: string; readonly product: Product },
): VNode | null {
  const { resource, levels } = useLevels(scope, product.product);
  if (product.policy === "unmetered") return null;
  const offers = levels?.offers ?? [];
  return (
    <section>
      <h3>{text("stockBySite")}</h3>
      {resource.problem === undefined
        ? null
        : <ProblemPanel problem={resource.problem} />}
      <Facts
        rows={[
          ...(levels?.sites ?? []).map(({ site, onHand }) =>
            [siteText(site), quantityText(onHand, levels?.unit)] as const
          ),
          ...offers.map(({ site, quantity }) =>
            factRow(
              text("offeredBy", { site }),
              quantityText(quantity, levels?.unit),
            )
          ),
        ]}
      />
      {levels !== undefined && levels.sites.length + offers.length === 0
        ? <p class="muted">{text("nowhere")}</p>
        : null}
    </section>
  );
}

function ProductActions(
  { scope, product, owned, onMode, onClose }: {
    readonly scope: string;
    readonly product: Product;
    readonly owned: boolean | undefined;
    readonly onMode: (mode: Mode) => void;
    readonly onClose: () => void;
  },
): VNode {
  const action = useAction();
  const { name, policy, details } = product;

  async function remove(): Promise<void> {
    const sure = await confirmed(text("removeAsk", { name }), {
      detail: text("removeDetail", { scope: scopeText(scope) }),
      action: text("remove"),
      danger: true,
    });
    if (!sure) return;
    const done = await action.run(
      () => change("DELETE", productPath(scope, product.product)),
      text("removed", { name }),
    );
    if (done !== undefined) onClose();
  }

  async function restore(): Promise<void> {
    const { product: id } = product;
    await action.run(
      () =>
        change("POST", "/v1/products", {
          ...{ scope, product: id, name, policy, details },
        }),
      text("restored", { name }),
    );
  }

  return (
    <>
      {action.problem === undefined
        ? null
        : <ProblemPanel problem={action.problem} />}
      {!product.listed
        ? (
          <div class="actions">
            <Button
              kind="primary"
              busy={action.busy}
              onClick={() => void restore()}
            >
              {text("restore")}
            </Button>
          </div>
        )
        : (
          <div class="actions">
            {owned === false
              ? <span class="muted">{text("removeInMesh")}</span>
              : (
                <Button
                  kind="danger"
                  icon="trash"
                  busy={action.busy}
                  onClick={() => void remove()}
                >
                  {text("remove")}
                </Button>
              )}
            <Button onClick={() => onMode("price")}>{text("setPrice")}</Button>
            <Button kind="primary" onClick={() => onMode("edit")}>
              {text("edit")}
            </Button>
          </div>
        )}
    </>
  );
}
