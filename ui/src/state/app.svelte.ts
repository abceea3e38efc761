// The state of the window: what is shown, what is open above it, and the parts that know the rest.
import { createContext } from "svelte";
import type { Attention, Card, FolderChoice, Live, Suggestion, Waiting } from "../bindings";
import { type Backend, problem } from "../backend";
import { Alike } from "./alike.svelte";
import { Deeds } from "./deeds";
import { FolderDeeds } from "./folder-deeds";
import { Folders } from "./folders.svelte";
import { OpenItem } from "./item.svelte";
import { Library, idOf } from "./library.svelte";
import { LiveState } from "./live.svelte";
import * as marks from "./marks";
import { SpeechModels } from "./models.svelte";
import { Notes } from "./notes.svelte";
import { Paged } from "./paged.svelte";
import { Selection } from "./selection.svelte";
import { Setup, type Step } from "./setup.svelte";
import { SettingsDeeds } from "./settings-deeds";
import type { SettingsPage } from "./settings-pages";
import { Settings } from "./settings.svelte";
import { Summaries } from "./summaries.svelte";
import { TroubleDeeds } from "./trouble-deeds";

export type Confirm = { title: string; text: string; yes: string; danger: boolean; run: () => void };
export type Layout = "grid" | "list";
export type Lane = "workers" | "queue" | "attention";
const FOLLOW_MS = 400;
const LAYOUT = "deskscribe.layout";

export class App {
  readonly notes = new Notes();
  readonly live = new LiveState((text) => this.notes.say(text));
  readonly library: Library;
  readonly selection = new Selection();
  readonly item: OpenItem;
  readonly waiting: Paged<Waiting>;
  readonly troubles: Paged<Attention>;
  readonly models: SpeechModels;
  readonly summaries = new Summaries(() => this.live.status);
  readonly folders = new Folders(
    () => this.live.status,
    () => this.live.coverage,
  );
  readonly setup: Setup;
  /** What is like the item that is open, and what means something like what was typed. */
  readonly similar: Alike;
  readonly meant: Alike;
  readonly deeds: Deeds;
  readonly folderDeeds: FolderDeeds;
  readonly troubleDeeds: TroubleDeeds;
  readonly settings = new Settings();
  readonly settingsDeeds: SettingsDeeds;

  /** What stands in the search box; the library may still answer what stood there before. */
  typed = $state("");
  layout = $state<Layout>(localStorage.getItem(LAYOUT) === "list" ? "list" : "grid");
  activity = $state(false);
  lane = $state<Lane>("workers");
  look = $state(false);
  keys = $state(false);
  /** Whether it is asked if the window's work goes on without it. */
  closing = $state(false);
  confirm = $state.raw<Confirm | null>(null);
  exporting = $state.raw<string[] | null>(null);
  /** The recording whose transcript is to be copied or saved. */
  transcript = $state.raw<string | null>(null);
  /** Whether this computer has no network: what needs one waits, all else goes on. */
  offline = $state(false);
  /** How high what stands below the library is, in pixels: what lies at the edge of the window leaves it free. */
  foot = $state(0);
  suggestion = $state.raw<Suggestion>({ desktop: null });
  /** Where the search box is, for Ctrl+F. */
  focusSearch: () => void = () => undefined;
  focusLibrary: () => void = () => undefined;
  reveal: (index: number) => void = () => undefined;

  #timer: ReturnType<typeof setTimeout> | undefined;
  #followed = -1;

  constructor(readonly backend: Backend) {
    const { commands } = backend;
    this.library = new Library((query, offset, limit) => commands.page(query, offset, limit));
    this.item = new OpenItem((key, query) => commands.item(key, query));
    this.waiting = new Paged(async (offset, limit) => {
      const page = await commands.waiting(offset, limit);
      return { ...page, rows: page.files };
    });
    this.troubles = new Paged(async (offset, limit) => {
      const page = await commands.troubles(offset, limit);
      return { ...page, rows: page.entries };
    });
    this.models = new SpeechModels(() => commands.models());
    this.setup = new Setup(this.models, this.summaries);
    this.similar = new Alike((key) => commands.similar(key));
    this.meant = new Alike((query) => commands.byMeaning(query));
    this.deeds = new Deeds(this);
    this.folderDeeds = new FolderDeeds(this);
    this.troubleDeeds = new TroubleDeeds(this);
    this.settingsDeeds = new SettingsDeeds(this);
  }

  async start(): Promise<void> {
    this.backend.online((online) => (this.offline = !online));
    const live = this.backend.live((message) => this.receive(message));
    await this.library.ask("");
    marks.usable();
    try {
      await live;
      this.suggestion = await this.backend.commands.suggestion();
    } catch (thrown) {
      this.notes.say(problem(thrown).message, { bad: true });
    }
  }

  receive(message: Live): void {
    const since = performance.now();
    this.live.reduce(message);
    if (message.type === "models") this.models.hear(message);
    else if (message.type === "pull") this.summaries.hear(message);
    else if (message.type === "choices" || message.type === "count") this.folders.hear(message);
    else if (message.type === "settings") {
      this.settings.hear(message);
      if (this.settings.page === "performance") this.settingsDeeds.measure();
    } else if (message.type === "closing") this.closing = true;
    else if (message.type === "show_folders") this.showFolders();
    else if (message.type === "library") {
      this.models.unheard = message.unheard;
      this.summaries.unsummarised = message.unsummarised;
      void this.library.moved(message.change).then(() => marks.live(since));
      this.#soon();
    } else if (message.type === "status") {
      this.summaries.follow();
      marks.live(since);
      this.#soon();
    }
  }

