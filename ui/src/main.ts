// The beginning: finds where data comes from, and shows the window.
import { mount } from "svelte";
import App from "./App.svelte";
import { connect } from "./backend";
import { painted } from "./state/frames.svelte";
import * as marks from "./state/marks";
import "./styles/base.css";

// Without an await at the top: the modules that are loaded here need this one to have been evaluated.
async function begin(target: HTMLElement): Promise<void> {
  marks.install();
  const backend = await connect();
  await new Promise<void>(painted);
  target.replaceChildren();
  mount(App, { target, props: { backend } });
}

void begin(document.getElementById("app") ?? document.body);
