// Doing what a person asked for: what is said when it is done, and when it cannot be.
import { problem } from "../backend";
import type { App } from "./app.svelte";

export abstract class Doing {
  constructor(protected readonly app: App) {}

  protected get commands() {
    return this.app.backend.commands;
  }

  protected async run<T>(
    work: () => Promise<T>,
    said?: (result: T) => string | null,
  ): Promise<T | undefined> {
    try {
      const result = await work();
      const text = said?.(result) ?? null;
      if (text) this.app.notes.say(text, { now: true });
      return result;
    } catch (thrown) {
      this.app.notes.say(problem(thrown).message, { bad: true, now: true });
      return undefined;
    }
  }
}
