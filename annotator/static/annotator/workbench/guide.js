// The guideline of a label: definition, when to use it, one example and one counter-example, at hand beside its button.

import { byId, element } from "./dom.js";

const HOLD = 500; // milliseconds a finger rests on a label to ask for its guideline

export class Guide {
  /** @param {{model: object, config: object}} parts */
  constructor({ model, config }) {
    Object.assign(this, { model, config, box: byId("guide") });
    this.pinned = null; // the button that was clicked, until clicked again
    for (const button of document.querySelectorAll("button[data-guide]")) {
      const code = button.dataset.guide;
      button.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && this.open(code, button));
      button.addEventListener("pointerleave", () => this.#leave());
      button.addEventListener("focus", () => button.matches(":focus-visible") && this.open(code, button));
      button.addEventListener("blur", () => this.#leave());
      button.addEventListener("click", () => this.#toggle(code, button));
    }
    for (const button of document.querySelectorAll("button[data-label]")) this.#holding(button);
    this.box.addEventListener("pointerleave", () => this.#leave());
    document.addEventListener("pointerdown", ({ target }) => {
      if (!target.closest("#guide, [data-guide]")) this.close();
    });
  }

  get isOpen() {
    return this.box.matches(":popover-open");
  }

  #toggle(code, button) {
    if (this.pinned === button) return this.close();
    this.pinned = button;
    return this.open(code, button);
  }

  /** A finger that rests on a label's button asks for the guideline, and then does not press the button. */
  #holding(button) {
    let timer = 0;
    let held = false;
    button.addEventListener("pointerdown", ({ pointerType }) => {
      held = false;
      if (pointerType === "mouse") return;
      timer = setTimeout(() => {
        held = true;
        this.pinned = button;
        this.open(button.dataset.label, button);
      }, HOLD);
    });
    for (const type of ["pointerup", "pointercancel", "pointerleave"])
      button.addEventListener(type, () => clearTimeout(timer));
    button.addEventListener("contextmenu", (event) => held && event.preventDefault());
    const isPress = ({ detail }) => detail > 0; // by a pointer; a key's click is none of a finger's
    button.addEventListener("click", (event) => held && isPress(event) && event.stopImmediatePropagation(), true);
  }

  #leave() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.pinned && !this.box.matches(":hover, :focus-within")) this.close();
    }, 200);
  }

  /** Show a label's guideline near a control; it stays while pointed at, and Escape closes it. */
  open(code, near) {
    clearTimeout(this.timer);
    const label = this.model.labels.get(code);
    const { codebook } = this.model;
    const sample = (name, texts) =>
      texts?.length
        ? element(
            "p",
            { class: "small" },
            element("span", { class: "quiet" }, `${name}: `),
            element("span", { class: "quote", dir: "auto" }, texts[0]),
          )
        : null;
    this.box.replaceChildren(
      element(
        "p",
        {},
        element("span", { class: "label", data: { label: code } }, label.name),
        " ",
        element("span", { class: "quiet small" }, `${codebook.title}, version ${codebook.version}`),
      ),
      element("p", { class: "small" }, label.definition),
      ...[sample("Yes", label.examples), sample("No", label.counterexamples)].filter(Boolean),
      ...[
        ["Use when", label.use_when],
        ["Not when", label.not_when],
      ]
        .filter(([, words]) => words)
        .map(([name, words]) =>
          element("p", { class: "small" }, element("span", { class: "quiet" }, `${name}: `), words),
        ),
      element(
        "p",
        { class: "small" },
        element("a", { href: `${this.config.guidelines}#${code}`, target: "_blank" }, "All guidelines"),
      ),
    );
    if (!this.isOpen) this.box.showPopover();
    const at = near.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const above = at.bottom + height + 8 > innerHeight;
    this.box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
    this.box.style.top = `${Math.max(8, above ? at.top - height - 6 : at.bottom + 6)}px`;
  }

  close() {
    this.pinned = null;
    if (this.isOpen) this.box.hidePopover();
  }
}
