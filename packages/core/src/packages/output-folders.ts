import { sep } from "node:path";

/** Folders that builders fill, by the names that they have in most projects; `build-tools` holds what builds. */
const OUTPUT_FOLDER =
  /^(?:build|bundle|dist|out|output|release)(?:[-_.](?!(?:configs?|helpers?|plugins?|scripts?|system|tasks?|tool(?:s|ing)?|utils?)$).*)?$/i;

/** Whether a file of the project lies in such a folder. Both are real absolute paths. */
export const isOutput = (path: string, project: string): boolean =>
  path.startsWith(project + sep) &&
  path
    .slice(project.length + 1)
    .split(sep)
    .slice(0, -1)
    .some((folder) => OUTPUT_FOLDER.test(folder));