  /** What is open beside the library follows, but not with every message. */
  #soon(): void {
    if (this.#timer !== undefined || (!this.activity && !this.item.open)) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.activity) void this.waiting.refresh();
      const { change } = this.live;
      if (change === this.#followed) return;
      this.#followed = change;
      if (this.activity) void this.troubles.refresh();
      if (this.item.open) void this.item.refresh(this.library.query);
    }, FOLLOW_MS);
  }

  /** Whether there is nothing to show yet, and nothing on its way. */
  get isFirst(): boolean {
    const { library } = this;
    const queued = (this.live.coverage ?? library.coverage)?.queued ?? 0;
    const isEmpty = library.answered && library.error === null && library.total.count === 0;
    return isEmpty && library.query.trim() === "" && queued === 0;
  }

  /** Whether a step says on the first screen how far it is, so that nothing has to be said at the edge. */
  tells(step: Step): boolean {
    return this.isFirst && (this.setup.state(step) === "going" || !this.setup.isAway(step));
  }

  /** Whether the language model's server can tell what words mean. */
  get understands(): boolean {
    const model = this.live.status?.summaries?.model;
    return model?.state === "ready" && model.embedder !== null;
  }

  async search(text: string): Promise<void> {
    const since = performance.now();
    this.typed = text;
    this.meant.clear(text);
    if (this.item.open) this.item.close();
    await this.library.ask(text);
    if (this.library.query === text) marks.search(since);
  }

  setLayout(layout: Layout): void {
    this.layout = layout;
    localStorage.setItem(LAYOUT, layout);
  }

  showActivity(lane?: Lane): void {
    this.activity = true;
    if (lane) this.lane = lane;
    void this.waiting.refresh();
    void this.troubles.refresh();
  }

  /** A page of the settings, or the one that was open last. What may be old by now is asked again. */
  showSettings(page?: SettingsPage): void {
    this.settings.open(page);
    this.folders.draft = null;
    switch (this.settings.page) {
      case "speech":
        return void this.models.refresh();
      case "summaries":
        return this.#lookForModel();
      case "performance":
        return this.settingsDeeds.measure();
      case "privacy":
        this.settingsDeeds.sum();
        return this.#examine();
      case "text":
      case "diagnostics":
        return this.#examine();
    }
  }

  /** What was found once is shown until somebody wants to know again: a worker is started for it. */
  #examine(): void {
    if (this.settings.diagnosis === null) this.settingsDeeds.examine();
  }

  closeSettings(): void {
    this.settings.page = null;
    this.folders.draft = null;
  }

  showModels(): void {
    this.showSettings("speech");
  }

  /** The watched folders, or the options of one that is to be watched. */
  showFolders(choice: FolderChoice | null = null): void {
    const isFromLibrary = this.settings.page === null;
    this.showSettings("folders");
    this.folders.draft = choice && { choice, isNew: !this.folders.watches(choice), isFromLibrary };
  }

  showSummaries(): void {
    this.showSettings("summaries");
  }

  /** What is known of the language model may be old: it is asked again when nothing good is known of it. */
  #lookForModel(): void {
    const { state } = this.summaries.model;
    if (state === "unseen" || state === "trouble") this.deeds.lookForModel();
  }

  toggleActivity(): void {
    if (this.activity) this.activity = false;
    else this.showActivity();
  }

  async openAt(index: number): Promise<void> {
    const [card] = this.library.card(index)
      ? [this.library.card(index)]
      : await this.library.range(index, index + 1);
    if (!card?.key) return;
    this.selection.one(index, card);
    await this.item.show(card.key, index, this.library.query, card.at);
  }

  /** Opens something that is like something else, wherever it stands in the library. */
  async openAlike(card: Card): Promise<void> {
    if (card.key) await this.item.show(card.key, this.library.indexOf(idOf(card)) ?? -1, "", card.at);
  }

  /** Opens what stands before or behind what is open. */
  async step(by: number): Promise<void> {
    const at = this.item.open ? this.item.index : this.selection.cursor;
    const to = at + by;
    // What was opened from elsewhere has no neighbours.
    if (at < 0 && this.item.open) return;
    if (to < 0 || to >= this.library.total.count) return;
    if (this.item.open) await this.openAt(to);
    else {
      const card = this.library.card(to) ?? (await this.library.range(to, to + 1))[0];
      if (card) this.selection.one(to, card);
    }
    this.reveal(to);
  }

  closeItem(): void {
    this.item.close();
    requestAnimationFrame(() => this.focusLibrary());
  }

  /** Closes the top layer, then clears the selection. True when there was something. */
  escape(): boolean {
    if (this.closing) this.closing = false;
    else if (this.confirm) this.confirm = null;
    else if (this.exporting) this.exporting = null;
    else if (this.transcript) this.transcript = null;
    else if (this.keys) this.keys = false;
    else if (this.folders.draft) this.folderDeeds.leave();
    else if (this.settings.page) this.closeSettings();
    else if (this.look) this.look = false;
    else if (this.item.open) this.closeItem();
    else if (this.activity && document.activeElement?.closest("[data-layer=activity]")) this.activity = false;
    else if (this.selection.size > 0) this.selection.clear();
    else if (this.typed !== "") void this.search("");
    else if (this.activity) this.activity = false;
    else return false;
    return true;
  }
}

export const [getApp, setApp] = createContext<App>();
