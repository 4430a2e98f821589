import { facadeFromTable, wholeModule, type MemberTable } from "../member-table.ts";
import type { BuiltinFactory } from "../principal.ts";

/**
 * The factory of a builtin of which packages get only the harmless members of
 * its table; the others report and throw when they are used. Unbounded
 * principals get all of it.
 */
export function refusedBuiltin(builtin: string, table: MemberTable): BuiltinFactory {
  return (context) =>
    context.principal.trusted ? wholeModule(context, builtin) : facadeFromTable(context, builtin, table, {});
}
