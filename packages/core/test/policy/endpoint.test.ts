import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  endpointCovers,
  endpointCoversHost,
  endpointCoversListener,
  endpointCoversUnix,
  parseEndpoint,
  parseHost,
  printEndpoint,
} from "../../src/policy/endpoint.ts";
import { canonicalIPv4, canonicalIPv6, isGroupAddress, isLinkLocal } from "../../src/policy/ip-address.ts";

const RUNS = { numRuns: Number(process.env["MOAT_FUZZ_RUNS"] ?? 3000) };
const covers = (grant: string, host: string, port: number): boolean => {
  const asked = parseHost(host);
  const endpoint = parseEndpoint(grant);
  return asked !== undefined && endpoint !== undefined && endpointCovers(endpoint, asked, port);
};

describe("endpoints", () => {
  test.each([
    [
      "",
      "api.example.com",
      "host:",
      "host:70000",
      "host:01",
      "http://a:80",
      "a:80:90",
      "[::1]",
      "::1:80",
      "*.*:80",
      "*.1.2.3.4:80",
      "unix:",
      "a b:1",
      "a%65:1",
      "host:-1",
      "[fe80::1%eth0]:1",
      "a..b:1",
      "a/b:1",
    ],
  ])("malformed ones are undefined", (...texts) => {
    for (const text of texts) expect(parseEndpoint(text)).toBeUndefined();
  });

  test("printing is canonical and stable", () => {
    for (const [text, printed] of [
      ["API.Example.com.:443", "api.example.com:443"],
      ["bücher.example:80", "xn--bcher-kva.example:80"],
      ["[0:0:0:0:0:0:0:1]:*", "[::1]:*"],
      ["0x7f.1:80", "127.0.0.1:80"],
      ["[::ffff:7f00:1]:80", "127.0.0.1:80"],
      ["*.example.com:443", "*.example.com:443"],
      ["unix:/run/x.sock", "unix:/run/x.sock"],
      ["*:3000", "*:3000"],
    ] as const) {
      expect(printEndpoint(parseEndpoint(text)!)).toBe(printed);
      expect(printEndpoint(parseEndpoint(printed)!)).toBe(printed);
    }
  });

  test("names, suffixes and ports", () => {
    expect(covers("api.example.com:443", "API.EXAMPLE.COM.", 443)).toBe(true);
    expect(covers("api.example.com:443", "api.example.com", 80)).toBe(false);
    expect(covers("*.example.com:443", "a.b.example.com", 443)).toBe(true);
    expect(covers("*.example.com:443", "example.com", 443)).toBe(false);
    expect(covers("*.example.com:443", "evilexample.com", 443)).toBe(false);
    expect(covers("example.com:443", "example.com.evil.net", 443)).toBe(false);
    expect(covers("example.com:443", "example.com/.evil.net", 443)).toBe(false);
    expect(covers("example.com:443", "evil.net#example.com", 443)).toBe(false);
    expect(covers("evil.com:443", "%65vil.com", 443)).toBe(false);
    expect(covers("example.com:443", "example.com\0.evil.net", 443)).toBe(false);
    expect(covers("127.0.0.1:*", "0.0.0.0", 443)).toBe(false);
    expect(endpointCoversHost(parseEndpoint("a.example:443")!, parseHost("a.example")!)).toBe(true);
    expect(endpointCoversUnix(parseEndpoint("*")!, "/var/run/docker.sock")).toBe(false);
    expect(endpointCoversUnix(parseEndpoint("unix:/a")!, "/a")).toBe(true);
  });

  test("the star leaves out link-local, metadata and groups, which a grant may spell out", () => {
    for (const host of [
      "169.254.169.254",
      "0xa9fea9fe",
      "2852039166",
      "[::ffff:a9fe:a9fe]",
      "fe80::1",
      "febf::",
      "64:ff9b::a9fe:a9fe",
      "2002:a9fe:a9fe::1",
      "::a9fe:a9fe",
      "metadata.google.internal.",
      "100.100.100.200",
      "239.1.1.1",
      "255.255.255.255",
      "ff02::fb",
    ]) {
      expect(covers("*", host, 80)).toBe(false);
      expect(covers("*:80", host, 80)).toBe(false);
    }
    expect(covers("169.254.169.254:80", "2852039166", 80)).toBe(true);
    expect(covers("*", "fec0::1", 80)).toBe(true);
  });

  test("the star lets listen on the machine's own link-local addresses, and at no group", () => {
    const listens = (grant: string, host: string) =>
      endpointCoversListener(parseEndpoint(grant)!, parseHost(host)!, 80);
    for (const grant of ["*", "*:80"]) {
      expect(listens(grant, "fe80::1")).toBe(true);
      expect(listens(grant, "239.1.1.1")).toBe(false);
      expect(listens(grant, "metadata.google.internal")).toBe(false);
    }
    expect(listens("*:81", "fe80::1")).toBe(false);
    expect(listens("127.0.0.1:80", "fe80::1")).toBe(false);
  });
});

