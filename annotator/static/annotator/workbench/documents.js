// Ratings of the whole document, each with the passages that bear it out.

import { byId, element, openSheet, quoted } from "./dom.js";
import { shorten } from "./labelling.js";
import { scaleName } from "./model.js";
import { scaleGroup } from "./scales.js";

export class Documents {
  /** @param {{model: object, acts: object}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.section = byId("document-ratings");
    this.groups = new Map(); // scale code -> {set, evidence}
    this.open = null;
    byId("rate-document").addEventListener("click", () => this.go());
    this.model.on("ratings passages state", () => this.update());
    this.update();
  }

  update() {
    const { model } = this;
    if (this.open !== model.open) this.#make();
    for (const [code, { set, evidence }] of this.groups) {
      const rating = model.ratings.get(code) ?? null;
      set(rating?.point ?? null);
      this.#showEvidence(model.scales.get(code), rating, evidence);
    }
    const count = `${model.ratings.size} of ${model.documentScales.length}`;
    byId("document-count").textContent = count;
    this.section.hidden = !model.documentScales.length;
    byId("after-text").hidden = !model.documentScales.length || !model.open;
    byId("after-words").textContent = `End of the text. Document ratings: ${count}.`;
  }

  /** Go to the first scale without an answer. */
  go() {
    openSheet();
    const groups = [...this.section.querySelectorAll("fieldset")];
    const next = groups.find((group) => !group.querySelector(":checked")) ?? groups[0];
    next?.querySelector(":checked, input").focus({ preventScroll: true });
    next?.scrollIntoView({ block: "nearest" });
  }

  #make() {
    this.open = this.model.open;
    this.groups.clear();
    const blocks = this.model.documentScales.map((scale) => {
      const { group, set } = scaleGroup(scale, {
        value: null,
        open: this.open,
        hint: `${scaleName(scale)} · ${scale.required ? "required" : "optional"}`,
        onChange: (point) => this.acts.rateDocument(scale.code, point),
      });
      const evidence = element("p", { class: "evidence" });
      this.groups.set(scale.code, { set, evidence });
      return element("div", { class: "document-scale" }, group, evidence);
    });
    byId("document-scales").replaceChildren(...blocks);
  }

  #showEvidence(scale, rating, line) {
    line.hidden = !rating;
    if (!rating) return;
    const live = rating.evidence.filter((id) => this.model.get(id)).length;
    const lost = rating.evidence.length - live;
    const words = [
      live === 0 ? "No passage named as evidence" : live === 1 ? "Evidence: 1 passage" : `Evidence: ${live} passages`,
    ];
    if (lost) words.push(`${lost} deleted`);
    const focused = line.contains(document.activeElement);
    const button =
      this.model.open && this.model.passages.size
        ? element(
            "button",
            {
              type: "button",
              class: "link",
              "aria-label": `Choose evidence for ${scaleName(scale)}`,
              on: { click: () => this.#choose(scale) },
            },
            "Choose…",
          )
        : null;
    line.replaceChildren(element("span", {}, words.join(", ")), ...(button ? [button] : []));
    if (focused) button?.focus();
  }

  /** Let the reviewer tick passages of their own. */
  #choose(scale) {
    const dialog = byId("evidence");
    const rating = this.model.ratings.get(scale.code);
    byId("evidence-question").textContent = scale.question;
    const rows = this.model.ordered.map((passage) => {
      const box = element("input", { type: "checkbox", value: passage.id });
      box.checked = rating.evidence.includes(passage.id);
      const { name } = this.model.labels.get(passage.label);
      return element(
        "li",
        {},
        element(
          "label",
          { class: "choice" },
          box,
          element("span", { class: "label", data: { label: passage.label } }, name),
          quoted(shorten(passage.quote, 120), null, { class: "quote" }),
        ),
      );
    });
    byId("evidence-passages").replaceChildren(...rows);
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener(
      "close",
      () => {
        if (dialog.returnValue !== "save") return;
        const chosen = [...dialog.querySelectorAll("input:checked")].map((box) => box.value);
        this.acts.rateDocument(scale.code, this.model.ratings.get(scale.code).point, chosen);
      },
      { once: true },
    );
  }
}
