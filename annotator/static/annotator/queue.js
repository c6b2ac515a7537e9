// The outbox: every change is kept on this device before it is sent, and forgotten only once the server has answered.
// One store per user, one sender among all windows, order kept per key. Knows nothing of passages: a change is a key,
// a kind (put, delete, restore), a path, a body and the version it was made from.

const STORE = "entries";
const RETRY = new Set([408, 425, 429, 500, 502, 503, 504]);

/** A UUIDv7 (RFC 9562): 48 bits of milliseconds, then randomness, so that ids sort by the time they were made. */
export function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let time = Date.now();
  for (let index = 5; index >= 0; index--) {
    bytes[index] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** The entries on disk. `change` hands all of them to a function that edits the list, as one transaction. */
class Disk {
  static async open(name) {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "seq" });
    const disk = new Disk();
    disk.database = await settled(request);
    return disk;
  }

  async change(edit) {
    const transaction = this.database.transaction(STORE, "readwrite", { durability: "strict" });
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () =>
        reject(transaction.error ?? new Error("The browser refused to store."));
    });
    const store = transaction.objectStore(STORE);
    const before = await settled(store.getAll());
    const known = new Set(before.map((entry) => entry.seq));
    const { entries, touched = [], result } = edit(before);
    const kept = new Set(entries.map((entry) => entry.seq));
    for (const seq of known) if (!kept.has(seq)) store.delete(seq);
    for (const entry of entries) if (!known.has(entry.seq) || touched.includes(entry)) store.put(entry);
    await done;
    return { entries, result };
  }
}

/** The same for a browser that refuses to store: the entries live as long as the page, or until it stores again. */
class Memory {
  gone = new Set(); // seqs of entries that are settled and may still be on the disk

  constructor(entries = []) {
    this.entries = entries;
  }

  async change(edit) {
    const { entries, result } = edit(structuredClone(this.entries));
    const kept = new Set(entries.map((entry) => entry.seq));
    for (const { seq } of this.entries) if (!kept.has(seq)) this.gone.add(seq);
    this.entries = entries;
    return { entries, result };
  }

  /** Put all of it on the disk, beside what other windows put there meanwhile. */
  async move(disk) {
    const mine = new Set(this.entries.map((entry) => entry.seq));
    const others = (entry) => !mine.has(entry.seq) && !this.gone.has(entry.seq);
    await disk.change((there) => ({
      entries: [...there.filter(others), ...this.entries].sort((a, b) => a.seq - b.seq),
      touched: this.entries,
    }));
  }
}

/**
 * @typedef {object} Change
 * @property {string} key what is changed; changes of one key are sent in order
 * @property {"put"|"delete"|"restore"} kind
 * @property {string} path below the API's root
 * @property {object} [body] what is to stand, for a put and a restore
 * @property {number} version the version this change was made from; 0 = not on the server yet
 * @property {boolean} [local] true when nothing but this key's own note or ratings changed, so order among keys is free
 */
export class Outbox {
  /**
   * @param {object} options
   * @param {string} options.user opaque name of the user; names the store
   * @param {(entry: object) => Promise<object>} options.send sends one entry and resolves to the answer's status, body,
   *   version and wait; rejects when the server could not be reached
   * @param {() => Promise<boolean>} options.isMine whether whoever is signed in now is the user the store is named by;
   *   rejects when the server could not be reached
   * @param {(state: object) => void} options.onState called whenever the state to show may have changed
   * @param {(entry: object, answer: object) => void} options.onAnswer called in every window when a change is on
   *   the server
   */
  constructor({ user, send, isMine, onState, onAnswer }) {
    this.name = `credence-outbox-${user}`;
    Object.assign(this, { send, isMine, onState, onAnswer });
    this.entries = [];
    this.turn = Promise.resolve(); // done when the edit before is
    this.storing = new Set(); // changes on their way to the disk
    this.mode = "idle"; // idle, sending, offline, sign-in
    this.storageError = null;
    this.failures = 0;
    this.timer = 0;
    this.unborn = new Set(); // keys of things made and taken away again before the server heard of them
  }

