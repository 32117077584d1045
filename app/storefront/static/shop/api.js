// The only file that talks to the service, and only through its REST contract.

const KEY = "tryon.key";

/** What went wrong, as the service said it (RFC 9457) or as the network did. */
export class Problem extends Error {
  constructor({ code = "", status = 0, type = "", title = "", detail = "", errors = [] }) {
    super(detail || title || code);
    Object.assign(this, { code, status, type, title, detail, errors });
  }
}

export const storedKey = () => sessionStorage.getItem(KEY) ?? "";

export function storeKey(key) {
  if (key) sessionStorage.setItem(KEY, key);
  else sessionStorage.removeItem(KEY);
}

export const config = () => json("config.json");
export const samples = () => json("samples.json");
export const recommendation = (id, signal) => json(`v1/recommendations/${encodeURIComponent(id)}`, { signal });
export const recommend = (form, signal) => json("v1/recommendations", { method: "POST", body: form, signal });

export const newShopper = () => json("v1/shoppers", { method: "POST" });
export const eraseShopper = (id, token) => send(`v1/shoppers/${encodeURIComponent(id)}`, { method: "DELETE", headers: { "X-Shopper-Token": token } });

export function sendEvents(events, token) {
  const headers = { "X-Shopper-Token": token, "Content-Type": "application/json" };
  return json("v1/events", { method: "POST", headers, body: JSON.stringify({ events }) });
}

/** A picture of the catalogue as a file, ready to be a request's photo. */
export async function pictureFile(url, name) {
  const blob = await (await send(url)).blob();
  return new File([blob], name, { type: blob.type });
}

export async function pictureBlob(url) {
  return (await send(url)).blob();
}

async function json(path, options) {
  return (await send(path, options)).json();
}

async function send(path, options = {}) {
  const url = new URL(path, document.baseURI);
  if (url.origin !== location.origin) throw new Problem({ code: "foreign" });
  const response = await fetch(url, { ...options, headers: { ...headers(), ...options.headers }, credentials: "same-origin" }).catch((cause) => {
    if (cause.name === "AbortError") throw cause;
    throw new Problem({ code: "offline" });
  });
  if (!response.ok) throw await problemOf(response);
  return response;
}

function headers() {
  const key = storedKey();
  return key ? { Authorization: `Bearer ${key}` } : {};
}

async function problemOf(response) {
  const media = response.headers.get("content-type") ?? "";
  if (!media.includes("json")) return new Problem({ code: "http", status: response.status });
  const { type, title, detail, errors } = await response.json();
  return new Problem({ code: "problem", status: response.status, type, title, detail, errors });
}
