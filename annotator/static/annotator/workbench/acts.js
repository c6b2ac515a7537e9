// What a reviewer does: each act changes the model, is kept in the outbox, can be undone and done again.

import { Outbox, uuid7 } from "../queue.js";
import { isSignedInAs, request, sendEntry } from "./api.js";
import { announce, closeToast, keep, kept, toast } from "./dom.js";
import { keepTrail, readTrail } from "./trail.js";

const passageKey = (id) => `annotation:${id}`;
const answeredKey = (user) => `credence-answered-${user}`; // when the server last took a change from this device
const ratingKey = (assignment, scale) => `rating:${assignment}:${scale}`;

const without = (passages) => passages.map((one) => ({ id: one.id, to: null }));
const same = (a, b) => JSON.stringify(content(a)) === JSON.stringify(content(b));
const content = (one) => {
  if (!one) return null;
  const { version, ...rest } = one;
  if (rest.ratings) return { ...rest, ratings: [...rest.ratings].sort((a, b) => (a.scale < b.scale ? -1 : 1)) };
  return { ...rest, evidence: [...rest.evidence].sort() };
};

/** Acts on one assignment. A step is {id, to} for a passage, {scale, to} for a document rating; null takes it away. */
export class Acts {
  /**
   * @param {object} data what the model was made of
   * @param {object} parts
   * @param {import("./model.js").Model} parts.model
   * @param {{user: string, api: string}} parts.config
   * @param {import("./text.js").Text} parts.text
   * @param {(state: object) => void} parts.onState told the state of the outbox
   */
  constructor(data, { model, config, text, onState }) {
    Object.assign(this, { model, config, text });
    const { done, undone, tombs } = readTrail(config.user, model.id);
    Object.assign(this, { done, undone });
    this.typing = null; // id of the passage whose note was the last thing changed
    this.tombs = new Set(tombs); // ids the server holds as deleted: they come back through restore
    this.versions = new Map(); // key -> version on the server, where it is not the one the passage came with
    this.remember(data);
    this.outbox = new Outbox({
      user: config.user,
      send: (entry) => sendEntry(config.api, entry),
      isMine: () => isSignedInAs(config.api, document.body.dataset.username),
      onState,
      onAnswer: (entry, answer) => this.answered(entry, answer),
    });
  }

  remember({ annotations, ratings }) {
    for (const one of annotations) this.versions.delete(passageKey(one.id));
    for (const one of ratings) this.versions.set(ratingKey(this.model.id, one.scale), one.version);
  }

  /** Open the outbox and show what it still holds for this assignment. */
  async open() {
    await this.outbox.open();
    this.overlay();
    // What another window sent while this page's data were on their way may be missing in both.
    if (Number(kept(answeredKey(this.config.user))) < performance.timeOrigin) return;
    try {
      await this.reload();
    } catch {
      toast("Another window changed something. The server could not be reached to see what; load the page again later.");
    }
  }

  overlay() {
    for (const entry of this.outbox.entries.filter((one) => one.assignment === this.model.id)) {
      if (entry.about.scale) this.putRating(entry.about.scale, entry.kind === "delete" ? null : entry.about.rating);
      else this.model.set(entry.about.id, entry.kind === "delete" ? null : entry.about.passage);
    }
    this.model.tell("passages");
    this.model.tell("ratings");
  }

  /** Read the assignment again, as after a change elsewhere, and lay what is unsent over it. */
  async reload() {
    const { status, body } = await request("GET", `${this.config.api}assignments/${this.model.id}/lean/`);
    if (status !== 200) return;
    this.remember(body);
    this.model.take(body);
    if (!this.model.get(this.model.active)) this.model.activate(null);
    this.overlay();
    this.model.tell("state");
  }

  // ---- doing

  /** Do steps as one act: change the model, keep the change, then show it. */
  async act(steps, { activate, undoing = false } = {}) {
    if (!this.model.open) return;
    const before = this.model.active;
    const record = steps.map((step) => ({ ...step, from: this.current(step) }));
    for (const step of record) this.put(step);
    if (activate !== undefined) this.model.active = activate;
    this.typing = null;
    if (!undoing) {
      this.done.push(record);
      this.undone = [];
    }
    await Promise.all(record.map((step) => this.keep(step)));
    keepTrail(this.config.user, this.model.id, this);
    if (record.some((step) => "id" in step)) this.model.tell("passages");
    if (record.some((step) => "scale" in step)) this.model.tell("ratings");
    if (this.model.active !== before) this.model.tell("active", { id: this.model.active });
  }

  current(step) {
    return "id" in step ? this.model.get(step.id) : (this.model.ratings.get(step.scale) ?? null);
  }

  put(step) {
    if ("id" in step) this.model.set(step.id, step.to);
    else this.putRating(step.scale, step.to);
  }

  putRating(scale, rating) {
    if (rating) this.model.ratings.set(scale, rating);
    else this.model.ratings.delete(scale);
  }

  async keep({ id, scale, from, to }) {
    const assignment = this.model.id;
    const key = id ? passageKey(id) : ratingKey(assignment, scale);
    const change = { key, assignment, version: this.versions.get(key) ?? from?.version ?? 0 };
    if (id) {
      Object.assign(change, { path: `annotations/${id}/`, about: { id, passage: to ?? from } });
      change.kind = to ? (!from && this.tombs.has(id) ? "restore" : "put") : "delete";
      if (to) {
        const { label, start, end, quote, note, ratings } = to;
        change.body = { assignment, label, start, end, quote, note, ratings };
        change.local = Boolean(from) && from.label === label && from.start === start && from.end === end;
      }
    } else {
      Object.assign(change, {
        path: `assignments/${assignment}/ratings/${scale}/`,
        about: { scale, rating: to ?? from },
      });
      change.kind = to ? "put" : "delete";
      change.local = true;
      if (to) change.body = { point: to.point, evidence: to.evidence };
    }
    if (id && !to) this.tombs.add(id);
    const result = await this.outbox.add(change);
    if (result === "annihilated" && id) this.tombs.delete(id);
  }

