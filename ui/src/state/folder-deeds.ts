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
    const done = await this.run(
      async () => (await this.commands.watchFolder(choice), true),
      () => (isNew ? words.folders.started(choice.name) : null),
    );
    if (done) this.app.folders.draft = null;
  }

  askUnwatch(choice: FolderChoice): void {
    this.app.confirm = {
      title: words.folders.stopTitle(choice.name),
      text: words.folders.stopText,
      yes: words.folders.stopYes,
      danger: false,
      run: () =>
        void this.run(
          () => this.commands.unwatchFolder(choice),
          () => words.folders.stopped(choice.name),
        ),
    };
  }

  /** What would be read in it is told as it is counted. */
  countFolder(choice: FolderChoice | null): void {
    void this.run(() => this.commands.countFolder(choice));
  }

  setBackground(background: Background): void {
    void this.run(() => this.commands.setBackground(background));
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
