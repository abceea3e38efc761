// What a person can do, each with what is said about it afterwards.
import type { Attention, FilePath, Format, OfferedModel, TranscriptFormat } from "../bindings";
import { words } from "../words/en";
import { Doing } from "./doing";
import { remedyFor } from "./files";

export class Deeds extends Doing {
  /** What is meant by a key press: the item that is open, or what is selected. */
  get meant(): string[] {
    return this.app.item.key ? [this.app.item.key] : this.app.selection.keys;
  }

  copy(keys = this.meant, form: "text" | "markdown" = "text"): void {
    if (keys.length === 0) return;
    const say = form === "text" ? words.selection.copied : words.selection.copiedMarkdown;
    void this.run(
      () => this.commands.copy(keys, form),
      () => say(keys.length),
    );
  }

  copyText(text: string): void {
    void this.run(
      () => this.commands.copyText(text),
      () => words.item.copied,
    );
  }

  copyWords(text: string): void {
    void this.run(
      () => this.commands.copyText(text),
      () => words.summaries.copied,
    );
  }

  /** Without a selection: everything that the search found. */
  askExport(keys = this.meant): void {
    if (keys.length > 0 || this.app.library.total.count > 0) this.app.exporting = keys;
  }

  export(keys: string[], format: Format): void {
    this.app.exporting = null;
    void this.run(
      () => this.commands.exportItems(keys.length > 0 ? keys : null, this.app.library.query, format),
      (path) => (path ? words.selection.exported(path) : null),
    );
  }

  copyTranscript(key: string, format: TranscriptFormat): void {
    void this.run(
      () => this.commands.copyTranscript(key, format),
      () => words.recording.copied(words.recording.formats[format]),
    );
  }

  saveTranscript(key: string, format: TranscriptFormat): void {
    this.app.transcript = null;
    void this.run(
      () => this.commands.exportTranscript(key, format),
      (path) => (path ? words.selection.exported(path) : null),
    );
  }

  reveal(file: FilePath | null = this.app.item.item ?? this.app.selection.only): void {
    if (file) void this.run(() => this.commands.reveal(file));
  }

  open(file: FilePath): void {
    void this.run(() => this.commands.open(file));
  }

  readAgain(keys = this.meant): void {
    if (keys.length === 0) return;
    void this.run(
      () => this.commands.readAgain(keys),
      () => words.selection.again(keys.length),
    );
  }

  /** The one thing that can be done about a file that could not be read. */
  mend(file: Pick<Attention, "code"> & FilePath): void {
    const remedy = remedyFor(file.code);
    if (remedy === "show") this.reveal(file);
    if (remedy !== "try_again") return;
    void this.run(
      () => this.commands.tryAgain([file]),
      () => words.activity.retried(1),
    );
  }

  askForget(keys = this.meant): void {
    const n = keys.length;
    if (n === 0) return;
    this.app.confirm = {
      title: words.forget.title(n),
      text: words.forget.text(n),
      yes: words.forget.yes(n),
      danger: true,
      run: () => void this.forget(keys),
    };
  }

  private async forget(keys: string[]): Promise<void> {
    const count = await this.run(() => this.commands.forget(keys), words.selection.forgotten);
    if (count === undefined) return;
    this.app.selection.forget(keys);
    if (this.app.item.key && keys.includes(this.app.item.key)) this.app.closeItem();
  }

  async setTags(key: string, tags: string[] | null): Promise<void> {
    const item = await this.run(() => this.commands.setTags(key, tags));
    if (item) this.app.item.take(item);
  }

  chooseFolder(): void {
    void this.run(
      () => this.commands.chooseFolder(),
      (folder) => (folder ? words.folderAdded(folder) : null),
    );
  }

  chooseFiles(): void {
    void this.run(
      () => this.commands.chooseFiles(),
      (n) => (n > 0 ? words.added(n) : null),
    );
  }

  paste(): void {
    void this.run(
      () => this.commands.paste(),
      (pasted) =>
        pasted.type === "files"
          ? words.added(pasted.count)
          : pasted.type === "picture"
            ? words.paste.picture
            : words.paste.nothing,
    );
  }

  pause(): void {
    const { status } = this.app.live;
    if (!status || (status.idle && !status.paused && !this.app.folders.choices?.length)) return;
    if (status.paused) this.app.folderDeeds.resume();
    else this.app.folderDeeds.pauseFor(null);
  }

  stop(): void {
    void this.run(() => this.commands.stop());
  }

  restart(): void {
    void this.run(() => this.commands.restart());
  }

  readWaiting(): void {
    void this.run(() => this.commands.readWaiting());
  }

  cancel(file: FilePath): void {
    void this.run(() => this.commands.cancel(file));
  }

