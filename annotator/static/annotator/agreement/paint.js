// Paints the heat with the browser's own highlights. Only what is near the view is painted: at every change of anything
// on the page the browser looks at every range of every highlight again.

const STEPS = 5;
const BEYOND = 1; // views painted before and after the one in sight
const MOVE = 0.75; // views the reader may move on before it is looked at again

/** Runs of equal shading as [start, end, step, whether labels differ], from the lengths and codes the server sends. */
export function unpacked(numbers) {
  const runs = [];
  let start = 0;
  for (let index = 0; index < numbers.length; index += 2) {
    const end = start + numbers[index];
    const code = numbers[index + 1];
    if (code) runs.push([start, end, code >> 1, code & 1]);
    start = end;
  }
  return runs;
}

export class Paint {
  /**
   * @param {import("./lines.js").Lines} lines
   * @param {number[]} numbers as the server packs them
   */
  constructor(lines, numbers) {
    this.lines = lines;
    this.runs = unpacked(numbers);
    this.painted = new Map(); // index of a run -> its ranges
    this.at = null; // where the reader was when it was looked at
    const names = [...Array.from({ length: STEPS }, (_, index) => `heat-${index + 1}`), "split"];
    this.layers = new Map(names.map((name, priority) => [name, Object.assign(new Highlight(), { priority })]));
    for (const [name, highlight] of this.layers) CSS.highlights.set(name, highlight);
    const later = () => {
      this.frame ??= requestAnimationFrame(() => {
        this.frame = null;
        this.#look();
      });
    };
    const scrolled = () => Math.abs(this.#place() - this.at) > MOVE * innerHeight && later();
    lines.stage.addEventListener("scroll", scrolled, { passive: true });
    addEventListener("scroll", scrolled, { passive: true });
    new ResizeObserver(later).observe(lines.article);
    addEventListener("resize", later);
    addEventListener("beforeprint", () => this.#paint(0, this.lines.length));
    addEventListener("afterprint", later);
    this.#look();
  }

  #place() {
    return scrollY + this.lines.stage.scrollTop;
  }

  #look() {
    this.at = this.#place();
    this.#paint(...this.lines.near(BEYOND));
  }

  /** Paint the runs that touch a part of the text, and no others. */
  #paint(from, to) {
    const { runs, painted } = this;
    let first = 0;
    let high = runs.length;
    while (first < high) {
      const middle = (first + high) >> 1;
      if (runs[middle][1] <= from) first = middle + 1;
      else high = middle;
    }
    let last = first;
    while (last < runs.length && runs[last][0] < to) last += 1;
    for (const [index, ranges] of painted) {
      if (index >= first && index < last) continue;
      for (const [name, range] of ranges) this.layers.get(name).delete(range);
      painted.delete(index);
    }
    for (let index = first; index < last; index++) {
      if (!painted.has(index)) painted.set(index, this.#ranges(runs[index]));
    }
  }

  #ranges([start, end, step, differ]) {
    const made = [];
    for (const [node, startOffset, endOffset] of this.lines.parts(start, end)) {
      const range = new StaticRange({ startContainer: node, startOffset, endContainer: node, endOffset });
      for (const name of differ ? [`heat-${step}`, "split"] : [`heat-${step}`]) {
        this.layers.get(name).add(range);
        made.push([name, range]);
      }
    }
    return made;
  }
}
