// The companion list: the passages in the order of the text, with a filter; the active one opens in place.

import { byId, element, icon, quoted, toast } from "./dom.js";
import { Details } from "./details.js";
import { pointWords } from "./model.js";

const PAGE = 200; // items in the page at once: thousands of buttons would take a second to make

export class List {
  /** @param {{model: object, text: object, acts: object, labelling: object, scroller: HTMLElement}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.list = byId("passages");
    this.side = this.list.parentNode;
    this.details = new Details(parts);
    this.details.onDelete = (id) => this.remove(id);
    this.items = new Map(); // passage id -> {item, signature of what it shows}
    this.from = 0;
    this.marked = null; // the item of the passage nearest to what is read
    this.filter = { label: "", state: "", words: "" };
    byId("filter-toggle").addEventListener("click", ({ currentTarget }) => this.#toggleFilter(currentTarget));
    byId("filter").addEventListener("input", () => this.#readFilter());
    byId("filter").addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // the filter stays: the next keys are to step through what it shows
      event.stopPropagation();
      this.text.article.focus({ preventScroll: true });
    });
    byId("empty-start").addEventListener("click", () => this.cursor.setMode(true));
    this.model.on("passages state", () => this.update());
    this.model.on("active", ({ id }) => id === this.shown || this.update());
    this.update();
  }

  #toggleFilter(button) {
    const open = byId("filter").hidden;
    byId("filter").hidden = !open;
    button.setAttribute("aria-expanded", open);
    if (open) byId("filter").querySelector("input").focus();
    else
      byId("filter")
        .querySelectorAll("select, input")
        .forEach((field) => {
          field.value = "";
        });
    if (!open) this.#readFilter();
  }

  #readFilter() {
    const value = (name) => byId("filter").querySelector(`[name="${name}"]`).value;
    this.filter = { label: value("label"), state: value("state"), words: value("words").trim().toLowerCase() };
    this.from = 0;
    this.update();
  }

  #matches(passage) {
    const { label, state, words } = this.filter;
    if (label && passage.label !== label) return false;
    if (state === "unrated" && !this.model.missingRatings(passage).length) return false;
    if (state === "rated" && this.model.missingRatings(passage).length) return false;
    if (state === "note" && !passage.note) return false;
    return !words || `${passage.quote}\n${passage.note}`.toLowerCase().includes(words);
  }

  update() {
    const { model, list } = this;
    const all = model.ordered;
    const former = this.shown;
    const held = this.details.box.contains(document.activeElement);
    this.shown = model.active; // the passage whose details are open
    const shown = all.filter((one) => this.#matches(one) || one.id === model.active);
    byId("passage-count").textContent = all.length;
    const missing = model.missingInPassages;
    byId("missing-count").textContent = missing ? `${missing} not rated` : "";
    byId("no-passages").hidden = all.length > 0;
    byId("no-matches").hidden = all.length === 0 || shown.length > 0;
    const active = shown.findIndex((one) => one.id === model.active);
    if (active >= 0 && (active < this.from || active >= this.from + PAGE)) this.from = Math.max(0, active - PAGE / 2);
    if (this.from >= shown.length) this.from = Math.max(0, shown.length - PAGE);
    const items = shown.slice(this.from, this.from + PAGE).map((passage) => this.#item(passage));
    if (this.from > 0) items.unshift(this.#more("Earlier passages", -PAGE));
    if (this.from + PAGE < shown.length) items.push(this.#more("Later passages", PAGE));
    reconcile(list, items);
    this.details.show(model.get(model.active));
    const current = this.items.get(model.active)?.item;
    if (current && this.details.box.parentNode !== current) current.append(this.details.box);
    if (!current) this.details.box.remove();
    // Details that close or go elsewhere would let the focus fall out of the page.
    if (held && !this.details.box.contains(document.activeElement))
      (itemOf(list, model.active ?? former) ?? this.text.article).focus({ preventScroll: true });
  }

  /** The item of a passage, kept while nothing it shows has changed, so that focus and scrolling survive. */
  #item(passage) {
    const { model } = this;
    const current = passage.id === model.active;
    const signature = JSON.stringify([
      passage.label,
      passage.quote,
      passage.ratings,
      Boolean(passage.note),
      current,
      model.open,
    ]);
    const kept = this.items.get(passage.id);
    if (kept?.signature === signature) return kept.item;
    const button = this.#button(passage, current);
    const item = kept?.item ?? element("li", { data: { id: passage.id } });
    const old = item.querySelector(".passage");
    const focused = old && old === document.activeElement;
    if (old) old.replaceWith(button);
    else item.append(button);
    if (focused) button.focus({ preventScroll: true });
    this.items.set(passage.id, { item, signature });
    return item;
  }

  #button(passage, current) {
    const { model } = this;
    const label = model.labels.get(passage.label);
    const words = passage.ratings
      .map(({ scale, point }) => this.#ratingWords(scale, point))
      .filter(Boolean)
      .join(", ");
    const missing = model.open && model.missingRatings(passage).length > 0;
    const note = passage.note ? [icon("note"), element("span", { class: "hidden" }, "has a note")] : [];
    return element(
      "button",
      {
        type: "button",
        class: "passage",
        "aria-current": current ? "true" : null,
        on: { click: () => this.#choose(passage.id) },
      },
      element("span", { class: "label", data: { label: passage.label } }, label?.name ?? passage.label),
      element("span", { class: "quiet" }, ...note, missing ? "not rated" : words),
      quoted(passage.quote, this.#language(passage), { class: "quote" }),
    );
  }

  #language({ start }) {
    return this.text.lines[this.text.lineAt(this.text.offsets.toUnits(start))].p.lang || this.text.language;
  }

  #ratingWords(code, value) {
    const scale = this.model.scales.get(code);
    const point = scale?.points.find((one) => one.value === value);
    if (!scale?.required || !point) return "";
    const { sign, name } = pointWords(scale, point);
    return scale.level === "nominal" || point.missing ? name.toLowerCase() : `${code.replaceAll("-", " ")} ${sign}`;
  }

  #more(words, step) {
    const turn = () => {
      this.from = Math.max(0, this.from + step);
      this.model.activate(null);
      this.update();
    };
    return element(
      "li",
      {},
      element("button", { type: "button", class: "button quiet more", on: { click: turn } }, words),
    );
  }

  /** Make a passage the active one; chosen again, the next larger one that overlaps it. */
  #choose(id) {
    if (this.model.active === id) this.onAgain();
    else this.model.activate(id);
    const { start, end } = this.model.get(this.model.active);
    this.text.reveal(start, end, this.scroller);
    itemOf(this.list, this.model.active)?.focus({ preventScroll: true });
  }

  /** Go to the passage before or after the active one, or after what is in view. */
  step(direction) {
    const all = this.model.ordered;
    if (!all.length) return;
    const here = all.findIndex((one) => one.id === this.model.active);
    const next = here < 0 ? (direction > 0 ? 0 : all.length - 1) : (here + direction + all.length) % all.length;
    this.#choose(all[next].id);
    this.reveal();
  }

  /** Bring the item of the active passage into view in the side list. */
  reveal() {
    this.list.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
  }

  /** Mark the passage nearest to what is read and show its item, unless the list or what is below it is in use. */
  near(id) {
    if (id && !this.items.get(id)?.item.isConnected) this.#turnTo(id);
    const item = this.items.get(id)?.item ?? null;
    if (item !== this.marked) {
      this.marked?.removeAttribute("data-near");
      item?.setAttribute("data-near", "");
      this.marked = item;
    }
    if (item && !this.#inUse) item.scrollIntoView({ block: "nearest" });
  }

  get #inUse() {
    return Boolean(this.model.active) || this.side.matches(":focus-within, :hover") || this.#readsOn();
  }

  /** Whether the reader has gone on to the ratings of the document, below the list. */
  #readsOn() {
    const { top, height } = this.side.getBoundingClientRect();
    return this.list.getBoundingClientRect().bottom < top + height / 2;
  }

  /** Show the part of the list that holds a passage, unless somebody is in the part that is shown. */
  #turnTo(id) {
    const index = this.model.ordered.filter((one) => this.#matches(one)).findIndex((one) => one.id === id);
    if (index < 0 || this.#inUse) return;
    this.from = Math.max(0, index - PAGE / 2);
    this.update();
  }

  /** Delete a passage; the focus goes to its neighbour in the list if it was there. */
  async remove(id) {
    const all = this.model.ordered;
    const index = all.findIndex((one) => one.id === id);
    const neighbour = all[index + 1] ?? all[index - 1];
    const inList = this.list.contains(document.activeElement);
    const passage = all[index];
    await this.acts.remove(id);
    toast("Passage deleted", "Undo", () => this.acts.act([{ id, to: passage }], { activate: id }));
    const target = (inList && neighbour && itemOf(this.list, neighbour.id)) || this.text.article;
    target.focus({ preventScroll: true });
  }
}

/** Make `items` the children of `parent`, moving as little as possible: a moved element loses the focus. */
function reconcile(parent, items) {
  const wanted = new Set(items);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  items.forEach((item, index) => {
    if (parent.children[index] !== item) parent.insertBefore(item, parent.children[index] ?? null);
  });
}

const itemOf = (root, id) => id && root.querySelector(`li[data-id="${CSS.escape(id)}"] > .passage`);
