/** Hosts whose truth is known because they are made from it: addresses and names in every spelling. */
import fc from "fast-check";

/** What a text stands for: four or sixteen bytes, or a name. Mapped addresses are four bytes. */
export type Truth =
  | { readonly kind: "address"; readonly bytes: readonly number[] }
  | { readonly kind: "name"; readonly name: string }
  /** Something that is no host at all, or another one than it looks like. */
  | { readonly kind: "other" };

export interface Host {
  readonly text: string;
  readonly truth: Truth;
  /** In the one usual spelling. */
  readonly isUsual: boolean;
}

const INTERESTING_4 = [
  [127, 0, 0, 1],
  [127, 0, 0, 2],
  [10, 1, 2, 3],
  [169, 254, 169, 254],
  [169, 254, 1, 1],
  [192, 0, 2, 1],
  [8, 8, 8, 8],
  [0, 0, 0, 0],
  [224, 0, 0, 1],
  [255, 255, 255, 255],
  [100, 100, 100, 200],
];
const bytes4 = fc.oneof(
  fc.constantFrom(...INTERESTING_4),
  fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 }),
);

const number = (value: number, style: number): string =>
  style === 0
    ? `${value}`
    : style === 1
      ? `0${value.toString(8)}`
      : style === 2
        ? `0x${value.toString(16)}`
        : style === 3
          ? `0X${value.toString(16).toUpperCase()}`
          : `0x000${value.toString(16)}`;

const fullWidth = (text: string): string =>
  text.replaceAll(/[0-9a-z]/g, (one) => String.fromCodePoint(one.codePointAt(0)! + 0xfee0));

/** All that `inet_aton` reads, and what a URL's host would be read as. */
function spell4(bytes: readonly number[], parts: number, styles: readonly number[], look: string): string {
  const numbers: number[] = [...bytes.slice(0, parts - 1)];
  numbers.push(bytes.slice(parts - 1).reduce((sum, byte) => sum * 256 + byte, 0));
  const text = numbers.map((value, i) => number(value, styles[i] ?? 0)).join(".");
  if (look === "dot") return `${text}.`;
  if (look === "wide") return fullWidth(text);
  if (look === "ideographic") return text.replaceAll(".", "。");
  if (look === "brackets") return `[${text}]`;
  return text;
}

const ipv4: fc.Arbitrary<Host> = fc
  .tuple(
    bytes4,
    fc.integer({ min: 1, max: 4 }),
    fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 4, maxLength: 4 }),
    fc.constantFrom("", "", "", "dot", "wide", "ideographic", "brackets"),
    fc.boolean(),
  )
  .map(([bytes, parts, styles, look, isUsual]) => ({
    text: isUsual ? bytes.join(".") : spell4(bytes, parts, styles, look),
    truth: { kind: "address", bytes },
    isUsual,
  }));

const INTERESTING_6 = [
  "00000000000000000000000000000001",
  "fe800000000000000000000000000001",
  "fd000ec2000000000000000000000254",
  "20010db8000000000000000000000001",
  "febf0000000000000000000000000001",
  "ff020000000000000000000000000001",
  "0064ff9b0000000000000000a9fea9fe",
  "2002a9fea9fe00000000000000000000",
  "00000000000000000000000000000000",
].map((hex) => hex.match(/../g)!.map((pair) => Number.parseInt(pair, 16)));
const bytes6 = fc.oneof(
  fc.constantFrom(...INTERESTING_6),
  bytes4.map((tail) => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...tail]),
  fc.array(fc.constantFrom(0, 0, 0, 1, 254, 128), { minLength: 16, maxLength: 16 }),
);

function spell6(bytes: readonly number[], { long, upper, dotted, compress, look }: Spelling6): string {
  let groups: string[] = [];
  for (let i = 0; i < 16; i += 2) {
    const text = (bytes[i]! * 256 + bytes[i + 1]!).toString(16);
    groups.push(long ? text.padStart(4, "0") : text);
  }
  if (dotted) groups = [...groups.slice(0, 6), bytes.slice(12).join(".")];
  let text = groups.join(":");
  // One run of zeros, wherever it is.
  if (compress) text = text.replace(/(?:^|:)(?:0000|0)(?::(?:0000|0))*(?:$|:)/, (run) => (run === text ? "::" : "::"));
  if (upper) text = text.toUpperCase();
  if (look === "zone") return `${text}%eth0`;
  if (look === "brackets") return `[${text}]`;
  if (look === "bracketsZone") return `[${text}%25eth0]`;
  return text;
}
interface Spelling6 {
  readonly long: boolean;
  readonly upper: boolean;
  readonly dotted: boolean;
  readonly compress: boolean;
  readonly look: string;
}

const ipv6: fc.Arbitrary<Host> = fc
  .tuple(
    bytes6,
    fc.record({
      long: fc.boolean(),
      upper: fc.boolean(),
      dotted: fc.boolean(),
      compress: fc.boolean(),
      look: fc.constantFrom("", "", "zone", "brackets", "bracketsZone"),
    }),
  )
  .map(([bytes, spelling]) => {
    const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
    return {
      text: spell6(bytes, spelling),
      truth: { kind: "address", bytes: isMapped ? bytes.slice(12) : bytes },
      isUsual: false,
    };
  });

export const NAMES = [
  "example.com",
  "api.example.com",
  "localhost",
  "xn--bcher-kva.example",
  "metadata.google.internal",
  "a.b",
  "metadata",
];

