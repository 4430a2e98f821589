/**
 * The parser, for the few texts that tokens don't tell enough of: like `../late.ts`, a file of
 * its own once it is built, and acorn is three quarters of what prepares texts.
 */
export { holdsHtmlComment, loadParser, parseGuest } from "../parse.ts";
