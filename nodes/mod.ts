/**
 * One peer: what the façade and the program above it may use.
 *
 * @module
 */
export * from "./node.ts";
export * from "./ports.ts";
export * from "./use_cases.ts";
