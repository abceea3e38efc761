// The beginning: finds where data comes from, and shows the window.
import { mount } from "svelte";
import App from "./App.svelte";
import { connect } from "./backend";
import "./styles/base.css";

const target = document.getElementById("app");
if (!target) throw new Error("There is no place for the page.");
mount(App, { target, props: { backend: await connect() } });
