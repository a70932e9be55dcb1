import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { readPageFiles } from "../../nodes/adapters/page_files.ts";
import type { PageFile } from "../../nodes/page_files.ts";
import { PAGE_PATHS } from "../../web/page_paths.ts";
import { type NativeApi, withApi } from "./native_api.ts";
import { withPeople } from "./people_api.ts";

/** What is named otherwise than by its content. */
const FIXED = [
  ...["/sw.js", "/manifest.webmanifest", "/assets/icon.svg"],
  ...["/assets/icon-192.png", "/assets/icon-512.png"],
  "/assets/icon-maskable-512.png",
];
/** All icons together: a phone keeps them, over whichever network it has. */
const PICTURES_BYTES_MAX = 40_000;

/** What `deno task bundle` made: the tests' task runs it first. */
async function bundled(): Promise<readonly PageFile[]> {
  const files = await readPageFiles();
  ok(files.ok, "The pages are not bundled: run deno task bundle");
  return files.value;
}

async function withPages(
  test: (api: NativeApi, files: readonly PageFile[]) => Promise<void>,
): Promise<void> {
  const pages = await bundled();
  await withApi((api) => test(api, pages), { app: { pages } });
}

function named(files: readonly PageFile[], name: string): PageFile {
  const found = files.find((file) => file.name === name);
  ok(found !== undefined, name);
  return found;
}

Deno.test("every page is the same shell, and runs and styles nothing in itself", () =>
  withPages(async ({ request }) => {
    const texts = new Set<string>();
    for (const path of PAGE_PATHS) {
      const response = await request(path);
      strictEqual(response.status, 200, path);
      strictEqual(
        response.headers.get("content-type"),
        "text/html; charset=utf-8",
      );
      strictEqual(response.headers.get("cache-control"), "no-cache");
      texts.add(await response.text());
    }
    strictEqual(texts.size, 1);
    const [text = ""] = texts;
    match(text, /<html lang="en">/);
    ok(
      !/https?:\/\/|<style|\son\w+="|\sstyle="|<script(?![^>]*\ssrc=)/.test(
        text,
      ),
    );
  }));

Deno.test("the shell names only files that are there, and all that its script loads at once", () =>
  withPages(async ({ request }, files) => {
    const text = await (await request("/")).text();
    const links = [...text.matchAll(/(?:href|src)="([^"]+)"/g)]
      .map(([, link = ""]) => link);

    for (const link of links) {
      const response = await request(link);
      strictEqual(response.status, 200, link);
      await response.body?.cancel();
    }
    for (const path of named(files, "app.js").imports) {
      ok(text.includes(`<link rel="modulepreload" href="${path}">`), path);
    }
  }));

Deno.test("pages and their files say what a browser may do with them", () =>
  withPages(async ({ request }, files) => {
    for (const path of ["/", "/sw.js", named(files, "app.js").path]) {
      const { headers, body } = await request(path);
      await body?.cancel();
      const policy = headers.get("content-security-policy") ?? "";
      match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'/);
      match(
        policy,
        /base-uri 'none'; form-action 'self'; frame-ancestors 'none'$/,
      );
      ok(!/unsafe|\*|http/.test(policy));
      strictEqual(headers.get("x-content-type-options"), "nosniff");
      strictEqual(headers.get("referrer-policy"), "no-referrer");
      match(headers.get("permissions-policy") ?? "", /camera=\(\)/);
    }
  }));

Deno.test("the pages can be installed everywhere: small pictures of the sizes that systems ask for, as the manifest says them", () =>
  withPages((_, files) => {
    const manifest = new TextDecoder().decode(
      named(files, "manifest.webmanifest").body,
    );
    const told = JSON.parse(manifest).icons.filter(
      ({ type }: { type: string }) => type === "image/png",
    ).map((icon: Record<string, string>) => {
      const file = files.find(({ path }) => path === icon["src"]);
      ok(file !== undefined, String(icon["src"]));
      // A PNG begins with its size.
      const { buffer, byteOffset } = file.body;
      const view = new DataView(buffer, byteOffset);
      strictEqual(view.getUint32(0), 0x89504e47);
      const size = `${view.getUint32(16)}x${view.getUint32(20)}`;
      strictEqual(icon["sizes"], size);
      return { kind: `${icon["purpose"]} ${size}`, bytes: file.body.length };
    });

    deepStrictEqual(
      told.map(({ kind }: { kind: string }) => kind),
      ["any 192x192", "any 512x512", "maskable 512x512"],
    );
    const bytes = told.reduce(
      (sum: number, one: { bytes: number }) => sum + one.bytes,
      0,
    );
    ok(bytes <= PICTURES_BYTES_MAX, String(bytes));
    return Promise.resolve();
  }));

