/** Paths as a hostile package writes them: in every spelling and every type. */
import { fileURLToPath, pathToFileURL } from "node:url";
import fc from "fast-check";
import { FILES, LINKS, NEW_NAMES } from "./fs-model.ts";
import type { Tree } from "./fs-tree.ts";

export interface PathSpec {
  readonly start: string;
  readonly names: readonly string[];
  readonly end: string;
  readonly form: (typeof FORMS)[number];
}

const STARTS = [
  "ROOT/",
  "ROOT/",
  "ROOT/project/",
  "ROOT/project/",
  "ROOT/project/node_modules/dep/",
  "ROOT/project/out/",
  "ROOT/project/src/",
  "ROOT/home/",
  "",
  "",
  "./",
  "../home/",
  "/proc/self/rootROOT/",
  "/proc/self/cwd/",
  "/proc/thread-self/rootROOT/",
  "/proc/self/task/../rootROOT/",
  "/dev/fd/FOLDER/",
  "/proc/self/fd/FOLDER/",
  "/dev/../proc/self/fd/FOLDER/",
  "//ROOT/",
  "/./ROOT/",
  "ROOT//",
  "ROOT/nothing/../",
  "ROOT/project/src/up/",
  "ROOT/project/src/homelink/",
  "ROOT/tmp/project/",
  "<home>/",
  "~/",
  "file://ROOT/",
  "ROOT\\",
] as const;
const ENDS = ["", "", "", "", "", "/", "/.", "//", "/..", "\u0000", "\u0000.txt", "/./", " ", "%00", "LONG"] as const;
export const FORMS = [
  "string",
  "string",
  "string",
  "string",
  "buffer",
  "bytes",
  "view",
  "url",
  "urlEscaped",
  "urlLike",
  "twoFacedUrl",
  "twoFacedBytes",
  "stringObject",
  "list",
  "toPrimitive",
] as const;

const names = [
  ...new Set([...FILES, ...Object.keys(LINKS)].flatMap((file) => file.split("/"))),
  ...NEW_NAMES,
  "..",
  "..",
  "..",
  ".",
  "",
  "SRC",
  "Index.js",
  "%2e%2e",
  "..%2f",
  "a\u0301.txt",
  "constructor",
  "__proto__",
];
const wholeFiles = [...FILES, ...Object.keys(LINKS)];

/** Mostly a path that leads somewhere, with detours. */
const detoured = fc
  .tuple(
    fc.constantFrom(...wholeFiles),
    fc.nat(3),
    fc.constantFrom("", "..", ".", "out/..", "src/up/src", "x/.."),
    fc.nat(4),
  )
  .map(([file, at, detour, cut]) => {
    const all = file.split("/");
    const list = all.slice(0, Math.max(1, all.length - (cut === 0 ? 1 : 0)));
    if (detour === "") return list;
    return [...list.slice(0, at), ...detour.split("/"), ...list.slice(at)];
  });

const plainFile = fc.constantFrom(...wholeFiles).map((file) => file.split("/"));
const newFile = fc
  .tuple(
    fc.constantFrom("project", "project/out", "project/src", "project/node_modules/dep", "tmp", "home", "loot"),
    fc.constantFrom("new.txt", "new.txt", "n", "n", "n/m", ...NEW_NAMES),
  )
  .map(([folder, name]) => [...folder.split("/"), ...name.split("/")]);
const folder = fc.tuple(plainFile, fc.integer({ min: 1, max: 3 })).map(([file, count]) => file.slice(0, count));
const spec = (start: string, all: fc.Arbitrary<string[]>, weird: boolean): fc.Arbitrary<PathSpec> =>
  fc.record({
    start: fc.constant(start),
    names: all,
    end: weird ? fc.constantFrom(...ENDS) : fc.constant(""),
    form: weird ? fc.constantFrom(...FORMS) : fc.constant("string" as const),
  });

