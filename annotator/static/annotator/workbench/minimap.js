// The minimap: the whole text on one small canvas, with the passages in the colours of their labels, sentences without
// any as hollow boxes, and the part in view. A picture for the eye: all it shows stands in the list as well.

const MEDIA = ["(prefers-color-scheme: dark)", "(forced-colors: active)", "(prefers-contrast: more)"];
const LEAST = 4; // pixels below which a hollow box could not be told from a line

export class Minimap {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("./model.js").Model} model
   * @param {import("./text.js").Text} text
   * @param {HTMLElement} scroller
   */
  constructor(canvas, model, text, scroller) {
    Object.assign(this, { canvas, model, text, scroller });
    this.picture = document.createElement("canvas"); // everything but the view, so that scrolling only copies
    this.units = text.sentences.map(([start, end]) => [text.offsets.toUnits(start), text.offsets.toUnits(end)]);
    const later = (name, act) => () => {
      cancelAnimationFrame(this[name]);
      this[name] = requestAnimationFrame(() => act());
    };
    // A picture may be a moment late; an act may not wait for thousands of ticks.
    const idle = globalThis.requestIdleCallback ?? ((act) => setTimeout(act, 100));
    const redraw = () => {
      this.due ??= idle(() => {
        this.due = null;
        this.draw();
      });
    };
    const measure = later("measuring", () => this.measure());
    scroller.addEventListener("scroll", later("moving", () => this.show()), { passive: true });
    model.on("passages state", redraw);
    const sizes = new ResizeObserver(measure);
    for (const each of [scroller, text.article, canvas]) sizes.observe(each);
    for (const query of MEDIA) matchMedia(query).addEventListener("change", redraw);
    new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    document.fonts.ready.then(measure);
    canvas.addEventListener("pointerdown", (event) => this.#press(event));
    canvas.addEventListener("pointermove", (event) => event.buttons && this.#go(event));
  }

  get hidden() {
    return !this.canvas.offsetParent;
  }

  /** Where each paragraph stands. Asked when the size changes and never on scrolling, since it lays out the page. */
  measure() {
    if (this.hidden) return;
    const top = this.scroller.getBoundingClientRect().top - this.scroller.scrollTop;
    this.places = this.text.lines.map(({ p }) => {
      const box = p.getBoundingClientRect();
      return [box.top - top, box.height];
    });
    for (const each of [this.canvas, this.picture]) {
      each.width = this.canvas.clientWidth * devicePixelRatio;
      each.height = this.canvas.clientHeight * devicePixelRatio;
    }
    this.scale = this.canvas.clientHeight / this.scroller.scrollHeight;
    this.draw();
  }

  /** Height of a UTF-16 position in the text, as its share of the paragraph; near enough for a pixel or two. */
  #y(unit, ending) {
    let index = this.text.lineAt(unit);
    if (ending && index > 0 && this.text.lines[index].start === unit) index -= 1;
    const { start, end } = this.text.lines[index];
    const [top, height] = this.places[index];
    return (top + (end > start ? (Math.min(unit, end) - start) / (end - start) : 0) * height) * this.scale;
  }

  draw() {
    if (this.hidden) return;
    if (!this.places) {
      this.measure();
      return;
    }
    const { width, height } = this.picture;
    const pen = this.picture.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.scale(devicePixelRatio, devicePixelRatio);
    this.#hollows(pen);
    this.#ticks(pen);
    this.show();
  }

  /** Sentences without a passage. Where they are too flat to be told apart, neighbours share a box. */
  #hollows(pen) {
    const passages = this.model.ordered;
    const wide = this.canvas.clientWidth;
    pen.strokeStyle = getComputedStyle(this.canvas).color;
    let next = 0;
    let reach = 0; // end of what the passages before cover
    let box = null;
    const close = () => {
      if (box) pen.strokeRect(2.5, Math.round(box[0]) + 0.5, wide - 5, Math.max(1, Math.round(box[1] - box[0]) - 2));
      box = null;
    };
    this.text.sentences.forEach(([start, end], index) => {
      for (; next < passages.length && passages[next].start < end; next++) reach = Math.max(reach, passages[next].end);
      if (reach > start) return close();
      const [from, to] = [this.#y(this.units[index][0], false), this.#y(this.units[index][1], true)];
      if (box && (to - from >= LEAST || from - box[1] > LEAST)) close();
      box = box ? [box[0], to] : [from, to];
      return to - from >= LEAST ? close() : undefined;
    });
    close();
  }

  #ticks(pen) {
    const { offsets } = this.text;
    const labels = [...this.model.labels.keys()];
    const style = getComputedStyle(document.documentElement);
    const step = (this.canvas.clientWidth - 4) / labels.length;
    const colours = new Map(labels.map((code) => [code, style.getPropertyValue(`--${code}`)]));
    const places = new Map(labels.map((code, index) => [code, 2 + index * step]));
    for (const { label, start, end } of this.model.passages.values()) {
      const from = this.#y(offsets.toUnits(start), false);
      pen.fillStyle = colours.get(label);
      const high = Math.max(2, this.#y(offsets.toUnits(end), true) - from - 1);
      pen.fillRect(places.get(label), from, Math.max(1, step - 1), high);
    }
  }

  /** The picture and, over it, the part in view. */
  show() {
    if (this.hidden || !this.places) return;
    const { canvas, scroller } = this;
    const pen = canvas.getContext("2d");
    const style = getComputedStyle(canvas);
    pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    pen.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    const [top, high] = [scroller.scrollTop * this.scale, scroller.clientHeight * this.scale];
    pen.fillStyle = style.borderInlineStartColor;
    pen.fillRect(0, top, canvas.clientWidth, high);
    if (this.picture.width && this.picture.height)
      pen.drawImage(this.picture, 0, 0, canvas.clientWidth, canvas.clientHeight);
    pen.strokeStyle = style.outlineColor;
    pen.strokeRect(0.5, Math.round(top) + 0.5, canvas.clientWidth - 1, Math.max(2, Math.round(high) - 1));
  }

  #press(event) {
    if (event.button) return;
    event.preventDefault(); // the focus stays in the text or the list
    this.canvas.setPointerCapture(event.pointerId);
    this.#go(event);
  }

  /** Scroll so that the place under the pointer is in the middle of the view. */
  #go({ clientY }) {
    const y = clientY - this.canvas.getBoundingClientRect().top;
    this.scroller.scrollTop = y / this.scale - this.scroller.clientHeight / 2;
  }
}
