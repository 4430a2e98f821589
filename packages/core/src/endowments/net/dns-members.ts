import type { MemberTable } from "../member-table.ts";

/** Queries: member, and the system call that Node names in its errors. */
export const DNS_QUERIES: Readonly<Record<string, string>> = {
  resolve: "queryA",
  resolve4: "queryA",
  resolve6: "queryAaaa",
  resolveAny: "queryAny",
  resolveCaa: "queryCaa",
  resolveCname: "queryCname",
  resolveMx: "queryMx",
  resolveNaptr: "queryNaptr",
  resolveNs: "queryNs",
  resolvePtr: "queryPtr",
  resolveSoa: "querySoa",
  resolveSrv: "querySrv",
  resolveTlsa: "queryTlsa",
  resolveTxt: "queryTxt",
  reverse: "getHostByAddr",
};

const NUMBERS = ["ADDRCONFIG", "ALL", "V4MAPPED"];
const ERROR_CODES =
  "NODATA FORMERR SERVFAIL NOTFOUND NOTIMP REFUSED BADQUERY BADNAME BADFAMILY BADRESP CONNREFUSED TIMEOUT EOF FILE NOMEM DESTRUCTION BADSTR BADFLAGS NONAME BADHINTS NOTINITIALIZED LOADIPHLPAPI ADDRGETNETWORKPARAMS CANCELLED";

/** What `dns` and `dns/promises` have on Node 20, 22, 24 and 26. */
export const DNS_MEMBERS: MemberTable = {
  ...Object.fromEntries([...NUMBERS, ...ERROR_CODES.split(" ")].map((name) => [name, ["pass", "a constant"] as const])),
  ...Object.fromEntries(
    Object.keys(DNS_QUERIES).map((name) => [name, ["own", "sends the name to strangers"] as const]),
  ),
  lookup: ["own", "sends the name to strangers"],
  lookupService: ["own", "sends the address to strangers"],
  Resolver: ["own", "queries"],
  promises: ["own", "the same with promises"],
  getServers: ["pass", "reads a setting"],
  setServers: ["refuse", "sends everybody's queries elsewhere"],
  getDefaultResultOrder: ["own", "what the package has set, or Node's"],
  setDefaultResultOrder: ["own", "for the package's own look-ups"],
};
