/**
 * Tariffs: the site's, and those of points of their own.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { ChargingPoint } from "../wire_types.ts";
import { SelectField } from "../parts/field.tsx";
import { Section } from "../parts/page.tsx";
import { Empty } from "../parts/states.tsx";
import { TariffForm } from "./tariff_form.tsx";
import { text } from "./texts.ts";

/** Tariffs of the site and of its points. */
export function TariffsView(
  { points }: { readonly points: readonly ChargingPoint[] },
): VNode {
  const chosen = useSignal<string | undefined>(undefined);
  const point = chosen.value ?? points[0]?.id;
  return (
    <div class="columns">
      <Section title={text("tariffOfSite")}>
        <p class="hint">{text("tariffHelp")}</p>
        <TariffForm />
      </Section>
      <Section title={text("tariffOfPoint")}>
        {point === undefined ? <Empty title={text("noPoints")} /> : (
          <>
            <SelectField
              label={text("point")}
              value={point}
              choices={points.map(({ id }) => ({ value: id, label: id }))}
              onInput={(value) => chosen.value = value}
            />
            <TariffForm key={point} point={point} />
          </>
        )}
      </Section>
    </div>
  );
}
