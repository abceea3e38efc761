// How a worker came to its end, in words.
import type { Death } from "../bindings";

const SIGNALS: Record<number, string> = {
  4: "an invalid instruction",
  6: "an abort",
  7: "a bad memory access",
  8: "an arithmetic error",
  9: "killed, by a person or because memory ran out",
  11: "a bad memory access",
  15: "asked to end",
};

/** What was seen of it, then how it ended by itself; its last words are too long for a line. */
export function deathHow({ saw, exit }: Death): string {
  const ended =
    exit?.signal === undefined
      ? exit && `exit code ${exit.code}`
      : (SIGNALS[exit.signal] ?? `signal ${exit.signal}`);
  return [saw, ended].filter(Boolean).join("; ") || "killed";
}
