import type { MemberTable } from "../member-table.ts";

/** What `tls` has on Node 20, 22, 24 and 26. */
export const TLS_MEMBERS: MemberTable = {
  CLIENT_RENEG_LIMIT: ["pass", "a number"],
  CLIENT_RENEG_WINDOW: ["pass", "a number"],
  DEFAULT_CIPHERS: ["pass", "a string"],
  DEFAULT_ECDH_CURVE: ["pass", "a string"],
  DEFAULT_MIN_VERSION: ["pass", "a string"],
  DEFAULT_MAX_VERSION: ["pass", "a string"],
  getCiphers: ["pass", "names"],
  getCertificateCompressionAlgorithms: ["pass", "names"],
  rootCertificates: ["own", "read on first use: parsing them takes long"],
  getCACertificates: ["pass", "public certificates"],
  setDefaultCACertificates: ["refuse", "changes whom the whole process trusts"],
  convertALPNProtocols: ["pass", "computes"],
  checkServerIdentity: ["pass", "computes"],
  createSecureContext: ["pass", "computes; engines are refused below"],
  SecureContext: ["pass", "computes"],
  TLSSocket: ["own", "connects"],
  Server: ["own", "listens under the principal's grants"],
  createServer: ["own", "as Server"],
  connect: ["own", "connects"],
  createSecurePair: ["refuse", "long gone from documentation"],
};
