import { escapeForTerminal } from "@moat/core/model";

/** Markup. Made by {@link html} alone, so that no text of a package is one. */
export class Html {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  static join(strings: TemplateStringsArray, values: readonly HtmlValue[]): Html {
    const own = withoutIndent(strings);
    return new Html(own.map((string, index) => (index === 0 ? "" : textOf(values[index - 1])) + string).join(""));
  }

  toString(): string {
    return this.#text;
  }
}

/** `undefined` is nothing; arrays are their items, one after the other. */
export type HtmlValue = Html | string | number | undefined | readonly HtmlValue[];

/**
 * Markup with values in it. Text is escaped wherever it stands, between tags or in a quoted attribute;
 * markup is put in as it is.
 *
 * HAZARD: never inside of `<script>` or `<style>`, where other rules hold, and never in an attribute without quotes.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return Html.join(strings, values);
}

const UNINDENTED = new WeakMap<TemplateStringsArray, readonly string[]>();

/** A template as its author lays it out is for its author: a browser takes any white space between words for one space. */
function withoutIndent(strings: TemplateStringsArray): readonly string[] {
  let own = UNINDENTED.get(strings);
  if (own === undefined) UNINDENTED.set(strings, (own = strings.map((string) => string.replace(/\s*\n\s*/gu, "\n"))));
  return own;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** Text of anybody, as text: no markup, and nothing that is invisible or turns the direction of what follows. */
function escapeHtml(text: string): string {
  return escapeForTerminal(text).replace(/[&<>"'`]/gu, (character) => ENTITIES[character]!);
}

function textOf(value: HtmlValue): string {
  if (value === undefined) return "";
  if (typeof value === "object") return value instanceof Html ? value.toString() : value.map(textOf).join("");
  return escapeHtml(String(value));
}
