// Shows the reviewer's own passages: their paint, the rail beside the paragraphs, and a hidden sentence that tells
// assistive technology what a paragraph holds, since paint does not exist for it.

import { element } from "./dom.js";

const RAIL = 34; // pixels for the columns of the rail
const LETTER = 6; // pixels a letter over them is wide: .6 em of .625 rem
const STROKES = [
  (colour) => `linear-gradient(${colour} 0 0)`,
  (colour) => `repeating-linear-gradient(${colour} 0 6px, #0000 6px 9px)`,
  (colour) => `repeating-linear-gradient(${colour} 0 2px, #0000 2px 5px)`,
  (colour) => `linear-gradient(to right, ${colour} 0 1px, #0000 1px 2px, ${colour} 2px)`,
  (colour) => `repeating-linear-gradient(135deg, ${colour} 0 2px, #0000 2px 4px)`,
]; // as the labels' lines by position: solid, dashed, dotted, double, wavy

export class Paint {
  /**
   * @param {import("./model.js").Model} model
   * @param {import("./text.js").Text} text
   * @param {import("./ground.js").Ground} ground what is painted on
   */
  constructor(model, text, ground) {
    Object.assign(this, { model, text, ground });
    this.painted = new Map(); // passage id -> the passage as it was painted; a changed one is another object
    this.columns = [...model.labels.values()];
    this.letters = lettersFor(this.columns);
    this.descriptions = element("div", { hidden: true });
    this.described = new Map(); // words -> id of the element that says them
    text.article.after(this.descriptions);
    this.#styleRail();
    model.on("passages", () => this.update());
    this.update();
  }

  /** Bring paint and rail in line with the model, touching only what changed. */
  update() {
    const dirty = new Set();
    for (const [id, painted] of this.painted) {
      const passage = this.model.get(id);
      if (passage && passage.label === painted.label && passage.start === painted.start && passage.end === painted.end)
        continue;
      this.painted.delete(id);
      this.#touch(painted, dirty);
    }
    for (const passage of this.model.passages.values()) {
      if (this.painted.has(passage.id)) continue;
      this.painted.set(passage.id, passage);
      this.#touch(passage, dirty);
    }
    if (!dirty.size) return;
    this.ground.change(this.painted);
    this.#rail(dirty);
  }

  #lines({ start, end }) {
    const { text } = this;
    const first = text.lineAt(text.offsets.toUnits(start));
    const last = text.lineAt(text.offsets.toUnits(end) - 1);
    return [first, last];
  }

  #touch(span, dirty) {
    const [first, last] = this.#lines(span);
    for (let line = first; line <= last; line++) dirty.add(line);
  }

  #rail(dirty) {
    const held = new Map([...dirty].map((line) => [line, []]));
    const { lines, offsets } = this.text;
    const from = offsets.toPoints(lines[Math.min(...dirty)].start);
    const to = offsets.toPoints(lines[Math.max(...dirty)].end);
    for (const passage of this.model.ordered) {
      if (passage.end <= from || passage.start > to) continue;
      const [first, last] = this.#lines(passage);
      for (let line = first; line <= last; line++) held.get(line)?.push(passage.label);
    }
    for (const [line, labels] of held) {
      const { p } = this.text.lines[line];
      if (!labels.length || !p.firstChild) {
        p.removeAttribute("data-has");
        p.removeAttribute("data-rail");
        p.removeAttribute("aria-describedby");
        continue;
      }
      const present = this.columns.filter((label) => labels.includes(label.code));
      p.dataset.has = present.map((label) => label.code).join(" ");
      p.dataset.rail = this.columns
        .map((label) => (present.includes(label) ? this.letters.get(label.code) : " "))
        .join("");
      const count = labels.length === 1 ? "1 passage" : `${labels.length} passages`;
      p.setAttribute(
        "aria-describedby",
        this.#description(`${count}: ${present.map((label) => label.name).join(", ")}`),
      );
    }
  }

  #description(words) {
    if (!this.described.has(words)) {
      const id = `holds-${this.described.size}`;
      this.descriptions.append(element("span", { id }, words));
      this.described.set(words, id);
    }
    return this.described.get(words);
  }

  /** One column per label, in the label's colour and kind of line; the number of labels is the codebook's. */
  #styleRail() {
    const step = Math.min(10, RAIL / this.columns.length);
    const layers = this.columns.map((_, index) => {
      const stroke = STROKES[index % STROKES.length](`var(--rail-${index}, #0000)`);
      return `${stroke} ${2 + index * step}px .75rem / ${index % STROKES.length < 3 ? 2 : 3}px 100% no-repeat`;
    });
    const rules = this.columns.map(
      (label, index) => `.text p[data-has~="${label.code}"] { --rail-${index}: var(--${label.code}); }`,
    );
    // An opaque tint would cover the lines of the row above, which stand where forced colours leave nothing else.
    const bare = this.columns.map((label) => `--${label.code}-tint: transparent;`).join(" ");
    rules.push(`@media (forced-colors: active) { .text { ${bare} } }`);
    const sheet = new CSSStyleSheet();
    const letters = `letter-spacing: ${step - LETTER}px;`; // each over its column
    sheet.replaceSync(
      `.text p[data-rail]::before { ${letters} background: ${layers.join(", ")}; } ${rules.join(" ")}`,
    );
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }
}

/** One letter per label for the rail: the first of its name that no label before it took, else its key. */
function lettersFor(labels) {
  const letters = new Map();
  for (const label of labels) {
    const taken = new Set(letters.values());
    const letter = [...label.name.toUpperCase()].find((one) => /\p{L}/u.test(one) && !taken.has(one));
    letters.set(label.code, letter ?? label.shortcut ?? "·");
  }
  return letters;
}
