// Files as they are told apart, named and mended.
import type { Code, FilePath } from "../bindings";

/** Two paths that are no UTF-8 may look the same; their bytes do not. */
export const fileId = (file: FilePath): string => file.path_bytes ?? file.path;

export const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

/** What leaves out this one file of a folder: a line as in a `.gitignore`, in which some characters mean more. */
export function patternFor(folder: string, path: string): string {
  const own = path.slice(folder.replace(/\/$/, "").length);
  return own.replace(/[\\*?[\]]/g, "\\$&").replace(/ +$/, (spaces) => spaces.replaceAll(" ", "\\ "));
}

export type Remedy = "try_again" | "show" | "none";

/** What can be done: another try for what may end otherwise, a look at the file for what will not. */
const REMEDIES: Record<Code, Remedy> = {
  worker_crashed: "try_again",
  timed_out: "try_again",
  stalled: "try_again",
  out_of_memory: "try_again",
  too_large: "try_again",
  changed: "try_again",
  unreadable: "try_again",
  permission_denied: "try_again",
  internal: "try_again",
  vanished: "none",
  damaged: "show",
  empty: "show",
  unsupported: "show",
  symlink: "show",
  not_a_file: "show",
};

export const remedyFor = (code: Code): Remedy => REMEDIES[code];