  async open() {
    try {
      this.store = this.disk = await Disk.open(this.name);
    } catch (error) {
      this.store = new Memory();
      this.storageError = error;
    }
    this.channel = new BroadcastChannel(this.name);
    this.channel.onmessage = ({ data }) => this.heard(data);
    await this.read();
    addEventListener("online", () => this.drain());
    addEventListener("offline", () => this.report("offline"));
    addEventListener("focus", () => this.drain());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.drain());
    addEventListener("beforeunload", (event) => this.waiting.length && event.preventDefault());
    this.drain();
  }

  get waiting() {
    return this.entries.filter((entry) => !entry.problem);
  }

  get parked() {
    return this.entries.filter((entry) => entry.problem);
  }

  /** Whether another change of what an entry is about waits, or is on its way to the disk. */
  hasLater({ key, seq }) {
    const coming = [...this.storing].some((one) => one.key === key);
    return coming || this.entries.some((one) => one.key === key && one.seq !== seq);
  }

  /** Keep a change and start sending. Resolves once it is stored: "annihilated" if it undid what was never sent. */
  async add(change) {
    this.storing.add(change);
    this.report();
    const result = await this.change((entries) => {
      // What the server never had can't be restored there: it is made as if for the first time.
      const waits = entries.some((entry) => entry.key === change.key);
      const anew = change.kind === "restore" && this.unborn.has(change.key) && !waits;
      const folded = fold(entries, anew ? { ...change, kind: "put", version: 0 } : change);
      if (folded.result === "annihilated") this.unborn.add(change.key);
      return folded;
    }, change);
    this.drain();
    return result;
  }

  /** Send a parked change again, made from another version if one is given. */
  async retry(seq, version) {
    await this.change((entries) => {
      const entry = entries.find((one) => one.seq === seq);
      if (!entry) return { entries };
      Object.assign(entry, { problem: null, attempted: false });
      if (version !== undefined) entry.version = version;
      return { entries, touched: [entry] };
    });
    this.drain();
  }

  /** Forget a parked change; only ever at the user's word. */
  async discard(seq) {
    await this.change((entries) => ({ entries: entries.filter((entry) => entry.seq !== seq) }));
  }

  /** Resolves to true when nothing waits any more, to false when sending has stopped for another reason. */
  async flush() {
    await this.drain();
    await this.read();
    return !this.waiting.length;
  }

  // ---- storing

  /** Edit the entries and tell the other windows; `stored` is the change that is on the disk then. */
  async change(edit, stored) {
    const result = await this.edit(edit, stored);
    this.channel.postMessage({ type: "changed" });
    return result;
  }

  async read() {
    await this.edit((all) => ({ entries: all }));
  }

  /** One edit after the other: none may meet the store half on its way from the disk to memory, or back. */
  edit(edit, stored) {
    const done = this.turn.then(() => this.editNow(edit, stored));
    this.turn = done.catch(() => {});
    return done;
  }

  async editNow(edit, stored) {
    let done;
    if (this.disk && this.store !== this.disk) await this.recover();
    try {
      done = await this.store.change(edit);
    } catch (error) {
      if (this.store !== this.disk) throw error;
      this.store = new Memory(this.entries);
      this.storageError = error;
      done = await this.store.change(edit);
    }
    this.entries = done.entries;
    this.storing.delete(stored); // counted among the entries from here on
    this.report();
    return done.result;
  }

  /** Leave the memory for the disk once there is room again. */
  async recover() {
    try {
      await this.store.move(this.disk);
      this.store = this.disk;
      this.storageError = null;
    } catch (error) {
      this.storageError = error;
    }
  }

  heard(message) {
    if (message.type === "answer") this.settle(message.entry, message.answer);
    else if (message.type === "changed") this.read();
  }

  /** The server has taken a change, whichever window sent it. */
  settle(entry, answer) {
    this.unborn.delete(entry.key);
    this.onAnswer(entry, answer);
  }

  report(mode = this.mode) {
    this.mode = mode;
    this.onState({
      mode: this.mode,
      waiting: this.waiting.length + this.storing.size,
      parked: this.parked.length,
      storageError: this.storageError,
    });
  }

  // ---- sending

  /** Send what waits, oldest first, until nothing waits or the server cannot take more. One sender among windows. */
  drain() {
    clearTimeout(this.timer);
    this.again = true;
    this.draining ??= (async () => {
      try {
        while (this.again) {
          this.again = false;
          if (navigator.locks) await navigator.locks.request(this.name, () => this.sendAll());
          else await this.sendAll();
        }
      } finally {
        this.draining = null;
      }
    })();
    return this.draining;
  }

  async sendAll() {
    await this.read();
    for (;;) {
      const blocked = new Set(this.parked.map((entry) => entry.key));
      const next = this.waiting.find((entry) => !blocked.has(entry.key));
      if (!next) {
        this.failures = 0;
        return this.report("idle");
      }
      if (this.mode === "idle") this.report("sending");
      const entry = await this.change((entries) => {
        const found = entries.find((one) => one.seq === next.seq);
        if (found) found.attempted = true;
        return { entries, touched: [found], result: found };
      });
      if (entry && !(await this.sendOne(entry))) return undefined;
    }
  }

  /** True when the next entry may be sent. */
  async sendOne(entry) {
    let answer;
    let stranger;
    try {
      // After a session has ended the next one may be somebody else's, who must not send this user's work.
      stranger = this.mode === "sign-in" && !(await this.isMine());
      answer = stranger ? null : await this.send(entry);
      stranger ||= answer.status === 404 && !(await this.isMine());
    } catch {
      return this.wait("offline", null); // the server could not be reached; the entry stays
    }
    if (stranger || answer.status === 401) return this.wait("sign-in", 5_000);
    if (RETRY.has(answer.status))
      return this.wait(answer.status < 500 || answer.status === 503 ? "sending" : "offline", answer.wait);
    this.failures = 0;
    if (answer.status < 300) {
      this.settle(entry, answer);
      this.channel.postMessage({ type: "answer", entry, answer });
      await this.change((entries) => answered(entries, entry, answer));
    } else {
      await this.change((entries) => park(entries, entry, answer));
    }
    this.report("sending");
    return true;
  }

  wait(mode, milliseconds) {
    const backoff = Math.min(30_000, 1000 * 2 ** this.failures++) * (0.5 + Math.random() / 2);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.drain(), milliseconds ?? backoff);
    this.report(mode);
    return false;
  }
}

