// Single keys of the agreement page. They can be switched off here as in the workbench (WCAG 2.1.4), and never fire in
// a field, with a modifier or under a dialog.

import { letterOf, seenAround, SWITCH } from "../keyboard.js";
import { byId, keep, kept } from "../workbench/dom.js";

export class Keys {
  /** @param {import("./places.js").Places} places */
  constructor(places) {
    this.places = places;
    this.dialog = byId("shortcuts");
    const box = byId("single-keys");
    box.checked = kept(SWITCH) !== "off";
    box.addEventListener("change", () => keep(SWITCH, box.checked ? "on" : "off"));
    this.box = box;
    byId("help").addEventListener("click", () => this.dialog.showModal());
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  #pressed(event) {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog:modal")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (seenAround(event.target, "input, textarea, select")) return;
    const act = this.#act(event);
    if (!act) return;
    event.preventDefault();
    act();
  }

  #act(event) {
    const { places } = this;
    if (event.key === "Escape") return places.at < 0 ? null : () => places.choose(-1);
    if (!this.box.checked) return null;
    const key = letterOf(event);
    if (key === "?") return () => this.dialog.showModal();
    if (event.shiftKey) return null;
    return { j: () => places.step(1), k: () => places.step(-1), o: () => places.toggle() }[key] ?? null;
  }
}
