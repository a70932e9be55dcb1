/**
 * The pages of a node: begins them in a browser.
 *
 * @module
 */
import { render, type VNode } from "preact";
import { startLive } from "./base/live.ts";
import { load } from "./base/memory.ts";
import { followLinks } from "./base/location.ts";
import { knowledge, learn } from "./base/session.ts";
import { Loading, ProblemPanel } from "./parts/states.tsx";
import { PasswordPage, SignInPage } from "./people/sign_in.tsx";
import { PageView } from "./shell/page_view.tsx";
import { RouteList } from "./shell/route_list.ts";
import { ROUTES } from "./shell/routes.ts";
import { Shell } from "./shell/shell.tsx";

/** Milliseconds between attempts to learn who and where we are. */
const RETRY_MS = 2_000;

function Content(): VNode {
  const { state, user, problem } = knowledge.value;
  if (state === "signed_out") return <SignInPage />;
  if (state === "password" && user !== null) {
    return <PasswordPage user={user} />;
  }
  if (state === "ready") return <PageView />;
  return problem === undefined
    ? <Loading />
    : <ProblemPanel problem={problem} onRetry={() => void learn()} />;
}

function App(): VNode {
  return (
    <RouteList.Provider value={ROUTES}>
      <Shell>
        <Content />
      </Shell>
    </RouteList.Provider>
  );
}

async function learnUntilKnown(): Promise<void> {
  await learn();
  if (knowledge.value.state === "loading") {
    setTimeout(() => void learnUntilKnown(), RETRY_MS);
  }
}

/** Fetches the code of the page asked for while the node is still being asked who is there. */
function fetchPageAsked(): void {
  const route = ROUTES.find((one) => one.path === location.pathname);
  // Whoever may see it loads it then, and is told of a failure.
  route?.load().catch(() => undefined);
}

fetchPageAsked();
render(<App />, document.body);
followLinks();
startLive();
void learnUntilKnown();
// Sales that were paid and wait for the node are sent from whichever page somebody opens.
if ((load("panal.till.outbox") ?? "[]") !== "[]") {
  void import("./till/outbox.ts").catch(() => undefined);
}
// Browsers refuse it on plain HTTP from elsewhere; the pages work without.
void navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