export const anyPath: fc.Arbitrary<PathSpec> = fc.oneof(
  { weight: 4, arbitrary: spec("ROOT/", plainFile, false) },
  { weight: 3, arbitrary: spec("ROOT/", newFile, false) },
  { weight: 1, arbitrary: spec("ROOT/", folder, false) },
  { weight: 4, arbitrary: spec("ROOT/", detoured, true) },
  {
    weight: 3,
    arbitrary: fc.record({
      start: fc.constantFrom(...STARTS),
      names: fc.oneof(fc.array(fc.constantFrom(...names), { maxLength: 5 }), detoured),
      end: fc.constantFrom(...ENDS),
      form: fc.constantFrom(...FORMS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      start: fc.constantFrom(
        "/dev/fd/FILE",
        "/proc/self/fd/FILE",
        "/proc/self/environ",
        "/proc/self/maps",
        "/etc/passwd",
        "/proc/PID/rootROOT/home/.npmrc",
      ),
      names: fc.constant([]),
      end: fc.constantFrom(...ENDS),
      form: fc.constantFrom(...FORMS),
    }),
  },
);

/** The text that a specification stands for. */
export function textOf(spec: PathSpec, tree: Tree): string {
  const start = spec.start
    .replace("ROOT", tree.root)
    .replace("FOLDER", `${tree.secretFolder}`)
    .replace("FILE", `${tree.secretFile}`)
    .replace("PID", `${process.pid}`);
  const text = start + spec.names.join("/") + (spec.end === "LONG" ? "/.".repeat(3000) : spec.end);
  return text;
}

/** The path that Node reads in what the guest hands in: a URL's dots are gone before any link is followed. */
export function pathOf(spec: PathSpec, tree: Tree): string {
  const value = spec.form === "url" ? valueOf(spec, tree, "") : undefined;
  return value instanceof URL ? fileURLToPath(value) : textOf(spec, tree);
}

/** What the guest hands in, made afresh: some forms change with each look. `other` is what they change to. */
export function valueOf(spec: PathSpec, tree: Tree, other: string): unknown {
  const text = textOf(spec, tree);
  switch (spec.form) {
    case "buffer":
      return Buffer.from(text);
    case "bytes":
      return new Uint8Array(Buffer.from(text));
    case "view": {
      const padded = Buffer.from(`xx${text}/../yy`);
      return new Uint8Array(padded.buffer, padded.byteOffset + 2, padded.length - 8);
    }
    case "url":
      return text.startsWith("/") && !text.includes("\0") ? pathToFileURL(text) : text;
    case "urlEscaped":
      return text.startsWith("/")
        ? new URL(
            `file://${[...Buffer.from(text)].map((byte) => (byte === 47 ? "/" : `%${byte.toString(16).padStart(2, "0")}`)).join("")}`,
          )
        : text;
    case "urlLike":
      return {
        href: `file://${text}`,
        protocol: "file:",
        hostname: "",
        host: "",
        pathname: text,
        auth: undefined,
        path: undefined,
      };
    case "twoFacedUrl": {
      let looks = 0;
      return new Proxy(new URL(`file://${encodeURI(text.startsWith("/") ? text : `/${text}`)}`), {
        get: (url, key) =>
          (key === "href" || key === "pathname") && looks++ % 2 === 1
            ? `${key === "href" ? "file://" : ""}${other}`
            : Reflect.get(url, key, url),
      });
    }
    case "twoFacedBytes": {
      class Bytes extends Uint8Array {
        override slice(): any {
          return new Uint8Array(Buffer.from(other));
        }
        override subarray(): any {
          return this.slice();
        }
        override toString(): string {
          return other;
        }
        override get length(): number {
          return other.length;
        }
        override [Symbol.iterator](): any {
          return Buffer.from(other).values();
        }
      }
      return new Bytes(Buffer.from(text));
    }
    case "stringObject":
      return new String(text);
    case "list":
      return [text];
    case "toPrimitive": {
      let looks = 0;
      const answer = () => (looks++ % 2 === 0 ? text : other);
      return { [Symbol.toPrimitive]: answer, toString: answer, valueOf: answer };
    }
    default:
      return text;
  }
}
