// The shell of the window: its commands, its live channel and its two picture protocols.
import { Channel, invoke } from "@tauri-apps/api/core";
import type { Live } from "../bindings";
import type { Backend, Commands } from ".";

/** The names of each command's arguments, in their order. */
const ARGUMENTS = {
  page: ["query", "offset", "limit"],
  item: ["key", "query"],
  setTags: ["key", "tags"],
  forget: ["keys"],
  copy: ["keys", "form"],
  copyText: ["text"],
  exportItems: ["keys", "query", "format"],
  open: ["path"],
  reveal: ["path"],
  chooseFolder: [],
  chooseFiles: [],
  add: ["paths"],
  paste: [],
  readAgain: ["keys"],
  retryFailed: [],
  readWaiting: [],
  pause: [],
  resume: [],
  cancel: ["path"],
  stop: [],
  remove: ["paths"],
  waiting: ["offset", "limit"],
  troubles: ["offset", "limit"],
  suggestion: [],
  restart: [],
} satisfies Record<keyof Commands, string[]>;

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function command(name: string, names: string[]) {
  return (...values: unknown[]) =>
    invoke(snake(name), Object.fromEntries(names.map((argument, at) => [argument, values[at]])));
}

export function shell(): Backend {
  const all = Object.entries(ARGUMENTS).map(([name, names]) => [name, command(name, names)]);
  return {
    commands: Object.fromEntries(all) as Commands,
    live: (listen) => {
      const channel = new Channel<Live>();
      channel.onmessage = listen;
      return invoke("live", { channel });
    },
    thumb: (key) => `thumb://localhost/${key}`,
    preview: (key) => `preview://localhost/${key}`,
  };
}
