// Requests to the REST API of this site, with the session's cookie and the CSRF token that goes with it.

const TIMEOUT = 30_000;

const csrfToken = () => {
  const cookie = document.cookie.split("; ").find((one) => /^(__Host-)?csrftoken=/.test(one));
  return cookie ? decodeURIComponent(cookie.slice(cookie.indexOf("=") + 1)) : "";
};

/** One request. Rejects when the server could not be reached; any answer resolves, its body null unless it is JSON. */
export async function request(method, url, { body, headers = {} } = {}) {
  const response = await fetch(url, {
    method,
    credentials: "same-origin",
    cache: "no-cache",
    signal: AbortSignal.timeout(TIMEOUT),
    headers: {
      Accept: "application/json",
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(method === "GET" ? {} : { "X-CSRFToken": csrfToken() }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const json = /[/+]json/.test(response.headers.get("Content-Type") ?? "");
  const tag = /"(\d+)"/.exec(response.headers.get("ETag") ?? "");
  const wait = Number(response.headers.get("Retry-After"));
  return {
    status: response.status,
    body: json ? await response.json() : null,
    version: tag ? Number(tag[1]) : null,
    wait: wait > 0 ? wait * 1000 : null,
  };
}

/** Whether the session belongs to the user this page was made for. */
export async function isSignedInAs(root, username) {
  const { status, body } = await request("GET", `${root}me/`);
  return status === 200 && body.username === username;
}

/**
 * Send one entry of the outbox below `root`. Signing in changes the CSRF token, so a refused one is read again and the
 * entry tried once more.
 */
export async function sendEntry(root, { kind, path, body, version }) {
  const headers = version === 0 ? { "If-None-Match": "*" } : { "If-Match": `"${version}"` };
  const once = () =>
    kind === "restore"
      ? request("POST", `${root}${path}restore/`, { body: {} })
      : request(kind.toUpperCase(), root + path, { body: kind === "put" ? body : undefined, headers });
  const answer = await once();
  const refused = answer.status === 403 && (answer.body?.code ?? "csrf") === "csrf";
  const last = refused ? await once() : answer;
  return { ...last, version: kind === "delete" ? 0 : (last.version ?? last.body?.version ?? null) };
}
