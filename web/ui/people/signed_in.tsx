/**
 * Where somebody ends up who opened the address for signing in and is signed in: at the start.
 *
 * @module
 */
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { go } from "../base/location.ts";
import { Loading } from "../parts/states.tsx";

/** Goes to the start page. */
export function SignedInPage(): VNode {
  useEffect(() => go("/", { replace: true }), []);
  return <Loading />;
}
