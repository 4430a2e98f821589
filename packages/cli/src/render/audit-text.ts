import { formatDenial, type CountedDenial } from "@moat/core/model";

/** What an audit saw, package by package: what would have been denied. */
export function auditText(seen: readonly CountedDenial[]): string {
  if (seen.length === 0) return "moat: audit: nothing would have been denied\n";
  const packages = new Set(seen.map(({ denial }) => denial.principal)).size;
  const lines = seen.map(({ denial, count }) => {
    const line = formatDenial(denial).replace(/^moat: /u, "");
    return `  ${line}${count > 1 ? ` (${count} times)` : ""}\n`;
  });
  return `moat: audit: ${plural(seen.length, "use")} by ${plural(packages, "package")} would have been denied:\n${lines.join("")}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