Deno.test("a file whose path tells its content is kept for ever, others are asked for again", () =>
  withPages(async ({ request }, files) => {
    for (const file of files) {
      const { headers, body, status } = await request(file.path);
      await body?.cancel();
      strictEqual(status, 200, file.path);
      strictEqual(headers.get("content-type"), file.type);
      const isFixed = FIXED.includes(file.path);
      strictEqual(
        headers.get("cache-control"),
        isFixed ? "no-cache" : "public, max-age=31536000, immutable",
      );
      if (!isFixed) {
        match(file.path, /^\/assets\/[\w.-]+-[0-9a-zA-Z]{8,16}\.\w+$/);
      }
    }
  }));

Deno.test("a file is sent in the smallest form that the client takes", () =>
  withPages(async ({ request }, files) => {
    const { path, body } = named(files, "app.js");
    const get = async (accepted?: string) => {
      const response = await request(
        path,
        accepted === undefined
          ? {}
          : { headers: { "accept-encoding": accepted } },
      );
      strictEqual(response.headers.get("vary"), "accept-encoding");
      const bytes = new Uint8Array(await response.arrayBuffer());
      strictEqual(response.headers.get("content-length"), String(bytes.length));
      return { encoding: response.headers.get("content-encoding"), bytes };
    };
    const table: readonly [string | undefined, string | null][] = [
      [undefined, null],
      ["", null],
      ["gzip, deflate, br, zstd", "br"],
      ["gzip;q=1.0, BR;q=0.1", "br"],
      ["gzip, br;q=0", "gzip"],
      ["gzip;q=0.000, br; q=0", null],
      ["brotli, xgzip", null],
      ["identity", null],
    ];
    for (const [accepted, encoding] of table) {
      const answer = await get(accepted);
      strictEqual(answer.encoding, encoding, String(accepted));
      const content = encoding === "br"
        ? brotliDecompressSync(answer.bytes)
        : encoding === "gzip"
        ? gunzipSync(answer.bytes)
        : answer.bytes;
      deepStrictEqual(new Uint8Array(content), body);
    }
  }));

Deno.test("a file that the client has is not sent again, in whichever form it has it", () =>
  withPages(async ({ request }, files) => {
    for (const path of ["/", named(files, "app.js").path, "/sw.js"]) {
      const tags = await Promise.all(
        ["br", "gzip", ""].map(async (accepted) => {
          const { headers, body } = await request(path, {
            headers: { "accept-encoding": accepted },
          });
          await body?.cancel();
          return headers.get("etag") ?? "";
        }),
      );
      strictEqual(new Set(tags).size, path === "/" ? 1 : 3);
      for (const tag of [...tags, ...tags.map((it) => `"0", W/${it}`)]) {
        const known = await request(path, {
          headers: { "if-none-match": tag },
        });
        strictEqual(known.status, 304, tag);
        strictEqual(await known.text(), "");
      }
      const other = await request(path, {
        headers: { "if-none-match": '"0"' },
      });
      strictEqual(other.status, 200);
      await other.body?.cancel();
    }
  }));

Deno.test("HEAD of a page says what GET would, and a page takes nothing else", () =>
  withPages(async ({ request }, files) => {
    for (const path of ["/till", named(files, "style.css").path]) {
      const [head, get] = await Promise.all(
        ["HEAD", "GET"].map((method) => request(path, { method })),
      );
      ok(head && get);
      strictEqual(head.status, 200);
      strictEqual(await head.text(), "");
      await get.body?.cancel();
      deepStrictEqual([...head.headers], [...get.headers]);
      const post = await request(path, { method: "POST" });
      strictEqual(post.status, 405);
      strictEqual(post.headers.get("allow"), "GET, HEAD, OPTIONS");
      await post.body?.cancel();
    }
    const unknown = await request("/assets/none.js");
    strictEqual(unknown.status, 404);
    await unknown.body?.cancel();
  }));

Deno.test("without users at an address that needs sign-in there is a page to sign in, and nothing to read", async () => {
  const pages = await bundled();
  await withApi(async ({ request }) => {
    const status = async (path: string) => {
      const response = await request(path);
      await response.body?.cancel();
      return response.status;
    };
    for (const path of [...PAGE_PATHS, ...pages.map((file) => file.path)]) {
      strictEqual(await status(path), 200, path);
    }
    for (const path of ["/v1/sales", "/v1/node", "/v1/reference", "/none"]) {
      strictEqual(await status(path), 401, path);
    }
  }, { app: { pages, requireSignIn: true } });
});

Deno.test("the pages open for those who have not signed in, under the node's own names alone", async () => {
  const pages = await bundled();
  await withPeople(async ({ request }) => {
    const status = async (host: string) => {
      const response = await request("/till", { headers: { host } });
      await response.body?.cancel();
      return response.status;
    };
    strictEqual(await status("127.0.0.1:8080"), 200);
    strictEqual(await status("evil.example"), 403);
  }, { pages, allowedHosts: [] });
});

Deno.test("without bundled pages a node says how to make them", () =>
  withApi(async ({ request }) => {
    const response = await request("/");
    const text = await response.text();

    strictEqual(response.status, 503);
    match(text, /deno task bundle/);
    match(text, /href="\/v1\/reference"/);
    match(
      response.headers.get("content-security-policy") ?? "",
      /default-src 'none'/,
    );
  }));