describe("properties", () => {
  const byte = fc.integer({ min: 0, max: 255 });
  const form = (value: number, style: number): string =>
    style === 0 ? `${value}` : style === 1 ? `0x${value.toString(16)}` : `0${value.toString(8)}`;

  test("every spelling of an IPv4 address is the same address", () => {
    fc.assert(
      fc.property(
        fc.tuple(byte, byte, byte, byte),
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 }),
        fc.integer({ min: 1, max: 4 }),
        (bytes, styles, parts) => {
          const head = bytes.slice(0, parts - 1);
          const tail = bytes.slice(parts - 1).reduce((sum, value) => sum * 256 + value, 0);
          const text = [...head, tail].map((value, index) => form(value, styles[index]!)).join(".");
          const plain = bytes.join(".");
          expect(canonicalIPv4(text)).toBe(plain);
          expect(parseHost(text)).toEqual({ kind: "address", address: plain });
          expect(covers("*", text, 1)).toBe(!isLinkLocal(plain) && !isGroupAddress(plain));
          expect(parseHost(`::ffff:${plain}`)).toEqual({ kind: "address", address: plain });
        },
      ),
      RUNS,
    );
  });

  test("IPv6 is canonical as the URL standard has it", () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const canonical = canonicalIPv6(text);
        const standard = new URL(`http://[${text}]`).hostname.slice(1, -1);
        const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/u.exec(standard);
        if (mapped === null) expect(canonical).toBe(standard);
        else expect(canonical).toContain(".");
      }),
      RUNS,
    );
  });

  test("no text is read as another host than the one a URL parser finds", () => {
    const hostile = fc.string({
      unit: fc.constantFrom(..."abAZ09.-_:/\\@#?%[] \0\n\tßıİ℀．。１", "xn--", "0x", "::"),
      maxLength: 14,
    });
    fc.assert(
      fc.property(hostile, (text) => {
        const host = parseHost(text);
        if (host?.kind !== "name") return;
        expect(new URL(`http://${host.name}/`).hostname).toBe(host.name);
        expect(host.name).toMatch(/^[a-z0-9_.-]+$/u);
      }),
      RUNS,
    );
  });

  test("parse and print are inverse, and case never shows", () => {
    fc.assert(
      fc.property(fc.domain(), fc.integer({ min: 0, max: 65_535 }), fc.boolean(), (name, port, wild) => {
        const text = `${wild ? "*." : ""}${name.toLowerCase()}:${port}`;
        expect(printEndpoint(parseEndpoint(text)!)).toBe(text);
        expect(parseEndpoint(text.toUpperCase())).toEqual(parseEndpoint(text));
        expect(covers(text, wild ? `x.${name}` : name, port)).toBe(true);
        expect(covers(text, `${name}.evil`, port)).toBe(false);
      }),
      RUNS,
    );
  });
});
