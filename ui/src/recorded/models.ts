// The speech models of the recorded session, and what is done with one in each of its states.
import type { Errand, Listens, ModelList, OfferedModel, Progress } from "../bindings";

export const offered = (
  model: string,
  bytes: number,
  memory: number,
  more: Partial<OfferedModel> = {},
): OfferedModel => ({
  model,
  bytes,
  memory,
  languages: model.endsWith(".en") ? "en" : "all",
  licence: "MIT",
  sha256: model.padEnd(64, "0"),
  source: "https://huggingface.co/ggerganov/whisper.cpp",
  known: true,
  state: "available",
  kept: 0,
  fits: "well",
  recommended: false,
  in_use: false,
  path: null,
  mend: null,
  host: "huggingface.co",
  ...more,
});

const SMALL = 487_601_967;

const STEPS: Record<string, Progress> = {
  connecting: {
    type: "going",
    step: { state: "connecting", host: "huggingface.co", proxy: null, mirror: false, kept: 0, total: SMALL },
  },
  downloading: {
    type: "going",
    step: { state: "downloading", bytes: 201e6, total: SMALL, rate: 8.4e6, left_seconds: 34 },
  },
  waiting: {
    type: "going",
    step: { state: "waiting", why: "the server hung up after 201 MB", seconds: 4 },
  },
  verifying: { type: "going", step: { state: "verifying", bytes: 310e6, total: SMALL } },
  stopped: { type: "stopped", kept: 201e6 },
  failed: {
    type: "failed",
    reason:
      "it could not be fetched from huggingface.co (it is silent), 5 times in a row; 201 MB are kept, and the next try goes on from there. See to the network, or set `proxy` or `models_mirror` in settings.toml",
  },
};

/** What is done with a model in this state of the session. */
export function errandIn(state: string): Errand | null {
  const progress = STEPS[state];
  if (progress) return { deed: "get", model: "small", progress };
  if (state === "importing")
    return {
      deed: "import",
      model: "my-whisper.bin",
      progress: { type: "going", step: { state: "copying", bytes: 31e6, total: 77e6 } },
    };
  if (state === "ready") {
    const { model, bytes, memory, languages, sha256 } = offered("small", SMALL, 852e6);
    return {
      deed: "get",
      model: "small",
      progress: { type: "done", model: { model, bytes, memory, languages, sha256, known: true, path: "" } },
    };
  }
  return null;
}

/** States in which no model listens yet. */
const NONE = [
  "no-model",
  "connecting",
  "downloading",
  "waiting",
  "verifying",
  "stopped",
  "failed",
  "importing",
];

export function listensIn(state: string): string | null {
  if (NONE.includes(state)) return null;
  return state === "ready" ? "small" : "base";
}

/** All models, as they are in this state. */
export function modelsIn(state: string): ModelList {
  const listens = listensIn(state);
  const here = (model: string): Partial<OfferedModel> =>
    listens === model ? { state: "installed", in_use: true, path: `/models/ggml-${model}.bin` } : {};
  const partial: Partial<OfferedModel> = { state: "partial", kept: 201e6 };
  const halfway = ["downloading", "waiting", "verifying", "stopped", "failed"].includes(state);
  const answer: Listens = listens === null ? { type: "none_installed" } : { type: "use", model: listens };
  const more = state === "models";
  return {
    models: [
      offered("tiny", 77_691_713, 273e6, more ? { state: "installed", path: "/models/ggml-tiny.bin" } : {}),
      offered("tiny.en", 77_704_715, 273e6),
      offered("base", 147_951_465, 388e6, here("base")),
      offered("base.en", 147_964_211, 388e6, more ? { state: "touched", path: "/models/x.bin" } : {}),
      offered("small", SMALL, 852e6, { recommended: true, ...(halfway || more ? partial : here("small")) }),
      offered("small.en", 487_614_201, 852e6, more ? { state: "broken", path: "/models/y.bin" } : {}),
      offered("medium", 1_533_763_059, 2.1e9, { fits: "tight" }),
      offered("large-v3-turbo", 1_624_555_275, 2.5e9, { fits: "tight" }),
      offered("large-v3", 3_095_033_483, 3.9e9, { fits: "too_large" }),
      ...(more
        ? [
            offered("my-whisper", 77e6, 270e6, {
              known: false,
              licence: null,
              host: null,
              state: "installed",
              source: "/home/anna/my-whisper.bin",
            }),
          ]
        : []),
    ],
    listens: answer,
    memory: 4.1e9,
    folder: "/home/anna/.local/share/deskscribe/models",
  };
}
