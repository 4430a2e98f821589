import { constants } from "node:os";

/** Words in capitals that are no variables: methods of HTTP and signals. */
export const OTHER_CAPITALS: ReadonlySet<string> = new Set([
  "CONNECT",
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
  "TRACE",
  ...Object.keys(constants.signals),
]);
