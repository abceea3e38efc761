// What a person can do in the settings: choose, take back, and find out.
import type { Place, Plain, Setting } from "../bindings";
import { problem } from "../backend";
import { words } from "../words/en";
import { Doing } from "./doing";

export class SettingsDeeds extends Doing {
  /** Chooses a value, or what comes without choosing. Returns what is wrong with it, if anything. */
  async choose({ key }: Setting, value: Plain | null): Promise<string | null> {
    try {
      const change = await this.commands.setSetting(key, value);
      const name = words.settings.keys[key]?.name ?? key;
      this.changed(change, words.settings.changed(name));
      return null;
    } catch (thrown) {
      const { code, message } = problem(thrown);
      if (code === "refused") return message;
      this.app.notes.say(message, { bad: true, now: true });
      return null;
    }
  }

  /** Says what was changed, with the way back. */
  changed(change: number, text: string): void {
    const { settings, notes } = this.app;
    settings.changes = [...settings.changes, change];
    const deed = { text: words.settings.undo, run: () => this.undo(change) };
    notes.say(text, { now: true, deed });
  }

  /** Takes a change back, or without one the last. */
  undo(change = this.app.settings.changes.at(-1)): void {
    if (change === undefined) return;
    const { settings } = this.app;
    settings.changes = settings.changes.filter((other) => other !== change);
    void this.run(
      () => this.commands.undoSetting(change),
      () => words.settings.undone,
    );
  }

  openPlace(place: Place): void {
    void this.run(() => this.commands.openPlace(place));
  }

  chooseTranscripts(setting: Setting): void {
    void this.run(async () => {
      const folder = await this.commands.chooseTranscripts();
      if (folder !== null) await this.choose(setting, folder);
    });
  }

  /** How many workers there is room for, now. */
  measure(): void {
    void this.run(async () => {
      this.app.settings.capacity = await this.commands.capacity();
    });
  }

  /** What has left this machine, by now. */
  sum(): void {
    void this.run(async () => {
      this.app.settings.sent = await this.commands.sent();
    });
  }

  /** Examines the installation; what was found before stays until then. */
  examine(): void {
    const { settings } = this.app;
    if (settings.examining) return;
    settings.examining = true;
    void this.run(async () => {
      settings.diagnosis = await this.commands.diagnose();
    }).finally(() => (settings.examining = false));
  }
}
