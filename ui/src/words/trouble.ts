// What the window says of a file that could not be read, and of what can be done about it.
import type { Attention, CrashStatus } from "../bindings";
import { deathHow } from "./deaths";

/** Without the names by which a person calls it; its ending says what kind of file it is. */
function nameless({ name, path, folder, reason }: Attention): string {
  return [path, folder, name].reduce((text, own) => text.replaceAll(own, "…"), reason);
}

export const trouble = {
  ignore: "Ignore",
  ignoreNamed: (name: string) => `Ignore ${name}`,
  ignoreTitle: (name: string) => `Ignore ${name}?`,
  ignoreText: (folder: string | null) =>
    folder === null
      ? "It is not shown here any more. The file itself stays where it is."
      : `It is not tried again and not shown here any more: it is left out of ${folder}, where you can take it in again. The file itself stays where it is.`,
  ignored: (name: string) => `${name} is ignored`,
  copyReport: "Copy a report without its content",
  copyReportOf: (name: string) => `Copy a report of ${name} without its content`,
  reported: "Report copied, without the file’s name and content",
  report: (file: Attention, program: string, deaths: readonly CrashStatus[]): string => {
    const ending = /\.([a-z0-9]{1,5})$/i.exec(file.name)?.[1]?.toLowerCase() ?? "none";
    const lines = [
      `${program}: a file could not be read`,
      `Kind: ${file.kind}, ending: ${ending}`,
      `Code: ${file.code}`,
      `Reason: ${nameless(file)}`,
      ...deaths.map((death) => `A worker died: ${deathHow(death)}`),
    ];
    return lines.join("\n");
  },
} as const;
