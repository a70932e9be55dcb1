/**
 * The lint plugin of this project: what the linter checks beyond Deno's own rules, registered in `deno.json`.
 *
 * @module
 */
import { ambientRule } from "./ambient_rule.ts";
import { layersRule } from "./layers_rule.ts";
import { wrappedRule } from "./wrapped_rule.ts";

/** The rules `panal/ambient`, `panal/layers` and `panal/wrapped`. */
const plugin: Deno.lint.Plugin = {
  name: "panal",
  rules: { ambient: ambientRule, layers: layersRule, wrapped: wrappedRule },
};

export default plugin;
