// Summaries by a language model in the recorded session: who makes them in each of its states, and what is wrong.
import type {
  Chapter,
  LlmState,
  LlmTest,
  ModelPull,
  Receipt,
  Server,
  SummariesStatus,
  Trouble,
  WritingStatus,
} from "../bindings";
import { SCRIPTS } from "./scripts";

export const OLLAMA: Server = {
  kind: "ollama",
  address: "http://127.0.0.1:11434",
  remote: false,
  version: "0.20.3",
  model: { name: "gemma3:4b", context: 32_768, sees: true },
  embedder: "nomic-embed-text",
  embedder_trouble: null,
  writers: ["gemma3:4b", "llama3.2:3b"],
};

const BLIND = { name: "llama3.2:3b", sees: false };

export const REMOTE: Server = {
  kind: "openai",
  address: "https://models.harbour.example/v1",
  remote: true,
  version: null,
  model: { name: "qwen3-vl-8b", context: 65_536, sees: true },
  embedder: null,
  embedder_trouble: null,
  writers: ["qwen3-vl-8b"],
};

const at = "http://127.0.0.1:11434";
const TROUBLES: Record<string, Trouble> = {
  "llm-not-installed": {
    code: "not_installed",
    reason: `Ollama is not installed, and nothing answers at ${at}`,
    remedy: {
      way: "get",
      link: "https://ollama.com/download",
      words:
        "install it from https://ollama.com/download, or name another server in settings.toml: llm, llm_address",
    },
  },
  "llm-not-running": {
    code: "not_running",
    reason: `Ollama is installed and not running: nothing answers at ${at}`,
    remedy: { way: "run", words: "ollama serve" },
  },
  "llm-wrong-address": {
    code: "wrong_address",
    reason: "Ollama is not at http://127.0.0.1:8080: a web page",
    remedy: { way: "set", words: "see to llm and llm_address in settings.toml" },
  },
  "llm-model-missing": {
    code: "model_missing",
    reason: `Ollama at ${at} has no model that could write a summary`,
    remedy: {
      way: "pull",
      words: "deskscribe llm pull gemma3:4b",
      model: "gemma3:4b",
      need: { bytes: 3_338_801_804, fits: "tight" },
    },
  },
  "llm-too-slow": {
    code: "too_slow",
    reason: `Ollama at ${at} has said nothing for 120 s`,
    remedy: {
      way: "set",
      words: "use a smaller model, or give it more time in settings.toml: llm_first_seconds",
    },
  },
  "llm-out-of-memory": {
    code: "out_of_memory",
    reason: `gemma3:4b does not fit into the memory of Ollama at ${at}: model requires more system memory (5.6 GiB) than is available (2.1 GiB)`,
    remedy: {
      way: "set",
      words: "use a smaller model, or close what uses the memory: llm_model in settings.toml",
    },
  },
  "llm-nonsense": {
    code: "nonsense",
    reason: `Ollama at ${at} answers with something that is no answer: <html>`,
    remedy: { way: "do", words: "restart the server, or get a newer version of it" },
  },
  "llm-refused": {
    code: "refused",
    reason: "the server at https://models.harbour.example/v1 refuses us: invalid API key",
    remedy: { way: "run", words: "deskscribe llm key set" },
  },
};

const WAITING: Record<string, number> = { "llm-waiting": 12, "llm-writing": 12, "llm-remote": 3 };

/** The first item, by a model that takes its time. */
const WRITING: WritingStatus = {
  path: `/home/anna/Desktop/${SCRIPTS[0]?.name}`,
  seconds: 18.4,
  tokens: 61,
  tokens_per_second: 4.2,
  left_seconds: 40,
};

const troubleIn = (state: string): Trouble | undefined =>
  TROUBLES[state.startsWith("llm-pull") ? "llm-model-missing" : state];

