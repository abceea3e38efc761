// What a person can do about watched folders, and about what happens in the background.
import type { Background, FolderChoice } from "../bindings";
import { words } from "../words/en";
import { Doing } from "./doing";

export class FolderDeeds extends Doing {
  /** Asks for a folder, then how it is to be watched. */
  chooseWatched(): void {
    void this.run(async () => {
      const choice = await this.commands.chooseWatched();
      if (choice) this.app.showFolders(choice);
    });
  }

  async watch(choice: FolderChoice, isNew: boolean): Promise<void> {
    const change = await this.run(() => this.commands.watchFolder(choice));
    if (change === undefined) return;
    this.app.folders.draft = null;
    const say = isNew ? words.folders.started : words.folders.changed;
    this.app.settingsDeeds.changed(change, say(choice.name));
  }

  askUnwatch(choice: FolderChoice): void {
    this.app.confirm = {
      title: words.folders.stopTitle(choice.name),
      text: words.folders.stopText,
      yes: words.folders.stopYes,
      danger: false,
      run: () =>
        void this.run(async () => {
          const change = await this.commands.unwatchFolder(choice);
          this.app.settingsDeeds.changed(change, words.folders.stopped(choice.name));
        }),
    };
  }

  /** What would be read in it is told as it is counted. */
  countFolder(choice: FolderChoice | null): void {
    void this.run(() => this.commands.countFolder(choice));
  }

  setBackground(background: Background): void {
    const before = this.app.folders.background;
    void this.run(async () => {
      await this.commands.setBackground(background);
      // Part of it is not in settings.toml: it is taken back by saying what it was.
      const run = () => void this.run(() => this.commands.setBackground(before ?? background));
      const deed = { text: words.settings.undo, run };
      this.app.notes.say(words.folders.background.changed, { now: true, deed });
    });
  }

  closeWindow(keepRunning: boolean): void {
    this.app.closing = false;
    void this.run(() => this.commands.closeWindow(keepRunning));
  }

  /** For so many seconds, or until it is resumed. */
  pauseFor(seconds: number | null): void {
    void this.run(() => this.commands.pause(seconds));
  }

  resume(): void {
    void this.run(() => this.commands.resume());
  }
}
