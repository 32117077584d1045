// The only way from a page to the service: same origin, the key as a header, and every failure as a Problem.

const KEY = document.documentElement.dataset.keyName ?? "tryon.key";

/**
 * What went wrong, as the service said it (RFC 9457) or as the network did. `told` is the problem's whole body,
 * `retryAfterS` when to ask again; 0: nobody said.
 */
export class Problem extends Error {
  constructor({ code = "", status = 0, type = "", title = "", detail = "", errors = [], told = {}, retryAfterS = 0 }) {
    super(detail || title || code);
    Object.assign(this, { code, status, type, title, detail, errors, told, retryAfterS });
  }
}

export const storedKey = () => sessionStorage.getItem(KEY) ?? "";

export function storeKey(key) {
  if (key) sessionStorage.setItem(KEY, key);
  else sessionStorage.removeItem(KEY);
}

export async function json(path, options) {
  return (await send(path, options)).json();
}

/** The response of a request that worked. Raises Problem; an abort stays an AbortError. */
export async function send(path, options = {}) {
  const response = await fetch(own(path), { ...options, headers: { ...keyHeaders(), ...options.headers }, credentials: "same-origin" }).catch((cause) => {
    if (cause.name === "AbortError") throw cause;
    throw new Problem({ code: "offline" });
  });
  if (!response.ok) throw problemOf(response.status, response.headers.get("content-type") ?? "", await response.text(), response.headers.get("retry-after"));
  return response;
}

/** `path` as an address of this service. Raises Problem for any other: keys go nowhere else. */
export function own(path) {
  const url = new URL(path, document.baseURI);
  if (url.origin !== location.origin) throw new Problem({ code: "foreign" });
  return url;
}

export function keyHeaders() {
  const key = storedKey();
  return key ? { Authorization: `Bearer ${key}` } : {};
}

/** The Problem that an answer is: the service's own words where it gave some. */
export function problemOf(status, media, body, retryAfter = null) {
  const retryAfterS = Number(retryAfter) || 0;
  if (!media.includes("json")) return new Problem({ code: "http", status, retryAfterS });
  const told = JSON.parse(body);
  const { type, title, detail, errors } = told;
  return new Problem({ code: "problem", status, type, title, detail, errors, told, retryAfterS });
}
