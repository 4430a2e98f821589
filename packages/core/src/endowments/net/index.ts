/** Facades of Node's networking, and the guard under all of them. */
export { makeNetFacade } from "./net-facade.ts";
export { makeTlsFacade } from "./tls-facade.ts";
export { makeHttpFacade, makeHttpsFacade } from "./http-facade.ts";
export { makeHttp2Facade } from "./http2-facade.ts";
export { makeDgramFacade } from "./dgram-facade.ts";
export { makeDnsFacade, makeDnsPromisesFacade } from "./dns-facade.ts";
export { makeFetchGlobals } from "./fetch-globals.ts";
export { hardenHandles } from "./native-handles.ts";
export { installNetworkGuard } from "./network-guard.ts";
export type { NetworkGuard } from "./network-guard.ts";

import type { BuiltinFactory } from "../principal.ts";
import { makeNetFacade } from "./net-facade.ts";
import { makeTlsFacade } from "./tls-facade.ts";
import { makeHttpFacade, makeHttpsFacade } from "./http-facade.ts";
import { makeHttp2Facade } from "./http2-facade.ts";
import { makeHttpCommon } from "./http-common.ts";
import { makeDgramFacade } from "./dgram-facade.ts";
import { makeDnsFacade, makeDnsPromisesFacade } from "./dns-facade.ts";

/** By the builtin's name. */
export const NETWORK_FACTORIES: Readonly<Record<string, BuiltinFactory>> = {
  _http_common: makeHttpCommon,
  net: makeNetFacade,
  tls: makeTlsFacade,
  http: makeHttpFacade,
  https: makeHttpsFacade,
  http2: makeHttp2Facade,
  dgram: makeDgramFacade,
  dns: makeDnsFacade,
  "dns/promises": makeDnsPromisesFacade,
};
