/**
 * IP addresses in every spelling that resolvers accept, as one canonical text.
 *
 * HAZARD: `getaddrinfo` reads `0x7f.1`, `2130706433` and `0177.0.0.1` as
 * 127.0.0.1 although `net.isIP` calls them names, so a check that trusts
 * `isIP` compares a name that is not one.
 */

const OCTAL = /^0[0-7]*$/u;
const DECIMAL = /^[1-9][0-9]*$/u;
const HEXADECIMAL = /^0[xX][0-9a-fA-F]*$/u;
const HEX_GROUP = /^[0-9a-fA-F]{1,4}$/u;

/** Canonical dotted-decimal text of any `inet_aton` form; undefined where it is none. */
export function canonicalIPv4(text: string): string | undefined {
  const parts = text.split(".");
  if (parts.length > 4) return undefined;
  const numbers: number[] = [];
  for (const part of parts) {
    const value = ipv4Number(part);
    if (value === undefined) return undefined;
    numbers.push(value);
  }
  const last = numbers.pop() as number;
  if (numbers.some((value) => value > 255)) return undefined;
  if (last >= 256 ** (4 - numbers.length)) return undefined;
  let address = last;
  for (const [index, value] of numbers.entries()) address += value * 256 ** (3 - index);
  return dotted(address);
}

function ipv4Number(part: string): number | undefined {
  if (HEXADECIMAL.test(part)) return part.length === 2 ? 0 : Number.parseInt(part.slice(2), 16);
  if (OCTAL.test(part)) return Number.parseInt(part, 8);
  if (DECIMAL.test(part)) return Number.parseInt(part, 10);
  return undefined;
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** Whether a name ends in a number: resolvers then read all of it as an address, or refuse it. */
export function endsInNumber(name: string): boolean {
  const last = name.slice(name.lastIndexOf(".") + 1);
  return /^[0-9]+$/u.test(last) || HEXADECIMAL.test(last);
}

/**
 * Canonical text of an IPv6 address without its brackets, or of the IPv4
 * address that it maps (`::ffff:127.0.0.1` is 127.0.0.1 to the kernel).
 * A zone (`%eth0`) picks an interface, not a host, and is dropped.
 */
export function canonicalIPv6(text: string): string | undefined {
  const zone = text.indexOf("%");
  const groups = ipv6Groups(zone === -1 ? text : text.slice(0, zone));
  if (groups === undefined) return undefined;
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return dotted((groups[6] as number) * 65536 + (groups[7] as number));
  }
  return compressed(groups);
}

function ipv6Groups(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] as string, halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1] as string, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function groupsOf(text: string, mayEndInIPv4: boolean): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (mayEndInIPv4 && index === parts.length - 1 && part.includes(".")) {
      if (!/^\d{1,3}(\.\d{1,3}){3}$/u.test(part)) return undefined;
      const bytes = part.split(".").map(Number);
      if (bytes.some((byte) => byte > 255)) return undefined;
      groups.push((bytes[0] as number) * 256 + (bytes[1] as number));
      groups.push((bytes[2] as number) * 256 + (bytes[3] as number));
    } else {
      if (!HEX_GROUP.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

function compressed(groups: readonly number[]): string {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  const hex = (list: readonly number[]) => list.map((group) => group.toString(16)).join(":");
  if (best.start === -1) return hex(groups);
  return `${hex(groups.slice(0, best.start))}::${hex(groups.slice(best.start + best.length))}`;
}

const METADATA_ADDRESSES: ReadonlySet<string> = new Set([
  "100.100.100.200", // Alibaba Cloud
  "168.63.129.16", // Azure's host agent
  "192.0.0.192", // Oracle Cloud, classic
  "fd00:ec2::254", // AWS over IPv6
  "fd20:ce::254", // Google Cloud over IPv6
]);

/**
 * Whether a canonical address is link-local or a cloud's metadata service:
 * reached only where a grant spells it out.
 */
export function isLinkLocal(address: string): boolean {
  if (address.startsWith("169.254.")) return true;
  if (METADATA_ADDRESSES.has(address)) return true;
  if (!address.includes(":")) return false;
  if (/^fe[89ab][0-9a-f]:/u.test(address)) return true;
  const embedded = embeddedIPv4(address);
  return embedded !== undefined && isLinkLocal(embedded);
}

/** Whether a canonical address is one of this machine alone. */
export function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

/** Whether a canonical address is for many at once: multicast, or the local network's broadcast. */
export function isGroupAddress(address: string): boolean {
  if (address.includes(":")) return /^ff[0-9a-f]{2}:/u.test(address);
  const first = Number(address.slice(0, address.indexOf(".")));
  return (first >= 224 && first <= 239) || address === "255.255.255.255";
}

/** HAZARD: NAT64 and 6to4 gateways, and the deprecated `::a.b.c.d`, carry IPv4 inside IPv6. */
function embeddedIPv4(address: string): string | undefined {
  const groups = ipv6Groups(address);
  if (groups === undefined) return undefined;
  const at = (index: number) => groups[index] as number;
  const pair = (index: number) => dotted(at(index) * 65536 + at(index + 1));
  if (at(0) === 0x2002) return pair(1);
  if (at(0) === 0x64 && at(1) === 0xff9b) return pair(6);
  const zeros = groups.slice(0, 4).every((group) => group === 0);
  if (zeros && (at(4) === 0 || at(4) === 0xffff) && at(5) === 0) return pair(6);
  return undefined;
}
