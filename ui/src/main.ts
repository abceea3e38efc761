// The beginning: finds where data comes from, and shows the window.
import { mount } from "svelte";
import App from "./App.svelte";
import { connect } from "./backend";
import { building } from "./state/marks";
import "./styles/base.css";

// Without an await at the top: the modules that are loaded here need this one to have been evaluated.
async function begin(target: HTMLElement): Promise<void> {
  const backend = await connect();
  building(() => mount(App, { target, props: { backend } }));
}

void begin(document.getElementById("app") ?? document.body);
