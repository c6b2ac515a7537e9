// What can be undone and done again, kept for the browser session: loading the page anew does not take it away.

const MOST = 100; // acts that are kept

const keyOf = (user, assignment) => `credence-undo-${user}-${assignment}`;

/** The acts done and undone, and the ids of deleted passages that the server holds, as they were kept. */
export function readTrail(user, assignment) {
  try {
    return { done: [], undone: [], tombs: [], ...JSON.parse(sessionStorage.getItem(keyOf(user, assignment))) };
  } catch {
    return { done: [], undone: [], tombs: [] }; // storage is switched off, or held something else
  }
}

/** Keep them; where the browser refuses, they last as long as the page. */
export function keepTrail(user, assignment, { done, undone, tombs }) {
  const kept = { done: done.slice(-MOST), undone: undone.slice(-MOST) };
  const named = new Set([...kept.done, ...kept.undone].flat().map((step) => step.id));
  try {
    sessionStorage.setItem(
      keyOf(user, assignment),
      JSON.stringify({ ...kept, tombs: [...tombs].filter((id) => named.has(id)) }),
    );
  } catch {
    // Full or forbidden: nothing is lost but the way back after a reload.
  }
}
