// What the page knows: the document, the codebook, the reviewer's passages and ratings, and what is active.
// Changing it tells the listeners; keeping and sending changes is sync.js's business.

export class Model extends EventTarget {
  /**
   * @param {object} data the answer of GET assignments/{id}/lean/
   * @param {import("./text.js").Text} text
   */
  constructor(data, text) {
    super();
    this.id = data.id;
    this.text = text;
    this.codebook = data.codebook;
    this.labels = new Map(
      [...data.codebook.labels].sort((a, b) => a.position - b.position).map((one) => [one.code, one]),
    );
    this.scales = new Map(data.codebook.scales.map((scale) => [scale.code, scale]));
    this.asked = new Map(); // label code -> its scales, since they are asked for every passage at every change
    this.shared = new Map(); // ratings in words -> the ratings, since thousands of passages have the same
    this.lacking = new Map(); // label code -> ratings -> required scales that are not among them
    this.take(data);
    this.active = null; // id of the active passage
  }

  /** Hold the assignment as the server has it; its passages once only, since there may be thousands. */
  take({ annotations, ratings, revision, ...assignment }) {
    this.assignment = assignment;
    this.passages = new Map(annotations.map((one) => [one.id, this.passageOf(one)]));
    this.ratings = new Map(ratings.map((one) => [one.scale, { ...one, evidence: [...one.evidence] }]));
    this.order = null;
  }

  get open() {
    return this.assignment.state === "open" && !this.assignment.study.closed_at;
  }

  /** Tell the listeners: "passages", "ratings", "active" or "state". */
  tell(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  on(types, listener) {
    for (const type of types.split(" ")) this.addEventListener(type, (event) => listener(event.detail, type));
  }

  // ---- passages

  /** A passage as this page keeps it, from the API's annotation; the quote is cut from the text. */
  passageOf({ id, label, start, end, note, ratings, version }) {
    return {
      id,
      label: this.labels.get(label)?.code ?? label, // one string for all of its passages
      start,
      end,
      quote: this.text.slice(start, end),
      note,
      version,
      ratings: this.#share(ratings.map(({ scale, point }) => ({ scale, point }))),
    };
  }

  /** The same ratings as one array, whatever the number of passages that have them. Nobody changes it in place. */
  #share(ratings) {
    const words = JSON.stringify(ratings);
    if (!this.shared.has(words)) this.shared.set(words, Object.freeze(ratings));
    return this.shared.get(words);
  }

  get(id) {
    return this.passages.get(id) ?? null;
  }

  /** Live passages in reading order: by start, the longer first. */
  get ordered() {
    this.order ??= [...this.passages.values()].sort(inReadingOrder);
    return this.order;
  }

  /** Put a passage as it is to be, or take it away with null. */
  set(id, passage) {
    const before = this.get(id);
    if (passage) this.passages.set(id, passage);
    else this.passages.delete(id);
    if (this.order && before) this.order.splice(this.order.indexOf(before), 1);
    if (this.order && passage) this.order.splice(placeFor(passage, this.order), 0, passage);
    if (!passage && this.active === id) this.active = null;
    return { id, before, after: passage };
  }

  /** Passages that share a character with [start, end), shortest first. */
  covering(start, end = start + 1) {
    return this.ordered
      .filter((one) => one.start < end && one.end > start)
      .sort((a, b) => a.end - a.start - (b.end - b.start) || a.start - b.start);
  }

  /** Whether any passage shares a character with [start, end). */
  touches(start, end) {
    return this.ordered.some((one) => one.start < end && one.end > start);
  }

  /** Passages with the same label that a passage [start, end) would overlap. */
  clashes(label, start, end, except = null) {
    return this.covering(start, end).filter((one) => one.label === label && one.id !== except);
  }

  activate(id) {
    if (this.active === id) return;
    this.active = id;
    this.tell("active", { id });
  }

  // ---- scales

  /** Scales asked of a passage with this label, required ones first. */
  passageScales(label) {
    if (!this.asked.has(label)) {
      const asked = [...this.scales.values()].filter(
        (scale) => scale.target === "passage" && (!scale.labels.length || scale.labels.includes(label)),
      );
      this.asked.set(
        label,
        asked.sort((a, b) => Number(b.required) - Number(a.required)),
      );
    }
    return this.asked.get(label);
  }

  get documentScales() {
    return [...this.scales.values()].filter((scale) => scale.target === "document");
  }

  missingRatings({ label, ratings }) {
    if (!this.lacking.has(label)) this.lacking.set(label, new WeakMap());
    const known = this.lacking.get(label);
    if (!known.has(ratings)) {
      const given = new Set(ratings.map((one) => one.scale));
      const missing = this.passageScales(label).filter((scale) => scale.required && !given.has(scale.code));
      known.set(ratings, missing);
    }
    return known.get(ratings);
  }

  /** How many ratings passages still lack. */
  get missingInPassages() {
    return this.ordered.reduce((sum, one) => sum + this.missingRatings(one).length, 0);
  }

  /** Everything a complete coding still lacks, each with words and the place where it is mended. */
  get gaps() {
    const gaps = [];
    this.ordered.forEach((passage, index) => {
      for (const scale of this.missingRatings(passage)) {
        gaps.push({
          text: `Passage ${index + 1}, ${this.labels.get(passage.label)?.name}: ${scaleName(scale)}`,
          passage: passage.id,
          scale: scale.code,
        });
      }
    });
    return [...gaps, ...this.documentGaps];
  }

  /** What the ratings of the document still lack: an answer, or evidence for one. */
  get documentGaps() {
    const gaps = [];
    for (const scale of this.documentScales) {
      const lack = this.#lackOf(scale);
      if (lack === null) continue;
      const evidence = this.ratings.has(scale.code);
      gaps.push({ text: `Document: ${scaleName(scale)}${lack}`, scale: scale.code, evidence });
    }
    return gaps;
  }

  /** What the document's rating on a scale lacks, in words; null if nothing. */
  #lackOf(scale) {
    const rating = this.ratings.get(scale.code);
    if (!rating) return scale.required ? "" : null;
    const lost = rating.evidence.filter((id) => !this.passages.has(id)).length;
    if (lost) return lost === 1 ? ", 1 evidence passage was deleted" : `, ${lost} evidence passages were deleted`;
    const judged = !scale.points.find((point) => point.value === rating.point)?.missing;
    return scale.needs_evidence && judged && !rating.evidence.length ? ", no passage named as evidence" : null;
  }
}

const inReadingOrder = (a, b) => a.start - b.start || b.end - a.end || (a.id < b.id ? -1 : 1);

/** Index at which a passage belongs among others in reading order. */
function placeFor(passage, order) {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (inReadingOrder(order[middle], passage) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** "frame-human-interest" as a person would write it: "Frame human interest". */
export function scaleName(scale) {
  const words = scale.code.replaceAll("-", " ").replace(/\bai\b/, "AI");
  return words[0].toUpperCase() + words.slice(1);
}

const SIGNED = /^([A-Z]|\d)[ .:–]+(\S.*)$/u;

/** What stands for a point and its name; the names of some scales begin with the sign: "A Completely reliable". */
export function pointWords(scale, point) {
  if (scale.points.every((one) => SIGNED.test(one.name))) {
    const [, sign, name] = SIGNED.exec(point.name);
    return { sign, name };
  }
  return { sign: point.missing ? "–" : String(point.value).replace("-", "−"), name: point.name };
}