  remove(files: FilePath[]): void {
    void this.takeOut(files, files.length);
  }

  private async takeOut(files: FilePath[] | null, count: number): Promise<void> {
    await this.run(
      () => this.commands.remove(files),
      () => words.activity.removed(count),
    );
    await this.app.waiting.refresh();
  }

  askRemoveAll(): void {
    const n = this.app.waiting.total;
    if (n === 0) return;
    this.app.confirm = {
      title: words.activity.removeTitle(n),
      text: words.activity.removeText,
      yes: words.activity.removeAll,
      danger: false,
      run: () => void this.takeOut(null, n),
    };
  }

  askRetryFailed(): void {
    const n = this.app.live.coverage?.failed ?? this.app.troubles.total;
    if (n === 0) return;
    this.app.confirm = {
      title: words.activity.retryTitle(n),
      text: words.activity.retryText,
      yes: words.activity.retryAll(n),
      danger: false,
      run: () => void this.run(() => this.commands.retryFailed(), words.activity.retried),
    };
  }

  /** Downloads a model, or goes on with it. Of one that is too large it is asked first. */
  getModel(model: Pick<OfferedModel, "model"> & Partial<OfferedModel>, force = false): void {
    const { fits, memory, bytes } = model;
    const has = this.app.models.list?.memory ?? null;
    if (fits === "too_large" && has !== null && memory !== undefined && bytes !== undefined && !force) {
      this.app.confirm = {
        title: words.models.largeTitle(model.model),
        text: words.models.largeText(model.model, memory, has),
        yes: words.models.largeYes(bytes),
        danger: false,
        run: () => this.getModel(model, true),
      };
      return;
    }
    void this.run(() => this.commands.getModel(model.model, force));
  }

  importModel(): void {
    void this.run(() => this.commands.importModel());
  }

  verifyModel(name: string): void {
    void this.run(() => this.commands.verifyModel(name));
  }

  askRemoveModel({ model, known, bytes, state, kept }: OfferedModel): void {
    const size = state === "partial" ? kept : bytes;
    this.app.confirm = {
      title: words.models.removeTitle(model),
      text: known ? words.models.removeText(size) : words.models.removeStranger(size),
      yes: words.models.remove(model),
      danger: true,
      run: () => void this.removeModel(model),
    };
  }

  private async removeModel(name: string): Promise<void> {
    await this.run(
      () => this.commands.removeModel(name),
      (freed) => words.models.removed(name, freed),
    );
    await this.app.models.refresh();
  }

  stopErrand(): void {
    void this.run(() => this.commands.stopErrand());
  }

  dismissErrand(): void {
    void this.run(() => this.commands.dismissErrand());
  }

  /** Does again what could not be done, or was stopped. */
  retryErrand(): void {
    const { errand, list } = this.app.models;
    const offered = list?.models.find(({ model }) => model === errand?.model);
    if (errand?.deed === "get") this.getModel(offered ?? { model: errand.model });
    else if (errand?.deed === "import") this.importModel();
    else if (errand) this.verifyModel(errand.model);
  }

  /** Has these summarised again, by this model or by the one that writes anyway. */
  summarise(keys = this.meant, model: string | null = null): void {
    if (keys.length === 0) return;
    void this.run(
      () => this.commands.summarise(keys, model),
      () => words.summaries.queued(keys.length, model),
    );
  }

  /** The ways to do so: by the model that writes, and by each of the others; without a server, why not. */
  waysToSummarise(
    keys?: string[],
  ): { text: string; icon: "summary"; lacks: string | null; run: () => void }[] {
    const { writers, lacks } = this.app.summaries;
    const way = (text: string, model: string | null) => ({
      text,
      icon: "summary" as const,
      lacks,
      run: () => this.summarise(keys, model),
    });
    if (writers.length < 2) return [way(words.summaries.act, null)];
    return writers.map((name, at) => way(words.summaries.actWith(name), at === 0 ? null : name));
  }

  lookForModel(): void {
    void this.while("looking", () => this.commands.lookForModel()).then(() => {
      this.app.summaries.asked = true;
    });
  }

  testModel(): void {
    void this.while("testing", async () => {
      this.app.summaries.test = await this.commands.testModel();
    });
  }

  private async while(what: "looking" | "testing", work: () => Promise<unknown>): Promise<void> {
    const { summaries } = this.app;
    if (summaries[what]) return;
    summaries[what] = true;
    await this.run(work);
    summaries[what] = false;
  }

  pullModel(name: string): void {
    void this.run(() => this.commands.pullModel(name));
  }

  stopPull(): void {
    void this.run(() => this.commands.stopPull());
  }

  dismissPull(): void {
    void this.run(() => this.commands.dismissPull());
  }
}