export function llmIn(state: string): LlmState {
  const trouble = troubleIn(state);
  if (trouble) return { state: "trouble", ...trouble };
  if (state === "llm-off") return { state: "off" };
  if (state === "llm-unseen") return { state: "unseen" };
  if (state === "llm-blind") return { state: "ready", ...OLLAMA, model: { ...OLLAMA.model, ...BLIND } };
  return { state: "ready", ...(state === "llm-remote" ? REMOTE : OLLAMA) };
}

export const summariesIn = (state: string): SummariesStatus => ({
  model: llmIn(state),
  waiting: WAITING[state] ?? 0,
  writing: state === "llm-writing" ? [WRITING] : [],
});

/** Contents without a summary by a model. */
export const unsummarisedIn = (state: string): number => (troubleIn(state) ? 12 : (WAITING[state] ?? 0));

export function pullIn(state: string): ModelPull | null {
  const pull = (progress: ModelPull["progress"]): ModelPull => ({ model: "gemma3:4b", progress });
  const step = { step: "pulling aeda25e63ebd", bytes: 1.38e9, total: 3.34e9 };
  if (state === "llm-pulling") return pull({ type: "going", step });
  if (state === "llm-pull-stopped") return pull({ type: "stopped", kept: step.bytes });
  if (state === "llm-pull-failed") {
    const reason = `Ollama at ${at} hung up in the middle of its answer (the model is not whole; ask again, and it goes on)`;
    return pull({ type: "failed", trouble: { code: "broken", reason, remedy: null } });
  }
  return null;
}

/** Who has summarised what, and what of it has left the machine: every item in three is still as it was read. */
export function madeIn(state: string, number: number) {
  const model = llmIn(state);
  const server = model.state === "ready" ? model : state === "llm-not-running" ? OLLAMA : null;
  const owed = WAITING[state] ?? (troubleIn(state) ? 12 : 0);
  const made = server !== null && number >= owed && number % 3 !== 2;
  const receipts: Receipt[] = made
    ? [
        {
          server: server.address,
          remote: server.remote,
          model: server.model.name,
          requests: 2,
          sent: 4_180 + number * 37,
          received: 1_204,
          seconds: 6.4,
        },
      ]
    : [];
  return {
    by: made ? server.model.name : "extractive",
    pending: number < owed && server !== null,
    remote: receipts.some((receipt) => receipt.remote),
    receipts,
  };
}

/** What a model makes of the first recording. */
export const CHAPTERS: Chapter[] = [
  { at: 2.4, title: "What is settled, and the safety review" },
  { at: 27.5, title: "The night shift is not trained" },
  { at: 52.5, title: "Tide gauges and the wind" },
  { at: 88, title: "A failed import and its fix" },
  { at: 122, title: "Who does what" },
];

export function testIn(state: string): LlmTest {
  const model = llmIn(state);
  const look = { status: 200, seconds: 0.004 };
  const tags = '{"models":[{"name":"gemma3:4b","modified_at":"2026-10-02T08:11:40Z","size":3338801804}]}';
  if (model.state !== "ready") {
    const answer = "error sending request: Connection refused (os error 111)";
    const call = { call: "GET /api/version", status: null, seconds: 0.001, answer };
    return {
      ...model,
      verdict: model.state === "off" ? "off" : "no",
      calls: model.state === "off" ? [] : [call],
      first_seconds: null,
      tokens_per_second: null,
      notes: [],
    };
  }
  return {
    ...model,
    verdict: "works",
    calls: [
      { call: "GET /api/version", ...look, answer: '{"version":"0.20.3"}' },
      { call: "GET /api/tags", ...look, answer: tags },
      { call: "POST /api/show", ...look, answer: '{"capabilities":["completion","vision"]}' },
      {
        call: "POST /api/chat gemma3:4b",
        status: 200,
        seconds: 2.31,
        answer: '{"title": "Invoice 2041, due 14 March"}',
      },
      {
        call: "POST /api/embed nomic-embed-text",
        status: 200,
        seconds: 0.21,
        answer: "a vector of 768 numbers",
      },
    ],
    first_seconds: 1.42,
    tokens_per_second: 18.6,
    notes: [],
  };
}