/** Spellings that mean the same name, and texts that only look like it. */
const SAME: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name.toUpperCase(),
  (name) => `${name}.`,
  (name) => fullWidth(name.replaceAll("xn--bcher-kva", "bücher")),
  (name) => name.replace("xn--bcher-kva", "BÜCHER"),
  (name) => name.replaceAll(".", "。"),
  (name) => `${name[0]!.toUpperCase()}\u00ad${name.slice(1)}`,
];
const OTHER: readonly ((name: string) => string)[] = [
  (name) => `${name}.evil.org`,
  (name) => `evil${name}`,
  (name) => `evil.org/.${name}`,
  (name) => `evil.org#.${name}`,
  (name) => `evil.org?.${name}`,
  (name) => `evil.org\\.${name}`,
  (name) => `${name}@evil.org`,
  (name) => `evil.org:80@${name}`,
  (name) => `${name}\0.evil.org`,
  (name) => `${name}\n.evil.org`,
  (name) => `${name} evil.org`,
  (name) => `${name}..`,
  (name) => `.${name}`,
  (name) => `%65vil.org.${name}`,
  (name) => `${name}%2eevil.org`,
  () => "",
  () => ".",
  () => "evil.org",
];

const names: fc.Arbitrary<Host> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...NAMES), fc.nat(SAME.length - 1))
    .map(([name, i]): Host => ({ text: SAME[i]!(name), truth: { kind: "name", name }, isUsual: i < 3 })),
  fc.tuple(fc.constantFrom(...NAMES), fc.nat(OTHER.length - 1)).map(([name, i]): Host => {
    const text = OTHER[i]!(name);
    return {
      text,
      truth: /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(text) ? { kind: "name", name: text } : { kind: "other" },
      isUsual: false,
    };
  }),
);

export const anyHost: fc.Arbitrary<Host> = fc.oneof(ipv4, ipv6, names);

/** A grant, as a policy writes it and as what it is. */
export interface Grant {
  readonly text: string;
  readonly host: Truth | { readonly kind: "any" } | { readonly kind: "below"; readonly name: string };
  readonly port: number | "*";
}

const ports = fc.constantFrom<number | "*">("*", 443, 80, 8080);
export const anyGrant: fc.Arbitrary<Grant> = fc.oneof(
  fc.constant<Grant>({ text: "*", host: { kind: "any" }, port: "*" }),
  ports.map((port): Grant => ({ text: `*:${port}`, host: { kind: "any" }, port })),
  fc
    .tuple(fc.constantFrom(...NAMES), ports)
    .map(([name, port]): Grant => ({ text: `${name}:${port}`, host: { kind: "name", name }, port })),
  fc
    .tuple(fc.constantFrom("example.com", "b"), ports)
    .map(([name, port]): Grant => ({ text: `*.${name}:${port}`, host: { kind: "below", name }, port })),
  fc
    .tuple(fc.constantFrom(...INTERESTING_4), ports)
    .map(([bytes, port]): Grant => ({ text: `${bytes.join(".")}:${port}`, host: { kind: "address", bytes }, port })),
  fc
    .tuple(fc.constantFrom(...INTERESTING_6), ports)
    .map(([bytes, port]): Grant => ({ text: `${printed6(bytes)}:${port}`, host: { kind: "address", bytes }, port })),
);

/** By the URL parser, which is not moat's. */
function printed6(bytes: readonly number[]): string {
  return new URL(
    `http://${spell6(bytes, { long: true, upper: false, dotted: false, compress: false, look: "brackets" })}/`,
  ).hostname;
}

const METADATA = new Set(["100,100,100,200", "168,63,129,16", "192,0,0,192"]);

/** Reached by a grant that spells it out and by no other. */
export function isSpecial(truth: Truth): boolean {
  if (truth.kind === "name") return truth.name === "metadata" || truth.name === "metadata.google.internal";
  if (truth.kind !== "address") return true;
  const { bytes } = truth;
  if (bytes.length === 4) {
    return (
      (bytes[0] === 169 && bytes[1] === 254) ||
      METADATA.has(bytes.join()) ||
      (bytes[0]! >= 224 && bytes[0]! < 240) ||
      bytes.join() === "255,255,255,255"
    );
  }
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (
    /^fe[89ab]|^ff/.test(hex) ||
    hex === "fd000ec2000000000000000000000254" ||
    hex === "fd2000ce000000000000000000000254"
  )
    return true;
  const inside = (from: number): boolean =>
    isSpecial({ kind: "address", bytes: bytes.slice(from, from + 4) }) && !(bytes[from]! >= 224);
  if (hex.startsWith("2002")) return inside(2);
  if (hex.startsWith("0064ff9b")) return inside(12);
  return /^0{24}/.test(hex) || /^0{16}ffff0000/.test(hex) ? inside(12) : false;
}

export function covers(grant: Grant, truth: Truth, port: number): boolean {
  if (grant.port !== "*" && grant.port !== port) return false;
  const { host } = grant;
  if (truth.kind === "other") return false;
  if (host.kind === "any") return !isSpecial(truth);
  if (host.kind === "below") return truth.kind === "name" && truth.name.endsWith(`.${host.name}`);
  if (host.kind === "name") return truth.kind === "name" && truth.name === host.name;
  return host.kind === "address" && truth.kind === "address" && host.bytes.join() === truth.bytes.join();
}
