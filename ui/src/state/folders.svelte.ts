// The folders that are watched: what was chosen, how each does, and the one that is being added or changed.
import type {
  Background,
  Coverage,
  FolderChoice,
  FolderCount,
  FolderState,
  FolderStatus,
  Live,
  PauseStatus,
  Status,
} from "../bindings";
import { baseName, fileId } from "./files";

/** A watched folder with what the engine says of it; nothing before it has said anything. */
export type Watched = { choice: FolderChoice; status: FolderStatus | null };

/** A folder whose options are being chosen, and whether somebody came straight from the library for that. */
export type Draft = { choice: FolderChoice; isNew: boolean; isFromLibrary: boolean };

/** How it stands with all folders together. */
export type Watching =
  | { is: "unknown" | "nothing" | "elsewhere" }
  | { is: "paused"; pause: PauseStatus | null }
  | { is: "starting" | "offline"; names: string[] }
  | { is: "reading"; names: string[]; offline: string[]; waiting: number }
  | { is: "quiet"; names: string[]; offline: string[]; last: number | null; done: number };

/** What was chosen and what is: joined by the path. */
export function joined(choices: FolderChoice[], status: Status | null): Watched[] {
  const folders = status?.watch ?? [];
  return choices.map((choice) => ({
    choice,
    status: folders.find(({ path }) => path === choice.path || path === choice.name) ?? null,
  }));
}

export function watching(
  choices: FolderChoice[] | null,
  status: Status | null,
  coverage: Coverage | null,
): Watching {
  if (choices === null || status === null) return { is: "unknown" };
  if (status.paused) return { is: "paused", pause: status.pause ?? null };
  if (choices.length === 0) return { is: "nothing" };
  const all = joined(choices, status);
  // Where there is little room a folder is called by its own name alone.
  const named = (some: Watched[]) => some.map(({ choice: { name } }) => baseName(name) || name);
  const of = (state: FolderState) => all.filter(({ status: folder }) => folder?.state === state);
  const [offline, elsewhere] = [named(of("offline")), of("elsewhere")];
  const seen = all.filter(({ status: folder }) => !["offline", "elsewhere"].includes(folder?.state ?? ""));
  const names = named(seen);
  if (seen.length === 0)
    return elsewhere.length > 0 ? { is: "elsewhere" } : { is: "offline", names: offline };
  if (seen.every(({ status: folder }) => (folder?.state ?? "starting") === "starting"))
    return { is: "starting", names };
  const unfinished = seen.reduce((sum, { status: folder }) => sum + (folder?.unfinished ?? 0), 0);
  const waiting = (status.idle ? 0 : (coverage?.queued ?? 0)) + unfinished;
  if (waiting > 0) return { is: "reading", names, offline, waiting };
  const times = all.flatMap(({ status: folder }) => folder?.last_file_at ?? []);
  const last = times.length > 0 ? Math.max(...times) : null;
  return { is: "quiet", names, offline, last, done: coverage?.read ?? 0 };
}

export class Folders {
  /** In the order of the settings; nothing before they were told. */
  choices = $state.raw<FolderChoice[] | null>(null);
  background = $state.raw<Background | null>(null);
  count = $state.raw<FolderCount | null>(null);
  draft = $state.raw<Draft | null>(null);

  constructor(
    private readonly status: () => Status | null,
    private readonly coverage: () => Coverage | null,
  ) {}

  get all(): Watched[] {
    return joined(this.choices ?? [], this.status());
  }

  get watching(): Watching {
    return watching(this.choices, this.status(), this.coverage());
  }

  watches(folder: FolderChoice): boolean {
    return this.choices?.some((choice) => fileId(choice) === fileId(folder)) ?? false;
  }

  hear(message: Extract<Live, { type: "choices" | "count" }>): void {
    if (message.type === "count") this.count = message.count;
    else Object.assign(this, { choices: message.folders, background: message.background });
  }
}
