// The fields in which a reviewer changes the single keys.

import { byId, element } from "./dom.js";

const NAMES = {
  next: "Next sentence",
  previous: "Previous sentence",
  unlabelled: "Sentence without a label",
  mode: "Sentence mode",
  back: "Previous passage",
  on: "Next passage",
  shrink: "End one word left",
  grow: "End one word right",
  note: "Note",
  scales: "All scales",
  find: "Find passage",
  filter: "Filter the list",
  guide: "Guideline",
  help: "Keyboard shortcuts",
};

export class KeyFields {
  /** @param {import("./keymap.js").Keymap} keymap */
  constructor(keymap) {
    this.keymap = keymap;
    this.names = new Map([...keymap.labels, ...Object.entries(NAMES)]);
    this.fields = new Map([...this.names.keys()].map((command) => [command, this.#field(command)]));
    const rows = [...this.fields].map(([command, field]) =>
      element("label", { class: "field" }, element("span", {}, this.names.get(command)), field),
    );
    byId("key-fields").replaceChildren(...rows);
    byId("keys-reset").addEventListener("click", () => {
      keymap.change(keymap.defaults);
      this.#show();
      this.#say("The keys are as they were at first.");
    });
    this.#say("");
    this.#show();
  }

  #field(command) {
    const field = element("input", { class: "input", maxlength: 2, autocomplete: "off", autocapitalize: "off" });
    field.addEventListener("focus", () => field.select());
    field.addEventListener("input", () => this.#take(command, field));
    field.addEventListener("blur", () => this.#show());
    return field;
  }

  /** Take a typed key for a command, unless it has another use. */
  #take(command, field) {
    const key = [...field.value.trim().toLowerCase()].at(-1);
    if (!key) return undefined; // emptied to type another; left so, the old one comes back
    const taken = this.keymap.commandAt(key);
    if (!this.keymap.takes(key)) return this.#say("Choose a letter, a digit or a sign. Nothing was changed.");
    if (taken && taken !== command)
      return this.#say(`“${key}” is the key of “${this.names.get(taken)}”. Nothing was changed.`);
    this.keymap.change({ [command]: key });
    field.value = key;
    field.select();
    return this.#say(`${this.names.get(command)}: ${key}`);
  }

  #show() {
    for (const [command, field] of this.fields) field.value = this.keymap.keys[command];
  }

  #say(words) {
    byId("keys-said").textContent = words;
  }
}
