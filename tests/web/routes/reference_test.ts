import { match, ok, strictEqual } from "node:assert/strict";
import { withApi } from "../native_api.ts";

const PAGES = [
  ["/v1/reference", "text/html; charset=utf-8"],
  ["/v1/reference.js", "text/javascript; charset=utf-8"],
  ["/v1/reference.css", "text/css; charset=utf-8"],
] as const;

for (const [path, type] of PAGES) {
  Deno.test(`GET ${path} loads nothing from outside and runs no inline script`, () =>
    withApi(async (api) => {
      const response = await api.request(path);
      const text = await response.text();

      strictEqual(response.status, 200);
      strictEqual(response.headers.get("content-type"), type);
      const policy = response.headers.get("content-security-policy") ?? "";
      match(policy, /default-src 'none'/);
      ok(!policy.includes("unsafe"));
      ok(!/https?:\/\//.test(text), "names an address outside");
      ok(
        !/<script(?![^>]*\ssrc="\/v1\/)|<style|\son\w+="|\sstyle="/.test(text),
      );
    }));
}

Deno.test("GET /v1/reference links only to addresses that are there", () =>
  withApi(async (api) => {
    const page = await (await api.request("/v1/reference")).text();
    const links = [...page.matchAll(/(?:href|src)="([^"]+)"/g)];

    ok(links.length > 1);
    for (const [, link = ""] of links) {
      const response = await api.request(link);
      strictEqual(response.status, 200, link);
      await response.body?.cancel();
    }
  }));

Deno.test("GET /v1/reference.js is a script that browsers can read", () =>
  withApi(async (api) => {
    const text = await (await api.request("/v1/reference.js")).text();

    // Compiled, not run: there is no page here.
    new Function(text);
    for (
      const unsafe of ["innerHTML", "outerHTML", "insertAdjacentHTML", "eval("]
    ) {
      ok(!text.includes(unsafe), unsafe);
    }
  }));
