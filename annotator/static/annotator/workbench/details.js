// The details of the active passage: its label, its scales, its note, what overlaps it, and deleting it.

import { announce, byId, element } from "./dom.js";
import { scaleName } from "./model.js";
import { scaleGroup } from "./scales.js";

const COARSE = matchMedia("(pointer: coarse)"); // no keys to speak of
const TYPING_PAUSE = 800; // milliseconds without a key after which a note is saved

export class Details {
  /** @param {{model: object, acts: object, labelling: object, cursor: object, text: object, config: object}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.box = byId("details-template").content.firstElementChild.cloneNode(true);
    this.scales = new Map(); // code -> {group, set}
    this.shown = null; // what the controls were made for: id, label, open
    const find = (name) => this.box.querySelector(`[data-part="${name}"]`);
    this.parts = {
      labels: find("labels"),
      scales: find("scales"),
      note: find("note"),
      overlaps: find("overlaps"),
      remove: find("delete"),
      history: find("history"),
      did: find("did"),
    };
    this.parts.labels.addEventListener("click", ({ target }) => {
      const button = target.closest("button[data-label]");
      const passage = this.model.get(this.model.active);
      if (button && passage && passage.label !== button.dataset.label)
        this.labelling.relabel(passage, button.dataset.label);
    });
    this.typed = false; // whether the note holds words that were not handed on: only those may ever be saved
    this.parts.note.addEventListener("input", () => {
      this.typed = true;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.saveNote(), TYPING_PAUSE);
    });
    this.parts.note.addEventListener("change", () => this.#endNote());
    this.parts.note.addEventListener("keydown", (event) => {
      const save = event.key === "Enter" && (event.ctrlKey || event.metaKey);
      if (!save && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      this.#endNote();
      this.text.article.focus({ preventScroll: true });
    });
    this.parts.remove.addEventListener("click", () => this.onDelete(this.shown.id));
    this.parts.history.addEventListener("toggle", () => this.parts.history.open && this.shown && this.#tell(this.shown.id));
  }

  /** List what was done to the passage, as the server has it. */
  async #tell(id) {
    const { did } = this.parts;
    did.replaceChildren(element("li", {}, "Reading…"));
    let items;
    try {
      const { historyOf } = await import("./history.js");
      items = await historyOf(this.model, this.config.api, id);
    } catch {
      items = [element("li", {}, "The server could not be reached. Close and open this again later.")];
    }
    if (this.shown?.id !== id) return;
    did.replaceChildren(...(items.length ? items : [element("li", {}, "Nothing is on the server yet.")]));
  }

  /** Save what was typed into the note. */
  saveNote() {
    clearTimeout(this.timer);
    if (!this.typed || !this.shown || !this.model.open) return undefined;
    this.typed = false;
    return this.acts.note(this.shown.id, this.parts.note.value);
  }

  /** Save the note and be done with it: what is typed later is another act to undo. */
  #endNote() {
    this.saveNote();
    this.acts.typing = null;
  }

  show(passage) {
    if (this.shown && this.shown.id !== passage?.id) {
      const { id } = this.shown;
      const typed = this.typed && this.model.open && this.model.get(id);
      this.shown = null;
      this.typed = false;
      clearTimeout(this.timer);
      if (typed) this.acts.note(id, this.parts.note.value);
    }
    if (!passage) {
      this.shown = null;
      return;
    }
    const { open } = this.model;
    const { id, label } = passage;
    if (this.shown?.id !== id || this.shown.label !== label || this.shown.open !== open) this.#make(passage);
    for (const [code, { set }] of this.scales) set(passage.ratings.find((one) => one.scale === code)?.point ?? null);
    if (document.activeElement !== this.parts.note) this.parts.note.value = passage.note;
    this.#overlaps(passage);
  }

  #make({ id, label }) {
    const { open } = this.model;
    if (this.shown?.id !== id) this.parts.history.open = false;
    this.shown = { id, label, open };
    for (const button of this.parts.labels.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", button.dataset.label === label);
      button.disabled = !open;
    }
    this.scales.clear();
    this.model.passageScales(label).forEach((scale, index) => {
      const counted = scale.points.filter((point) => !point.missing).length;
      const hint = [
        scaleName(scale),
        scale.required ? "required" : "optional",
        open && index === 0 && !COARSE.matches ? `Shift 1 to ${counted}` : "",
      ];
      this.scales.set(
        scale.code,
        scaleGroup(scale, {
          value: null,
          open,
          hint: hint.filter(Boolean).join(" · "),
          onChange: (point) => this.rate(id, scale.code, point),
        }),
      );
    });
    this.parts.scales.replaceChildren(...[...this.scales.values()].map(({ group }) => group));
    this.parts.note.readOnly = !open;
    this.parts.remove.hidden = !open;
  }

  async rate(id, scale, point) {
    const stored = this.acts.rate(id, scale, point);
    if (point !== null && this.model.scales.get(scale).required) this.cursor.advance(this.model.get(id));
    await stored;
  }

  /** Rate the active passage on its first scale: the n-th point, or 0 for "cannot be judged". */
  rateByKey(digit) {
    const passage = this.model.get(this.model.active);
    const scale = passage && this.model.passageScales(passage.label)[0];
    if (!scale) return;
    const point =
      digit === 0 ? scale.points.find((one) => one.missing) : scale.points.filter((one) => !one.missing)[digit - 1];
    if (!point) return;
    announce(`${scaleName(scale)}: ${point.name}`);
    this.rate(passage.id, scale.code, point.value);
  }

  #overlaps(passage) {
    const others = this.model.covering(passage.start, passage.end).filter((one) => one.id !== passage.id);
    this.parts.overlaps.hidden = !others.length;
    this.parts.overlaps.replaceChildren(
      "Overlaps here: ",
      ...others.flatMap((one, index) => [
        index ? ", " : "",
        element(
          "button",
          { type: "button", class: "link", on: { click: () => this.model.activate(one.id) } },
          `${this.model.labels.get(one.label)?.name}, ${one.end - one.start} characters`,
        ),
      ]),
    );
  }
}
