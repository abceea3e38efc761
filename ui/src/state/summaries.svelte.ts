// Summaries by a language model: how it stands with them, what is fetched, and what a test came to.
import type {
  Fetchable,
  FilePath,
  ItemView,
  Live,
  LlmState,
  LlmTest,
  ModelPull,
  Server,
  Status,
  Trouble,
  WritingStatus,
} from "../bindings";
import { words } from "../words/en";
import { fileId } from "./files";

const PUT_AWAY = "deskscribe.without-summaries";

export type Standing = "paused" | "off" | "waiting";

/** The model that Ollama can fetch to end this trouble. */
export const fetchable = ({ remedy }: Trouble): Fetchable | null => (remedy?.way === "pull" ? remedy : null);

export class Summaries {
  pull = $state.raw<ModelPull | null>(null);
  test = $state.raw<LlmTest | null>(null);
  testing = $state.raw(false);
  looking = $state.raw(false);
  /** Whether this window has asked who is there, and had its answer. */
  asked = $state.raw(false);
  /** Contents that no model has summarised, by what is stored. */
  unsummarised = $state.raw(0);
  /** Whether somebody wants to go on without Ollama. The chip says nothing of it any more. */
  putAway = $state.raw(localStorage.getItem(PUT_AWAY) !== null);

  /** Whether a server was there while this window was open. What was there is missed, installed or not. */
  #wasThere = $state.raw(false);

  constructor(private readonly status: () => Status | null) {}

  get model(): LlmState {
    return this.status()?.summaries?.model ?? { state: "unseen" };
  }

  get server(): Server | null {
    return this.model.state === "ready" ? this.model : null;
  }

  get trouble(): Trouble | null {
    return this.model.state === "trouble" ? this.model : null;
  }

  /** Contents that wait. The engine knows whether any do, and of many only the next ones. */
  get waiting(): number {
    const known = this.status()?.summaries?.waiting ?? 0;
    if (this.model.state === "off") return 0;
    return known === 0 && this.server ? 0 : Math.max(known, this.unsummarised);
  }

  /** What the header has to say, if anything. */
  get standing(): Standing | null {
    const { trouble } = this;
    if (trouble?.code === "not_installed" && !this.#wasThere) return this.putAway ? null : "off";
    if (trouble) return "paused";
    return this.model.state !== "off" && (this.status()?.summaries?.waiting ?? 0) > 0 ? "waiting" : null;
  }

  get pulling(): boolean {
    return this.pull?.progress.type === "going";
  }

  /** The models to choose from, the one that writes first. */
  get writers(): string[] {
    const { server } = this;
    if (!server) return [];
    return [server.model.name, ...server.writers.filter((name) => name !== server.model.name)];
  }

  /** Why nothing can be summarised now. */
  get lacks(): string | null {
    const { model } = this;
    if (model.state === "ready") return null;
    if (model.state === "trouble") return words.summaries.trouble[model.code].title;
    return model.state === "off" ? words.summaries.chip.off : words.summaries.nobody;
  }

  /** What is being written just now. */
  get writing(): WritingStatus[] {
    return this.status()?.summaries?.writing ?? [];
  }

  /** How it goes with the summary of this file, if it is being written. */
  writingOf(file: FilePath): WritingStatus | null {
    return this.writing.find((one) => fileId(one) === fileId(file)) ?? null;
  }

  /** Who made the summary of an item, and who is waited for. */
  madeBy({ summary_by, pending, ...file }: Pick<ItemView, "summary_by" | "pending"> & FilePath): string {
    const say = words.summaries;
    const now = this.writingOf(file);
    const parts: string[] = [];
    if (summary_by !== null)
      parts.push(summary_by === "extractive" ? say.extractive : say.madeBy(summary_by));
    if (now && this.server) parts.push(say.writesNow(this.server.model.name, now));
    else if (pending.includes("summary")) parts.push(say.waitsFor(this.server?.model.name ?? null));
    return parts.join("  ·  ");
  }

  /** The status is another one. */
  follow(): void {
    if (this.server) this.#wasThere = true;
  }

  hear(message: Extract<Live, { type: "pull" }>): void {
    this.pull = message.pull;
  }

  goWithout(): void {
    this.putAway = true;
    localStorage.setItem(PUT_AWAY, "1");
  }

  bringBack(): void {
    this.putAway = false;
    localStorage.removeItem(PUT_AWAY);
  }
}
