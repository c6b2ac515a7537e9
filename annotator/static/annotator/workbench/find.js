// Find passage: marking without a selection, for readers whose screen reader keeps a cursor of its own. A quotation or
// "sentences 12 to 14" leads to matches with context, one of which is marked.

import { byId, element } from "./dom.js";
import { shorten } from "./labelling.js";

const LIMIT = 50; // matches shown
const CONTEXT = 40; // code points either side

export class Find {
  /** @param {{text: object, labelling: object, scroller: HTMLElement, model: object}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.dialog = byId("find-dialog");
    this.input = byId("find-words");
    this.matches = [];
    byId("find").addEventListener("click", () => this.open());
    this.input.addEventListener("input", () => this.search());
    this.dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.mark();
    });
  }

  open() {
    const { span } = this.labelling.selection;
    if (span) this.input.value = this.text.slice(...span);
    this.search();
    this.dialog.showModal();
    this.input.select();
  }

  search() {
    this.matches = this.#matches(this.input.value);
    const rows = this.matches.map(([start, end], index) => {
      const radio = element("input", { type: "radio", name: "find-match", value: index });
      radio.checked = index === 0;
      const before = this.text.slice(Math.max(0, start - CONTEXT), start);
      const after = this.text.slice(end, Math.min(this.text.length, end + CONTEXT));
      const words = element(
        "span",
        { class: "quote", dir: "auto" },
        before.replace(/^\S*\s/u, "…"),
        element("strong", {}, shorten(this.text.slice(start, end), 200)),
        after.replace(/\s\S*$/u, "…"),
      );
      return element("li", {}, element("label", { class: "choice" }, radio, words));
    });
    byId("find-matches").replaceChildren(...rows);
    const found = this.matches.length;
    byId("find-count").textContent = !this.input.value.trim()
      ? ""
      : found === 0
        ? "Nothing found"
        : found === LIMIT
          ? `The first ${LIMIT} matches`
          : found === 1
            ? "1 match"
            : `${found} matches`;
  }

  #matches(words) {
    const wanted = words.trim();
    const range = /^sentences?\s+(\d+)(?:\s*(?:to|-|–)\s*(\d+))?$/iu.exec(wanted);
    if (range) {
      const first = this.text.sentences[Number(range[1]) - 1];
      const last = this.text.sentences[Number(range[2] ?? range[1]) - 1];
      return first && last && first[0] < last[1] ? [[first[0], last[1]]] : [];
    }
    if (!wanted) return [];
    // Any run of white space stands for any other: a quotation pasted from elsewhere is broken into other lines.
    const escaped = wanted.split(/\s+/u).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const pattern = new RegExp(escaped.join("\\s+"), "giu");
    const found = [];
    for (const match of this.text.text.matchAll(pattern)) {
      const start = this.text.offsets.toPoints(match.index);
      const end = this.text.offsets.toPoints(match.index + match[0].length);
      found.push(this.text.snapToCharacters(start, end));
      if (found.length === LIMIT) break;
    }
    return found;
  }

  async mark() {
    const chosen = this.dialog.querySelector('input[name="find-match"]:checked');
    const label = this.dialog.querySelector('input[name="find-label"]:checked');
    if (!chosen || !label) {
      byId("find-count").textContent = chosen ? "Choose a label" : "Choose a match";
      return;
    }
    const span = this.matches[Number(chosen.value)];
    this.dialog.close();
    const id = await this.labelling.mark(label.value, span);
    const passage = this.model.get(id);
    if (passage) this.text.reveal(passage.start, passage.end, this.scroller);
    this.text.article.focus({ preventScroll: true });
  }
}
