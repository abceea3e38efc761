// The beginning: finds where data comes from, and shows the window.
import { mount } from "svelte";
import App from "./App.svelte";
import { connect } from "./backend";
import { painted } from "./state/frames.svelte";
import * as marks from "./state/marks";
import "./styles/base.css";
import * as fonts from "./styles/fonts";

/** By then, in milliseconds, nothing of the first screen is still to be built. */
const BUILT = 1000;

// Without an await at the top: the modules that are loaded here need this one to have been evaluated.
async function begin(target: HTMLElement): Promise<void> {
  marks.install();
  const found = new Promise<void>(painted).then(() => fonts.find(fonts.FIRST));
  const [backend] = await Promise.all([connect(), found]);
  target.replaceChildren();
  mount(App, { target, props: { backend } });
  setTimeout(() => void fonts.find(fonts.OTHERS), BUILT);
}

void begin(document.getElementById("app") ?? document.body);
