// The speech models: which there are, which one listens, and what is being done with one.
import type { Errand, Live, ModelList, OfferedModel } from "../bindings";
import { problem } from "../backend";

const DISMISSED = "deskscribe.speech-notice";

export class SpeechModels {
  list = $state.raw<ModelList | null>(null);
  error = $state.raw<string | null>(null);
  errand = $state.raw<Errand | null>(null);
  listens = $state.raw<string | null>(null);
  /** Recordings whose words wait for a model. */
  unheard = $state.raw(0);
  /** Whether it was told which model listens. */
  known = $state.raw(false);
  /** Whether somebody has said that no model is wanted now. It is not asked again. */
  dismissed = $state.raw(localStorage.getItem(DISMISSED) !== null);

  #token = 0;

  constructor(private readonly ask: () => Promise<ModelList>) {}

  get going(): boolean {
    return this.errand?.progress.type === "going";
  }

  /** The names of those that are here, whole. */
  get installed(): string[] {
    const here = this.list?.models.filter(({ state }) => state === "installed" || state === "touched") ?? [];
    return here.map(({ model }) => model);
  }

  get recommended(): OfferedModel | null {
    return this.list?.models.find((model) => model.recommended) ?? null;
  }

  /** Whether to say, once, that recordings wait. What is being fetched says itself how it goes. */
  get notice(): boolean {
    return this.known && this.listens === null && this.unheard > 0 && !this.dismissed && this.errand === null;
  }

  hear(message: Extract<Live, { type: "models" }>): void {
    const [before, listened] = [this.errand?.progress.type, this.listens];
    this.errand = message.errand;
    this.listens = message.listens;
    const news = !this.known || listened !== message.listens || before !== message.errand?.progress.type;
    this.known = true;
    if (news) void this.refresh();
  }

  async refresh(): Promise<void> {
    this.#token += 1;
    const token = this.#token;
    try {
      const list = await this.ask();
      if (token === this.#token) Object.assign(this, { list, error: null });
    } catch (thrown) {
      if (token === this.#token) this.error = problem(thrown).message;
    }
  }

  dismissNotice(): void {
    this.dismissed = true;
    localStorage.setItem(DISMISSED, "1");
  }

  bringBack(): void {
    this.dismissed = false;
    localStorage.removeItem(DISMISSED);
  }
}
