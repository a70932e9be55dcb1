/**
 * Chooses the page that belongs to the address, fetches its code once, and says in words why there is none.
 *
 * @module
 */
import type { ComponentType, VNode } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { path } from "../base/location.ts";
import { isNode, may } from "../base/session.ts";
import { Page } from "../parts/page.tsx";
import { Empty, Loading, ProblemPanel } from "../parts/states.tsx";
import { text } from "../parts/texts.ts";
import type { PageRoute } from "./page_route.ts";
import { ROUTES } from "./routes.ts";

const loaded = new Map<string, ComponentType>();

/** The page at the address shown now. */
export function PageView(): VNode {
  const route = ROUTES.find((one) => one.path === path.value);
  if (route === undefined) {
    return <Refused title={text("notHere")} detail={text("notHereHelp")} />;
  }
  if (!may(route.role)) {
    const role = text(route.role);
    return (
      <Refused title={text("noRight")} detail={text("noRightHelp", { role })} />
    );
  }
  if (route.nodes !== undefined && !isNode(...route.nodes)) {
    const roles = route.nodes.join(", ");
    return (
      <Refused
        title={text("notThisNode")}
        detail={text("notThisNodeHelp", { roles })}
      />
    );
  }
  return <LoadedPage key={route.path} route={route} />;
}

function Refused(
  { title, detail }: { readonly title: string; readonly detail: string },
): VNode {
  return (
    <Page title={title}>
      <Empty title={detail} icon="warn">
        <a class="button" href="/">{text("home")}</a>
      </Empty>
    </Page>
  );
}

function LoadedPage({ route }: { readonly route: PageRoute }): VNode {
  const state = useSignal<"loading" | "ready" | "failed">(
    loaded.has(route.path) ? "ready" : "loading",
  );
  useEffect(() => {
    if (state.peek() === "ready") return;
    route.load().then((component) => {
      loaded.set(route.path, component);
      state.value = "ready";
    }, () => {
      state.value = "failed";
    });
  }, []);
  const Component = loaded.get(route.path);
  if (state.value === "failed") {
    return (
      <ProblemPanel
        problem={{ status: 0, code: "unreachable", title: "", detail: "" }}
        onRetry={() => location.reload()}
      />
    );
  }
  return Component === undefined ? <Loading /> : <Component />;
}
