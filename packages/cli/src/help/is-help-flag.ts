export function isHelpFlag(argument: string | undefined): boolean {
  return argument === "--help" || argument === "-h";
}
