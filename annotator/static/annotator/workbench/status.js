// The save state in words, always in the same place, and what the reader can do about it.

import { byId, download, element, icon, quoted, toast } from "./dom.js";
import { shorten } from "./labelling.js";
import { scaleName } from "./model.js";

const ICONS = { saved: "check", saving: "busy", offline: "offline", "sign-in": "lock", conflict: "alert" };

// What another window or device of the same reviewer did meanwhile, in the reviewer's words instead of the API's.
const ELSEWHERE = {
  410: "This passage was deleted in another window or on another device meanwhile.",
  412: "This was changed in another window or on another device meanwhile. Which shall stand?",
};

const ROUTINE = ["saved", "saving"]; // of every act, and so nothing to speak of

const changes = (count) => (count === 1 ? "1 change" : `${count} changes`);

/** The state to show for a state of the outbox: the class of its pill and its words. */
export function saveState({ mode, waiting, parked }) {
  if (mode === "sign-in" && waiting) return ["sign-in", `Sign in to send ${waiting}`];
  if (mode === "offline" && waiting) return ["offline", `Offline: ${changes(waiting)} on this device`];
  if (parked) return ["conflict", parked === 1 ? "1 needs attention" : `${parked} need attention`];
  if (waiting) return ["saving", `Saving ${waiting}…`];
  return ["saved", "Saved"];
}

export class Status {
  /** @param {{model: object, config: object}} parts and, once it exists, `acts` */
  constructor(parts) {
    Object.assign(this, parts);
    byId("attention-open").addEventListener("click", () => this.attend());
    byId("attention-download").addEventListener("click", () => this.#download());
    byId("storage-download").addEventListener("click", () => this.#download());
    document.querySelector("[data-sign-out]").addEventListener("submit", (event) => {
      const { length } = this.acts.outbox.entries;
      if (!length || byId("sign-out").open) return;
      event.preventDefault();
      byId("sign-out-words").textContent =
        `${changes(length)} on this device ${length === 1 ? "is" : "are"} not on the server yet. ` +
        "What is unsent stays here and is sent once you sign in again.";
      byId("sign-out").showModal();
    });
    byId("sign-out-anyway").addEventListener("click", () => document.querySelector("[data-sign-out]").requestSubmit());
    byId("sign-in").href = `${this.config.login}?next=${encodeURIComponent(location.pathname)}`;
  }

  show(state) {
    const [kind, words] = saveState(state);
    const pill = byId("save-state");
    if (pill.dataset.words !== words) {
      const spoken = !ROUTINE.includes(kind) || !ROUTINE.includes(pill.dataset.kind ?? kind);
      pill.ariaLive = spoken ? "polite" : "off";
      Object.assign(pill.dataset, { words, kind });
      pill.className = `state ${kind}`;
      pill.replaceChildren(icon(ICONS[kind]), words);
    }
    byId("attention-open").hidden = kind !== "conflict";
    byId("sign-in").hidden = kind !== "sign-in";
    byId("storage-notice").hidden = !state.storageError;
    if (byId("attention").open) this.#list();
  }

  attend() {
    this.#list();
    byId("attention").showModal();
  }

  #download() {
    const entries = this.acts.outbox.entries.map(({ kind, path, body, problem, about }) => ({
      kind,
      path,
      body,
      problem,
      about,
    }));
    download("credence-unsent.json", JSON.stringify(entries, null, 2));
  }

  #list() {
    const { parked } = this.acts.outbox;
    const dialog = byId("attention");
    byId("attention-list").replaceChildren(...parked.map((entry) => this.#item(entry)));
    if (!parked.length && dialog.open) dialog.close();
  }

  #item(entry) {
    const { outbox } = this.acts;
    const { seq, problem, about } = entry;
    const stale = problem.status === 412 && problem.current;
    const button = (words, act) => element("button", { type: "button", class: "button", on: { click: act } }, words);
    const discard = () => this.#discard(seq);
    // Said on the button itself: what lies behind an open dialog is neither seen nor heard.
    const copy = ({ currentTarget: pressed }) =>
      navigator.clipboard.writeText(JSON.stringify(entry.body ?? about, null, 2)).then(
        () => pressed.replaceChildren("Copied"),
        () => pressed.replaceChildren("Copying is forbidden"),
      );
    const reason = ELSEWHERE[problem.status] || problem.detail || `The server answered ${problem.status}.`;
    const choices = [];
    if (stale) {
      choices.push(button("Keep mine", () => outbox.retry(seq, problem.current.version)));
      choices.push(button("Keep the other", discard));
    } else {
      choices.push(button("Try again", () => outbox.retry(seq)));
      choices.push(button("Discard", discard));
    }
    // A second passage beside the one that stands, or in place of one that was deleted elsewhere.
    if (this.#mayAdd(entry)) choices.splice(1, 0, button(stale ? "Keep both" : "Mark again", () => this.#add(entry)));
    return element(
      "li",
      { class: "stack" },
      element("p", { class: "small" }, reason),
      this.#version(stale ? "Yours" : "", about.passage, about),
      stale
        ? this.#version("The other", about.passage && problem.current, { scale: about.scale, rating: problem.current })
        : null,
      element("p", { class: "row" }, ...choices, navigator.clipboard ? button("Copy", copy) : null),
    );
  }

  /** Whether my refused passage could stand as one of its own. */
  #mayAdd({ kind, about, problem }) {
    const { model } = this;
    const mine = kind === "put" && about.passage;
    if (!mine || !model.open || ![410, 412].includes(problem.status)) return false;
    const other = problem.status === 412 ? problem.current : null;
    const apart = !other || other.label !== mine.label || other.end <= mine.start || mine.end <= other.start;
    return apart && !model.clashes(mine.label, mine.start, mine.end, mine.id).length;
  }

  /** Mark mine anew, under an id of its own, and let the server's passage be. First kept, then forgotten. */
  async #add({ seq, about: { passage } }) {
    await this.acts.add(passage);
    await this.#discard(seq);
  }

  /** Forget a refused change and show what the server holds instead. */
  async #discard(seq) {
    await this.acts.outbox.discard(seq);
    try {
      await this.acts.reload();
    } catch {
      toast("The server could not be reached. Load the page again to see what it holds.");
    }
  }

  #version(title, passage, { scale, rating }) {
    const { model } = this;
    const heading = title ? element("strong", {}, title) : null;
    const given = (code, value) => {
      const known = model.scales.get(code);
      const point = known?.points.find((one) => one.value === value);
      return `${known ? scaleName(known) : code}: ${point?.name ?? "not rated"}`;
    };
    if (scale) return element("p", { class: "row" }, heading, given(scale, rating?.point));
    if (!passage) return null;
    const label = model.labels.get(passage.label);
    const ratings = passage.ratings.map((one) => given(one.scale, one.point)).join(", ");
    return element(
      "div",
      {},
      element(
        "p",
        { class: "row" },
        heading,
        element("span", { class: "label", data: { label: passage.label } }, label?.name ?? passage.label),
        element("span", { class: "quiet" }, ratings),
      ),
      element("p", {}, quoted(shorten(passage.quote, 300), null, { class: "quote" })),
      passage.note ? element("p", { class: "small quiet" }, "Note: ", quoted(passage.note)) : null,
    );
  }
}