// ---- The list, edited: pure functions of the entries and one change

/** Add a change, joined to an unsent one of the same key where that cannot alter what the server would see. */
function fold(entries, change) {
  const mine = entries.filter((entry) => entry.key === change.key);
  const last = mine.at(-1);
  const seq = Math.max(Date.now() * 1000, (entries.at(-1)?.seq ?? 0) + 1);
  const without = (gone) => entries.filter((entry) => !gone.includes(entry));
  const append = (rest, version) => {
    const entry = { ...change, seq, version, attempted: false, problem: null };
    return { entries: [...rest, entry], result: "queued" };
  };
  const created = mine[0]?.kind === "put" && mine[0].version === 0 && (mine[0].problem || !mine[0].attempted);
  if (change.kind === "delete" && created) return { entries: without(mine), result: "annihilated" };
  if (last?.kind === "delete" && change.kind === "restore" && (last.problem || !last.attempted)) {
    return { entries: without([last]), result: "queued" };
  }
  if (last?.problem) return append(without([last]), last.version);
  if (last && !last.attempted) {
    const free = change.local || entries.at(-1) === last;
    if (change.kind === "put" && last.kind !== "restore" && free) {
      Object.assign(last, { kind: "put", body: change.body, about: change.about });
      return { entries, touched: [last], result: "queued" };
    }
  }
  return append(entries, last ? null : change.version); // null: the version comes with the answer to the one before
}

/** Take an answered entry out; the next one of its key was made from the version just answered. */
function answered(entries, entry, { version }) {
  const rest = entries.filter((one) => one.seq !== entry.seq);
  const next = rest.find((one) => one.key === entry.key);
  if (next && version !== null) next.version = version;
  return { entries: rest, touched: next ? [next] : [] };
}

/** Set a refused entry aside with the reason, and what was done to the same thing meanwhile with it. */
function park(entries, { seq }, { status, body }) {
  const entry = entries.find((one) => one.seq === seq);
  if (!entry) return { entries };
  entry.problem = { status, code: body?.code ?? "", detail: body?.detail ?? "", current: body?.current ?? null };
  const later = entries.filter((one) => one.key === entry.key && one.seq > seq);
  const unborn = entry.kind === "put" && entry.version === 0;
  const gone = [];
  for (const one of later) {
    if (one.kind === "put") {
      Object.assign(entry, { body: one.body, about: one.about });
      gone.push(one);
    } else if (one.kind === "delete" && unborn) {
      gone.push(entry, ...later);
      break;
    } else {
      one.version = entry.version;
    }
  }
  return { entries: entries.filter((one) => !gone.includes(one)), touched: [entry, ...later] };
}