  answered(entry, { body, version }) {
    keep(answeredKey(this.config.user), Date.now());
    if (version !== null) this.versions.set(entry.key, version);
    if (entry.assignment !== this.model.id || this.outbox.hasLater(entry)) return;
    if (entry.about.scale) {
      const to = entry.kind === "delete" ? null : entry.about.rating;
      if (same(this.model.ratings.get(entry.about.scale), to)) return;
      this.putRating(entry.about.scale, to);
      this.model.tell("ratings");
    } else {
      const to = entry.kind === "delete" ? null : body?.id ? this.model.passageOf(body) : entry.about.passage;
      if (same(this.model.get(entry.about.id), to)) return;
      if (!to) this.tombs.add(entry.about.id);
      this.model.set(entry.about.id, to);
      this.model.tell("passages");
    }
  }

  // ---- undoing

  undo() {
    return this.step(this.done, this.undone, { wanted: "from", expected: "to", word: "Undone" });
  }

  redo() {
    return this.step(this.undone, this.done, { wanted: "to", expected: "from", word: "Done again" });
  }

  async step(stack, other, { wanted, expected, word, sure = false }) {
    const record = stack.at(-1);
    if (!record) return announce("Nothing left to undo");
    if (!sure && record.some((step) => !same(this.current(step), step[expected]))) {
      const go = () => stack.at(-1) === record && this.step(stack, other, { wanted, expected, word, sure: true });
      return toast("This was changed in another window since.", wanted === "from" ? "Undo anyway" : "Redo anyway", go);
    }
    closeToast();
    stack.pop();
    const steps = record.map(({ id, scale, ...step }) => (id ? { id, to: step[wanted] } : { scale, to: step[wanted] }));
    if (wanted === "from") steps.reverse();
    other.push(record);
    const kept = steps.findLast((step) => step.id && step.to);
    await this.act(steps, { activate: kept?.id, undoing: true });
    announce(word);
    return undefined;
  }

  // ---- what can be done

  /** Mark [start, end) with a label; `replaced` go with the same act. Returns the new id. */
  mark(label, start, end, replaced) {
    return this.add({ label, start, end, quote: this.text.slice(start, end), note: "", ratings: [] }, replaced);
  }

  /** Keep a passage under an id of its own. */
  async add({ label, start, end, quote, note, ratings }, replaced = []) {
    const id = uuid7();
    const to = { id, label, start, end, quote, note, ratings };
    await this.act([...without(replaced), { id, to }], { activate: id });
    return id;
  }

  /** Grow one passage over others and give it a label: all notes are kept, the first passage's ratings win. */
  async merge(label, passages, start, end) {
    const [first, ...others] = [...passages].sort((a, b) => a.start - b.start);
    const from = Math.min(start, ...passages.map((one) => one.start));
    const to = Math.max(end, ...passages.map((one) => one.end));
    const merged = {
      ...first,
      label,
      start: from,
      end: to,
      quote: this.text.slice(from, to),
      ratings: this.#asked(label, first.ratings),
      note: passages
        .map((one) => one.note)
        .filter(Boolean)
        .join("\n"),
    };
    await this.act([...without(others), { id: first.id, to: merged }], { activate: first.id });
    return first.id;
  }

  /** The ratings that are asked of a passage with this label. */
  #asked(label, ratings) {
    const asked = new Set(this.model.passageScales(label).map((scale) => scale.code));
    return ratings.filter((one) => asked.has(one.scale));
  }

  /** Change one passage; `replaced` go with the same act, so that one undo brings everything back. */
  async change(id, changes, replaced = []) {
    const to = { ...this.model.get(id), ...changes };
    await this.act([...without(replaced), { id, to }], { activate: id });
  }

  async relabel(id, label, replaced) {
    await this.change(id, { label, ratings: this.#asked(label, this.model.get(id).ratings) }, replaced);
  }

  async resize(id, start, end, replaced) {
    await this.change(id, { start, end, quote: this.text.slice(start, end) }, replaced);
  }

  /** Rate a passage; null takes the rating away. */
  async rate(id, scale, point) {
    const passage = this.model.get(id);
    const ratings = passage.ratings.filter((one) => one.scale !== scale);
    if (point !== null) ratings.push({ scale, point });
    await this.act([{ id, to: { ...passage, ratings } }], { activate: id });
  }

  /** Write a note. Saving while somebody types stays one act to undo. */
  async note(id, note) {
    const passage = this.model.get(id);
    if (!passage || passage.note === note) return;
    const last = this.done.at(-1);
    const going = this.typing === id && last?.length === 1 && last[0].id === id;
    const kept = this.act([{ id, to: { ...passage, note } }]);
    if (going) last[0].to = this.done.pop()[0].to; // at once: the next act may come before this one is stored
    this.typing = id;
    await kept;
  }

  async remove(id) {
    await this.act([{ id, to: null }]);
  }

  async rateDocument(scale, point, evidence) {
    const to =
      point === null ? null : { scale, point, evidence: evidence ?? this.model.ratings.get(scale)?.evidence ?? [] };
    await this.act([{ scale, to }]);
  }
}
