// What a person can do about a file that could not be read, besides another try.
import type { Attention } from "../bindings";
import { words } from "../words/en";
import { Doing } from "./doing";
import { fileId, patternFor } from "./files";

export class TroubleDeeds extends Doing {
  /** Whether it can be ignored: of one that is tried again by itself nothing is stored that could be forgotten. */
  canIgnore({ key, path_bytes }: Attention): boolean {
    return key !== null && path_bytes == null;
  }

  askIgnore(file: Attention): void {
    const folder = this.#folderOf(file);
    this.app.confirm = {
      title: words.trouble.ignoreTitle(file.name),
      text: words.trouble.ignoreText(folder?.name ?? null),
      yes: words.trouble.ignore,
      danger: false,
      run: () => void this.#ignore(file),
    };
  }

  /** In a watched folder it is left out from now on; what is known of it is forgotten. */
  async #ignore(file: Attention): Promise<void> {
    const folder = this.#folderOf(file);
    await this.run(
      async () => {
        if (folder) {
          const pattern = patternFor(folder.path, file.path);
          await this.commands.watchFolder({ ...folder, ignore: [...folder.ignore, pattern] });
        }
        if (file.key !== null) await this.commands.forget([file.key]);
      },
      () => words.trouble.ignored(file.name),
    );
    await this.app.troubles.refresh();
  }

  #folderOf({ path }: Attention) {
    const holds = (folder: string) => path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
    return this.app.folders.choices?.find((choice) => holds(fileId(choice))) ?? null;
  }

  /** Copies what the programmers need to know, and nothing that could tell what is in the file or where it lies. */
  report(file: Attention): void {
    const { status, deaths } = this.app.live;
    const text = words.trouble.report(file, status?.program ?? words.app, deaths.get(file.path) ?? []);
    void this.run(
      () => this.commands.copyText(text),
      () => words.trouble.reported,
    );
  }
}
