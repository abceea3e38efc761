// The shell of the window: its commands, its live channel and its two picture protocols.
import { Channel } from "@tauri-apps/api/core";
import { type Live, commands } from "../bindings";
import type { Backend } from ".";

export function shell(): Backend {
  return {
    commands,
    live: (listen) => {
      const channel = new Channel<Live>();
      channel.onmessage = listen;
      return commands.live(channel);
    },
    online: (listen) => {
      const tell = () => listen(navigator.onLine);
      for (const change of ["online", "offline"]) addEventListener(change, tell);
      tell();
    },
    thumb: (key) => `thumb://localhost/${key}`,
    preview: (key, at) => `preview://localhost/${key}${at === undefined ? "" : `?at=${at.toFixed(2)}`}`,
  };
}
