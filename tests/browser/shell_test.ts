import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { browserTest, createBrowser } from "../support/browser.ts";
import { type PageNode, startPageNode } from "../support/page_node.ts";

const browser = createBrowser();
let node: PageNode;

Deno.test.beforeAll(async () => {
  node = await startPageNode({ role: "branch", sample: false });
});
Deno.test.afterAll(async () => {
  await browser.close();
  await node.stop();
});

browserTest(
  "the start page opens without an error, under its policy",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      const response = await page.goto("/");
      await page.locator("h1").first().waitFor();

      strictEqual(response?.status(), 200);
      match(
        response?.headers()["content-security-policy"] ?? "",
        /^default-src 'none'/,
      );
    }),
);

browserTest(
  "a page that breaks its policy or throws fails its test",
  async () => {
    const wrongs = [
      "document.body.append(Object.assign(document.createElement('script'), { textContent: '1' }))",
      "setTimeout(() => { throw new TypeError('thrown') })",
      "console.error('told')",
      "document.body.append(Object.assign(document.createElement('img'), { src: 'http://127.0.0.1:9/x.png' }))",
    ];
    for (const wrong of wrongs) {
      const visit = browser.visit({ url: node.url }, async (page) => {
        await page.goto("/");
        await page.evaluate(`void (${wrong})`);
        await page.evaluate("new Promise((go) => setTimeout(go, 50))");
      });
      ok(await visit.then(() => false, () => true), wrong);
    }
  },
);

browserTest(
  "the browser finds all that it needs to install the pages",
  () =>
    browser.visit({ url: node.url }, async (page) => {
      await page.goto("/");
      await page.evaluate("navigator.serviceWorker.ready");
      const browser = await page.context().newCDPSession(page);
      const { errors, manifest } = await browser.send("Page.getAppManifest");
      const { installabilityErrors } = await browser.send(
        "Page.getInstallabilityErrors",
      );

      deepStrictEqual(errors, []);
      // A browser without a window names none; each of what one with a window asks for follows.
      deepStrictEqual(installabilityErrors, []);
      strictEqual(await page.evaluate("isSecureContext"), true);
      strictEqual(manifest?.name, "Panal");
      strictEqual(manifest?.display, "kStandalone");
      strictEqual(manifest?.startUrl, `${node.url}/`);
      strictEqual(manifest?.preferRelatedApplications, false);
      const sizes: string[] = [];
      for (const { url, sizes: told = "" } of manifest?.icons ?? []) {
        const [width, height] = await page.evaluate<number[]>(
          `(async () => {
            const image = new Image();
            image.src = ${JSON.stringify(url)};
            await image.decode();
            return [image.naturalWidth, image.naturalHeight];
          })()`,
        );
        // An SVG tells no size.
        if (told !== "0x0") strictEqual(`${width}x${height}`, told, url);
        sizes.push(told);
      }
      deepStrictEqual(sizes, ["0x0", "192x192", "512x512", "512x512"]);
    }),
);

browserTest(
  "pages open again from the service worker while the node is down, and say nothing of its data",
  () =>
    browser.visit(
      { url: node.url, expected: [/ERR_CONNECTION_REFUSED/] },
      async (page) => {
        await page.goto("/");
        await page.evaluate("navigator.serviceWorker.ready");
        await page.reload();
        strictEqual(
          await page.evaluate("navigator.serviceWorker.controller !== null"),
          true,
        );
        await node.kill();

        await page.goto("/stock");
        await page.locator("body > *").first().waitFor();
        const kept: unknown = await page.evaluate(`(async () => {
      const urls = [];
      for (const name of await caches.keys()) {
        for (const request of await (await caches.open(name)).keys()) urls.push(new URL(request.url).pathname);
      }
      return urls;
    })()`);
        ok(Array.isArray(kept) && kept.includes("/"));
        ok(!kept.some((path) => String(path).startsWith("/v1/")), String(kept));

        await node.restart();
        await page.goto("/");
        await page.locator("h1").first().waitFor();
      },
    ),
);
