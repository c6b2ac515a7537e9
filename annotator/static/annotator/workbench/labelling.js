// From a label's key or button to a passage: what is selected is marked, else the active passage is relabelled, else
// the label becomes the brush, which marks every finished draw.

import { announce, byId, toast } from "./dom.js";

const COARSE = matchMedia("(pointer: coarse)");

export class Labelling {
  /** @param {{model: object, text: object, selection: object, cursor: object, acts: object}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.brush = null; // code of the label that draws
    this.held = null; // the selection as it was when a finger went down on a button
    for (const bar of document.querySelectorAll("[data-labels]")) {
      // Pressing a button must not take the selection away before the click arrives.
      bar.addEventListener("pointerdown", () => {
        this.held = this.selection.span;
      });
      bar.addEventListener("mousedown", (event) => {
        event.preventDefault();
        // A mouse does not move the focus to a tool: the keys go on working on the text, or on the list if it has them.
        if (!document.activeElement.closest("article, .passage")) this.text.article.focus({ preventScroll: true });
      });
      bar.addEventListener("click", ({ target }) => {
        const button = target.closest("button[data-label]");
        if (button) this.press(button.dataset.label, this.selection.span ?? this.held);
        this.held = null;
      });
    }
    this.selection.addEventListener("drawn", () => this.brush && this.mark(this.brush, this.selection.span));
    this.model.on("passages active state", () => this.show());
    this.show();
  }

  /** The label's key or button, on a selection if there is one. */
  press(code, selected = null) {
    this.selection.flush();
    const span = this.selection.span ?? selected;
    const active = this.model.get(this.model.active);
    if (!this.model.open) return undefined;
    if (span) return this.mark(code, span);
    if (this.brush) return this.setBrush(this.brush === code ? null : code);
    if (active) return active.label === code ? undefined : this.relabel(active, code);
    if (COARSE.matches) return toast("Select words first, or use sentence mode.");
    return this.setBrush(code);
  }

  setBrush(code) {
    this.brush = code;
    if (code) this.model.activate(null);
    const name = code && this.model.labels.get(code).name;
    announce(code ? `Brush: ${name}. Every selection becomes a passage; Escape ends.` : "Brush off");
    this.show();
  }

  /** Show the pressed buttons, the brush's cursor and its line of help. */
  show() {
    const active = this.model.get(this.model.active);
    for (const button of document.querySelectorAll(".tools button[data-label]")) {
      button.setAttribute("aria-pressed", button.dataset.label === (this.brush ?? active?.label));
    }
    this.text.article.toggleAttribute("data-brush", Boolean(this.brush));
    const note = byId("brush-note");
    note.hidden = !this.brush;
    if (this.brush) byId("brush-name").textContent = this.model.labels.get(this.brush).name;
  }

  /** Mark a span; a clash with a passage of the same label is settled by the reviewer first. */
  async mark(code, [start, end]) {
    this.selection.clear();
    if (!this.model.open) return undefined;
    const { name } = this.model.labels.get(code);
    const clashes = this.model.clashes(code, start, end);
    const same = clashes.find((one) => one.start === start && one.end === end);
    if (same) {
      this.model.activate(same.id);
      return announce(`Already marked ${name}`);
    }
    const answer = clashes.length ? await this.#askOverlap(name) : "replace";
    if (!answer) return this.text.article.focus({ preventScroll: true });
    const stored =
      answer === "merge" ? this.acts.merge(code, clashes, start, end) : this.acts.mark(code, start, end, clashes);
    // The model has changed by now, the disk not yet: the cursor must not wait for it, or a quick next key would miss.
    const passage = this.model.get(this.model.active);
    announce(`${name}, “${shorten(passage.quote)}”, passage ${this.model.ordered.indexOf(passage) + 1}`);
    this.cursor.advance(passage);
    return stored;
  }

  async relabel(passage, code) {
    const { name } = this.model.labels.get(code);
    const { id, start, end } = passage;
    const clashes = this.model.clashes(code, start, end, id);
    const answer = clashes.length ? await this.#askOverlap(name) : "replace";
    if (!answer) return;
    const stored =
      answer === "merge"
        ? this.acts.merge(code, [passage, ...clashes], start, end)
        : this.acts.relabel(id, code, clashes);
    announce(`Now ${name}`);
    this.cursor.advance(this.model.get(this.model.active));
    await stored;
  }

  /** Move the ends of a passage, unless it would lie over another with its label. */
  async resize(id, start, end, exact = true) {
    const passage = this.model.get(id);
    const words = this.text.trim(start, end);
    if (!passage || !words) return;
    const span = exact ? this.text.snapToCharacters(...words) : this.text.snapToSentences(...words);
    if (span[0] === passage.start && span[1] === passage.end) return;
    const clashes = this.model.clashes(passage.label, ...span, id);
    const { name } = this.model.labels.get(passage.label);
    const answer = clashes.length ? await this.#askOverlap(name) : "replace";
    if (!answer) return;
    const stored =
      answer === "merge"
        ? this.acts.merge(passage.label, [passage, ...clashes], ...span)
        : this.acts.resize(id, ...span, clashes);
    announce(`${name}, “${shorten(this.model.get(this.model.active).quote)}”`);
    await stored;
  }

  /** "merge", "replace" or null. */
  #askOverlap(name) {
    const dialog = byId("overlap");
    byId("overlap-title").textContent = `Two ${name} passages can’t overlap`;
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue || null), { once: true });
    });
  }
}

export function shorten(text, limit = 80) {
  const line = text.replace(/\s+/gu, " ");
  const characters = [...line];
  return characters.length > limit ? `${characters.slice(0, limit - 1).join("")}…` : line;
}
