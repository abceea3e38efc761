// What can be set up at any time and can always wait: the speech models and the language model. How it stands with each,
// and which of them somebody has put away.
import type { SpeechModels } from "./models.svelte";
import type { Summaries } from "./summaries.svelte";

export const STEPS = ["speech", "summary"] as const;
export type Step = (typeof STEPS)[number];

/** How it stands with a step: not known yet, somebody's turn, a download in one of its states, or nothing left to do. */
export type StepState = "looking" | "open" | "going" | "stopped" | "failed" | "settled";

export class Setup {
  constructor(
    private readonly models: SpeechModels,
    private readonly summaries: Summaries,
  ) {}

  state(step: Step): StepState {
    return step === "speech" ? this.#speech : this.#summary;
  }

  isAway(step: Step): boolean {
    return step === "speech" ? this.models.dismissed : this.summaries.putAway;
  }

  /** It is remembered that nobody wants this now; nothing is asked about it any more. */
  putAway(step: Step): void {
    if (step === "speech") this.models.dismissNotice();
    else this.summaries.goWithout();
  }

  bringBack(step: Step): void {
    if (step === "speech") this.models.bringBack();
    else this.summaries.bringBack();
  }

  /** What nobody has settled or put away, and what says nothing of itself elsewhere. */
  get left(): Step[] {
    const speech = this.#speech === "open" && !this.isAway("speech");
    const { trouble } = this.summaries;
    const isMissing = trouble?.code === "not_installed" || trouble?.code === "model_missing";
    const summary = this.#summary === "open" && isMissing && !this.isAway("summary");
    return STEPS.filter((step) => (step === "speech" ? speech : summary));
  }

  get #speech(): StepState {
    const { errand, listens, known } = this.models;
    if (errand && errand.deed !== "verify" && errand.progress.type !== "done") return errand.progress.type;
    if (listens !== null) return "settled";
    return known && this.models.list ? "open" : "looking";
  }

  get #summary(): StepState {
    const { pull, model, looking } = this.summaries;
    if (pull && pull.progress.type !== "done") return pull.progress.type;
    if (model.state === "ready" || model.state === "off") return "settled";
    return model.state === "trouble" || (this.summaries.asked && !looking) ? "open" : "looking";
  }
}
