// The beginning: finds where data comes from, and shows the window.
import { mount } from "svelte";
import App from "./App.svelte";
import { connect } from "./backend";
import "./styles/base.css";

// Without an await at the top: the modules that are loaded here need this one to have been evaluated.
async function begin(target: HTMLElement): Promise<void> {
  mount(App, { target, props: { backend: await connect() } });
}

void begin(document.getElementById("app") ?? document.body);
