// What a person can do about watched folders, and about what happens in the background.
import type { FolderChoice } from "../bindings";
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
    this.leave();
    const say = isNew ? words.folders.started : words.folders.changed;
    this.app.settingsDeeds.changed(change, say(choice.name));
  }

  /** Back to where the options of a folder were asked for: the list of folders, or the library with what is read. */
  leave(): void {
    if (this.app.folders.draft?.isFromLibrary) this.app.closeSettings();
    else this.app.folders.draft = null;
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

  setAutostart(on: boolean): void {
    void this.run(async () => {
      const change = await this.commands.setAutostart(on);
      this.app.settingsDeeds.changed(change, words.settings.changed(words.folders.background.autostart));
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
