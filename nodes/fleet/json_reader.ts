/**
 * Reads JSON text from the front to the back and knows where it is, so that a file that is refused can be mended: the
 * complaint names the member and its line. It builds nothing that the caller does not ask for.
 *
 * @module
 */
import { PanalError } from "../../crdt/mod.ts";
import { quote } from "../option_parser.ts";

/** How deep values may be nested. */
const DEPTH_MAX = 64;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const SPACE = /[ \t\n\r]*/y;
const WORDS = ["true", "false", "null"] as const;

/** A place in a JSON text, as people count. */
export interface JsonPlace {
  /** From 1 on. */
  readonly line: number;
  /** From 1 on, in characters. */
  readonly column: number;
}

/** Reads one JSON text. */
export class JsonReader {
  readonly #text: string;
  readonly #path: string[] = [];
  #at = 0;
  /** Where the value that is read now begins. */
  #begin = 0;

  /**
   * Begins at the front.
   *
   * @param text The whole text.
   */
  constructor(text: string) {
    this.#text = text;
  }

  /**
   * Reads an object.
   *
   * @param member Is told each name and must read its value; a name comes once.
   * @returns Where the object began, for `missing`.
   * @throws {PanalError} `invalid_argument` if something else stands there.
   */
  object(member: (name: string) => void): number {
    const begin = this.#open("{", "an object");
    const names = new Set<string>();
    this.#list("}", () => {
      const name = this.string();
      if (names.has(name)) this.fail(`${quote(name)} stands there twice`);
      names.add(name);
      this.#space();
      if (this.#text[this.#at] !== ":") this.#broken("a colon");
      this.#at++;
      this.#within(name, () => member(name));
    });
    return begin;
  }

  /**
   * Reads a list.
   *
   * @param item Must read each value.
   * @throws {PanalError} `invalid_argument` if something else stands there.
   */
  list(item: () => void): void {
    this.#open("[", "a list");
    let index = 0;
    this.#list("]", () => this.#within(`[${index++}]`, item));
  }

  /**
   * Reads a text.
   *
   * @returns The text.
   * @throws {PanalError} `invalid_argument` if something else stands there.
   */
  string(): string {
    this.#start();
    if (this.#text[this.#at] !== '"') this.#expected("a text");
    let end = this.#at + 1;
    for (let code; (code = this.#text.charCodeAt(end)) !== 0x22; end++) {
      // A text that never ends gives NaN here.
      if (!(code >= 0x20)) this.#broken("the end of a text");
      if (code === 0x5c) end++;
    }
    try {
      const text: unknown = JSON.parse(this.#text.slice(this.#at, end + 1));
      this.#at = end + 1;
      return String(text);
    } catch {
      return this.fail("the text has an escape that JSON does not have");
    }
  }

  /**
   * Reads a whole number.
   *
   * @param max The largest that is allowed, at most 2^53 - 1.
   * @returns The number.
   * @throws {PanalError} `invalid_argument` if something else stands there.
   */
  natural(max: number): number {
    this.#start();
    const text = this.#number();
    const value = /^(?:0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : NaN;
    if (value <= max) return value;
    return this.#expected(`a whole number from 0 to ${max}`);
  }

  /**
   * Reads `true` or `false`.
   *
   * @returns Which.
   * @throws {PanalError} `invalid_argument` if something else stands there.
   */
  boolean(): boolean {
    this.#start();
    const word = this.#word();
    if (word === "true") return true;
    if (word === "false") return false;
    return this.#expected("true or false");
  }

  /** Reads any value and forgets it. */
  skip(): void {
    this.#start();
    switch (this.#text[this.#at]) {
      case "{":
        return void this.object(() => this.skip());
      case "[":
        return this.list(() => this.skip());
      case '"':
        return void this.string();
      default:
        if (this.#word() === undefined && this.#number() === "") {
          this.#expected("a value");
        }
    }
  }

  /**
   * Makes sure that nothing follows.
   *
   * @throws {PanalError} `invalid_argument` if something does.
   */
  end(): void {
    this.#space();
    if (this.#at < this.#text.length) this.#broken("the end");
  }

  /**
   * Gives up about the value that was read last.
   *
   * @param why What is wrong, e.g. `"balance" is missing`.
   * @param begin Where, as `object` returned it; the last value if left out.
   * @throws {PanalError} `invalid_argument` with member, line and column.
   */
  fail(why: string, begin: number = this.#begin): never {
    const { line, column } = this.#place(begin);
    const path = this.#path.join("").replace(/^\./, "");
    throw new PanalError(
      "invalid_argument",
      `line ${line}, column ${column}${
        path === "" ? "" : `, ${path.slice(0, 200)}`
      }: ${why}`,
    );
  }

  #within(name: string, read: () => void): void {
    const isPlain = /^(?:\[[0-9]+\]|[A-Za-z0-9_]+)$/.test(name);
    const step = isPlain ? name : `[${quote(name)}]`;
    this.#path.push(step.startsWith("[") ? step : `.${step}`);
    if (this.#path.length > DEPTH_MAX) this.fail("it is nested too deep");
    read();
    this.#path.pop();
  }

  #list(close: string, item: () => void): void {
    this.#space();
    if (this.#text[this.#at] === close) return void this.#at++;
    for (;;) {
      item();
      this.#space();
      const mark = this.#text[this.#at];
      if (mark !== "," && mark !== close) this.#broken(`a comma or ${close}`);
      this.#at++;
      if (mark === close) return;
    }
  }

  #open(mark: string, name: string): number {
    this.#start();
    if (this.#text[this.#at] !== mark) this.#expected(name);
    this.#at++;
    return this.#begin;
  }

  #start(): void {
    this.#space();
    this.#begin = this.#at;
  }

  #space(): void {
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.#text);
    this.#at = SPACE.lastIndex;
  }

  #number(): string {
    NUMBER.lastIndex = this.#at;
    const [text = ""] = NUMBER.exec(this.#text) ?? [];
    this.#at += text.length;
    return text;
  }

  #word(): string | undefined {
    const word = WORDS.find((it) => this.#text.startsWith(it, this.#at));
    this.#at += word?.length ?? 0;
    return word;
  }

  #expected(what: string): never {
    return this.fail(`${what} should stand there`);
  }

  /** The text is no JSON here. */
  #broken(what: string): never {
    const isEnd = this.#at >= this.#text.length;
    return this.fail(
      isEnd
        ? `the text ends where ${what} should stand`
        : `${what} should stand there`,
      this.#at,
    );
  }

  #place(at: number): JsonPlace {
    let [line, from] = [1, 0];
    for (let end; (end = this.#text.indexOf("\n", from)) >= 0 && end < at;) {
      line++;
      from = end + 1;
    }
    return { line, column: at - from + 1 };
  }
}
