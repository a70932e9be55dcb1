import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  createSurface,
  jsonResponse,
} from "../../../web/surfaces/fastapi_app.ts";
import {
  BODY_BYTES_MAX,
  failureResponse,
  readForm,
  readJsonBody,
} from "../../../web/surfaces/fastapi_body.ts";
import { readInteger } from "../../../web/surfaces/fastapi_validation.ts";
import { answerOf, ask } from "./surface_client.ts";

const app = createSurface([
  {
    method: "POST",
    path: "/json",
    async handle({ raw }) {
      const fields = { id: { key: "id", read: readInteger } };
      const read = await readJsonBody(raw, fields);
      return read.ok ? jsonResponse(read.value) : failureResponse(read.error);
    },
  },
  {
    method: "POST",
    path: "/form",
    async handle({ raw }) {
      const read = await readForm(raw);
      return read.ok ? jsonResponse(read.value) : read.error;
    },
  },
]);

const NOT_DECODABLE = '{"detail":"There was an error parsing the body"}';
const NO_OBJECT =
  "Input should be a valid dictionary or object to extract fields from";

Deno.test("readJsonBody() parses application/json and application/*+json, parameters allowed (2.8)", async () => {
  for (
    const type of [
      "application/json",
      "APPLICATION/JSON; charset=utf-8",
      "application/vnd.api+json",
    ]
  ) {
    deepStrictEqual(
      await answerOf(app, "POST /json", '{"id":1}', { "content-type": type }),
      [200, '{"id":1}'],
    );
  }
});

Deno.test("D-9: readJsonBody() takes another type or none as text, which is no object", async () => {
  for (
    const type of [
      "",
      "text/plain",
      "application/x-www-form-urlencoded",
      "text/json",
    ]
  ) {
    deepStrictEqual(
      await answerOf(app, "POST /json", '{"id":1}', { "content-type": type }),
      [
        422,
        `{"detail":[{"type":"model_attributes_type","loc":["body"],"msg":"${NO_OBJECT}","input":"{\\"id\\":1}"}]}`,
      ],
    );
  }
});

Deno.test("readJsonBody() calls an absent, empty or null body missing (2.6)", async () => {
  for (const body of [null, "", "null"]) {
    deepStrictEqual(await answerOf(app, "POST /json", body), [
      422,
      '{"detail":[{"type":"missing","loc":["body"],"msg":"Field required","input":null}]}',
    ]);
  }
});

Deno.test("readJsonBody() calls broken JSON json_invalid with the offset (2.6)", async () => {
  deepStrictEqual(await answerOf(app, "POST /json", '{"id":1,}'), [
    422,
    '{"detail":[{"type":"json_invalid","loc":["body",8],"msg":"JSON decode error","input":{},"ctx":{"error":"Expecting property name enclosed in double quotes"}}]}',
  ]);
});

Deno.test("readJsonBody() answers 400 to bytes that are no text, and to a bottomless nesting (2.5)", async () => {
  const bytes = Uint8Array.of(0x22, 0xff, 0x22);
  deepStrictEqual(await answerOf(app, "POST /json", bytes), [
    400,
    NOT_DECODABLE,
  ]);
  deepStrictEqual(
    await answerOf(app, "POST /json", "[".repeat(5000)),
    [400, NOT_DECODABLE],
  );
});

Deno.test("readJsonBody() reads past a byte order mark", async () => {
  deepStrictEqual(await answerOf(app, "POST /json", '\ufeff{"id":1}'), [
    200,
    '{"id":1}',
  ]);
});

Deno.test("a body beyond 1 MiB is 413, with and without a stated length", async () => {
  const answer = [413, '{"detail":"Content Too Large"}'];
  const body = `"${"x".repeat(BODY_BYTES_MAX)}"`;
  deepStrictEqual(await answerOf(app, "POST /json", body), answer);
  deepStrictEqual(await answerOf(app, "POST /form", body), answer);
  const stated = { "content-length": String(BODY_BYTES_MAX + 1) };
  deepStrictEqual(await answerOf(app, "POST /json", "{}", stated), answer);
  const whole = `{"id":1,"x":"${"x".repeat(BODY_BYTES_MAX - 15)}"}`;
  strictEqual(new TextEncoder().encode(whole).length, BODY_BYTES_MAX);
  deepStrictEqual(await answerOf(app, "POST /json", whole), [200, '{"id":1}']);
});

Deno.test("readForm() reads urlencoded and multipart fields; the last of a name wins, empty ones are absent (2.8)", async () => {
  const pairs = [["a", "1"], ["a", "ñ & =+"], ["b", ""], ["c", " "]];
  const expected = [200, '{"a":"ñ & =+","c":" "}'];
  const multipart = new FormData();
  for (const [name = "", value = ""] of pairs) multipart.append(name, value);
  deepStrictEqual(
    await answerOf(app, "POST /form", new URLSearchParams(pairs)),
    expected,
  );
  deepStrictEqual(await answerOf(app, "POST /form", multipart), expected);
});

Deno.test("readForm() takes a file as an object, and no fields from another type", async () => {
  const form = new FormData();
  form.append("a", new File(["x"], "x.txt"));
  deepStrictEqual(await answerOf(app, "POST /form", form), [200, '{"a":{}}']);
  for (const type of ["", "text/plain", "application/json"]) {
    deepStrictEqual(
      await answerOf(app, "POST /form", "a=1", { "content-type": type }),
      [200, "{}"],
    );
  }
});

Deno.test("readForm() answers 400 to a damaged multipart body", async () => {
  for (
    const type of ["multipart/form-data", "multipart/form-data; boundary=x"]
  ) {
    deepStrictEqual(
      await answerOf(app, "POST /form", "--y\r\nno", { "content-type": type }),
      [400, NOT_DECODABLE],
    );
  }
});

Deno.test("bodies of arbitrary bytes are answered and never break the surface", async () => {
  const types = fc.constantFrom(
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
  );
  const paths = fc.constantFrom("/json", "/form");
  await fc.assert(fc.asyncProperty(
    fc.uint8Array({ maxLength: 200 }),
    types,
    paths,
    async (bytes, type, path) => {
      const { status } = await ask(app, `POST ${path}`, new Uint8Array(bytes), {
        "content-type": type,
      });
      strictEqual([200, 400, 422].includes(status), true);
    },
  ));
});
