// The settings as they are in use, and what was found out about this machine and this installation.
import type { Capacity, Diagnosis, Live, Plain, Sent, Setting } from "../bindings";
import type { SettingsPage } from "./settings-pages";

export class Settings {
  /** The page that is open; nothing while none is. */
  page = $state<SettingsPage | null>(null);
  /** In the order of the file that explains them; nothing before they were told. */
  all = $state.raw<Setting[] | null>(null);
  /** The file, as people write it. */
  file = $state("");
  /** Why the file is not followed as it is. */
  trouble = $state.raw<string | null>(null);

  capacity = $state.raw<Capacity | null>(null);
  diagnosis = $state.raw<Diagnosis | null>(null);
  /** Whether the installation is being examined. */
  examining = $state(false);
  /** What was sent to language models, in sum; nothing before it was asked for. */
  sent = $state.raw<Sent[] | null>(null);
  /** The changes that can be taken back, the last one last. */
  changes = $state.raw<number[]>([]);

  hear(message: Extract<Live, { type: "settings" }>): void {
    Object.assign(this, { all: message.settings, file: message.file, trouble: message.trouble });
  }

  of(key: string): Setting | null {
    return this.all?.find((setting) => setting.key === key) ?? null;
  }

  /** The page that was open last, for whoever asks for none in particular. */
  #last: SettingsPage = "folders";

  open(page: SettingsPage = this.#last): void {
    this.#last = page;
    this.page = page;
  }
}

/** Whether both are the same value. */
export const same = (one: Plain | null, other: Plain | null): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Whether it is as it comes. */
export const asItComes = ({ value, default: own }: Setting): boolean => same(value, own);
