// Single keys of the adjudicator's page: each presses the button or link that names it in `data-key`. They can be
// switched off here as everywhere (WCAG 2.1.4), and never fire in a field or under a dialog.

import { letterOf, seenAround, SWITCH } from "../keyboard.js";
import { announce, byId, keep, kept } from "../workbench/dom.js";

const ENDS = { j: "This is the last case.", k: "This is the first case." };

/** What a key is called in `data-key`: "1", "shift+1", "m", "shift+m", "ctrl+z"; empty where it is none of ours. */
export function nameOf(event) {
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code)?.[1];
  const key = digit ?? letterOf(event);
  if (event.altKey) return "";
  if (event.ctrlKey || event.metaKey) return event.shiftKey ? "" : `ctrl+${key}`;
  if (!event.shiftKey || key === "?") return key;
  return `shift+${key}`;
}

export class Keys {
  /** @param {import("./own-span.js").OwnSpan} own */
  constructor(own) {
    this.own = own;
    this.dialog = byId("shortcuts");
    this.targets = new Map();
    for (const target of document.querySelectorAll("[data-key]"))
      for (const name of target.dataset.key.split(" ")) this.targets.set(name, target);
    this.box = byId("single-keys");
    this.box.checked = kept(SWITCH) !== "off";
    this.box.addEventListener("change", () => keep(SWITCH, this.box.checked ? "on" : "off"));
    const help = byId("help");
    if (help) help.hidden = false;
    help?.addEventListener("click", () => this.dialog.showModal());
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  #pressed(event) {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog:modal")) return;
    if (seenAround(event.target, "input, textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const name = nameOf(event);
    const act = this.box.checked || name === "ctrl+z" ? this.#act(name) : null;
    if (!act) return;
    event.preventDefault();
    act();
  }

  #act(name) {
    const reason = byId("reason");
    if (name === "?") return () => this.dialog.showModal();
    if (name === "r" && reason) return () => reason.focus();
    if (name === "o" && this.own.fields) return () => this.own.settle();
    const target = this.targets.get(name);
    if (target) return () => target.click();
    return ENDS[name] ? () => announce(ENDS[name]) : null;
  }
}
