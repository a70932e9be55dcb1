import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import * as automerge from "@automerge/automerge";
import { refuses, withApi, withProduct } from "../native_api.ts";

Deno.test("GET /v1/documents lists names, and each can be read as JSON and as a file", () =>
  withApi(async (api) => {
    await withProduct(api, "honey");

    const names: string[] = [];
    let next: string | null = "";
    while (next !== null) {
      const cursor: string = next === ""
        ? ""
        : `&cursor=${encodeURIComponent(next)}`;
      const { body } = await api.get(`/v1/documents?limit=2${cursor}`);
      names.push(...body.items.map((it: { name: string }) => it.name));
      next = body.next;
    }
    ok(names.includes("catalog/site:CUS"), names.join());

    for (const name of names) {
      const json = await api.get(`/v1/documents/${name}`);
      const encoded = await api.get(
        `/v1/documents/${encodeURIComponent(name)}`,
      );
      const file = await api.request(`/v1/documents/${name}`, {
        headers: { accept: "application/vnd.automerge" },
      });
      const document = automerge.load(new Uint8Array(await file.bytes()));

      strictEqual(json.status, 200);
      strictEqual(json.body.name, name);
      deepStrictEqual(encoded.body, json.body);
      strictEqual(
        file.headers.get("content-type"),
        "application/vnd.automerge",
      );
      deepStrictEqual(
        automerge.getHeads(document).toSorted(),
        json.body.heads.toSorted(),
      );
      deepStrictEqual(
        Object.keys(document as object).toSorted(),
        Object.keys(json.body.content).toSorted(),
      );
    }
  }));

Deno.test("GET /v1/documents/{name} refuses unknown names", () =>
  withApi(async (api) => {
    for (
      const name of [
        "nothing",
        "journal/x/1",
        "..%2F..%2Fetc%2Fpasswd",
        "a%00b",
        "x".repeat(600),
        "%",
      ]
    ) {
      refuses(await api.get(`/v1/documents/${name}`), 404, "not_found");
    }
  }));
