// Submitting: the gaps by name, one warning, then the lock; afterwards the way to the others' work.

import { request } from "./api.js";
import { announce, byId, element, openSheet, toast } from "./dom.js";

/** "2 ratings are missing", "1 passage named as evidence …": what the sentence above the list says. */
function consequences(gaps, unseen, all, passages) {
  const lost = gaps.filter((gap) => gap.evidence).length;
  const missing = gaps.length - lost;
  const words = [];
  if (missing) words.push(missing === 1 ? "1 rating is missing" : `${missing} ratings are missing`);
  if (lost) words.push(lost === 1 ? "1 rating lacks its evidence" : `${lost} ratings lack their evidence`);
  if (unseen) words.push(`${unseen} of ${all} sentences ${unseen === 1 ? "was" : "were"} not looked at`);
  if (!passages) words.push("no passage is marked");
  if (!words.length) return "Nothing is missing.";
  const last = words.pop();
  const said = words.length ? `${words.join(", ")} and ${last}` : last;
  return `${said[0].toUpperCase()}${said.slice(1)}.`;
}

export class Submit {
  /** @param {object} parts model, acts, config, progress, list, text and the scroller */
  constructor(parts) {
    Object.assign(this, parts);
    this.dialog = byId("submit-dialog");
    byId("submit").addEventListener("click", () => this.ask());
    byId("submit-lock").addEventListener("click", () => this.lock());
    byId("reveal").addEventListener("click", () => this.reveal());
    this.model.on("state", () => this.show());
    this.show();
  }

  /** What the page offers in the state the assignment is in. */
  show() {
    const { assignment, open } = this.model;
    const submitted = assignment.state === "submitted";
    byId("submit").hidden = !open;
    byId("locked").hidden = open;
    document.body.classList.toggle("read-only", !open);
    for (const control of document.querySelectorAll("[data-open-only]")) control.hidden = !open;
    for (const button of document.querySelectorAll(".tools button[data-label]")) button.disabled = !open; // a legend
    if (open) return;
    const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
    byId("locked-words").textContent = submitted
      ? `Submitted ${day.format(new Date(assignment.submitted_at))}. Your work is read-only.`
      : assignment.state === "declined"
        ? "This assignment was declined. It is read-only."
        : "This study is closed. Your work is read-only.";
    const revealed = Boolean(assignment.revealed_at);
    byId("reveal").hidden = !submitted || !assignment.may_reveal || revealed;
    const training = assignment.purpose === "training";
    byId("agreement-link").hidden = !submitted || !(revealed || training);
    byId("agreement-later").hidden = !submitted || assignment.may_reveal || revealed || training;
  }

  async ask() {
    await this.list.details.saveNote();
    this.#list();
    this.#say("");
    this.dialog.showModal();
    byId("submit-back").focus();
  }

  /** Everything that is missing by name, each a way to its place. */
  #list() {
    const { gaps, passages } = this.model;
    const words = consequences(gaps, this.progress.unseen, this.text.sentences.length, passages.size);
    byId("submit-words").textContent = `${words} After this your work is read-only.`;
    byId("submit-gaps").replaceChildren(...gaps.map((gap) => element("li", {}, this.#gapLink(gap))));
    byId("submit-gaps").hidden = !gaps.length;
    this.acceptsGaps = gaps.length > 0;
  }

  #gapLink(gap) {
    const go = () => {
      this.dialog.close();
      if (gap.passage) {
        const { start, end } = this.model.get(gap.passage);
        this.model.activate(gap.passage);
        this.text.reveal(start, end, this.scroller);
        this.list.reveal();
      }
      openSheet();
      const group = document.querySelector(
        `${gap.passage ? ".details" : "#document-scales"} fieldset[data-scale="${CSS.escape(gap.scale)}"]`,
      );
      const choose = gap.evidence && group?.parentNode.querySelector(".evidence button");
      const place = choose || group?.querySelector("input:checked, input");
      group?.scrollIntoView({ block: "nearest" });
      (place ?? this.text.article).focus({ preventScroll: true });
    };
    return element("button", { type: "button", class: "link", on: { click: go } }, gap.text);
  }

  #say(words) {
    byId("submit-problem").textContent = words;
    byId("submit-problem").hidden = !words;
  }

  /** Send what waits, then close the assignment. Nothing is submitted while a change is not on the server. */
  async lock() {
    const button = byId("submit-lock");
    button.disabled = true;
    try {
      const sent = await this.acts.outbox.flush();
      if (!sent || this.acts.outbox.parked.length) {
        return this.#say("Some changes are not on the server yet. Submit once they are saved.");
      }
      const answer = await request("POST", `${this.config.api}assignments/${this.model.id}/submit/`, {
        body: { accept_gaps: this.acceptsGaps },
      });
      if (answer.status === 409 && answer.body?.code === "gaps") {
        this.acceptsGaps = true;
        await this.acts.reload(); // another window took something away: the list must name it
        this.#list();
        return this.#say("These answers are missing. Submit again to leave them so.");
      }
      if (answer.status >= 300)
        return this.#say(answer.body?.detail ?? `The server answered ${answer.status}. Nothing was submitted.`);
      await this.acts.reload();
      this.dialog.close();
      announce("Submitted. Your work is read-only.");
      return byId("locked").focus();
    } catch {
      return this.#say("The server could not be reached. Nothing was submitted; try again.");
    } finally {
      button.disabled = false;
    }
  }

  async reveal() {
    try {
      const answer = await request("POST", `${this.config.api}assignments/${this.model.id}/reveal/`, { body: {} });
      if (answer.status < 300) location.assign(this.config.agreement);
      else toast(answer.body?.detail ?? `The server answered ${answer.status}.`);
    } catch {
      toast("The server could not be reached. Try again.");
    }
  }
}
