// What the console asks of the service: its REST contract and nothing else.

import { json, send } from "../common/http.js";

const asJson = (method, values) => ({ method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(values) });
const segment = encodeURIComponent;

export const config = () => json("config.json");

/** What /readyz says, also when it says that it is not ready. */
export async function ready() {
  try {
    return await json("readyz", { cache: "no-store" });
  } catch (problem) {
    if (problem.told?.model) return problem.told;
    throw problem;
  }
}

export const items = (query, signal) => json(`v1/admin/items?${query}`, { signal });
export const item = (id, locale, signal) => json(`v1/admin/items/${segment(id)}?locale=${locale}`, { signal });
/** JSON merge patch (RFC 7396), only where the item is still what `etag` stands for. */
export function changeItem(id, values, etag) {
  const headers = { "Content-Type": "application/merge-patch+json", "If-Match": etag };
  return json(`v1/admin/items/${segment(id)}`, { method: "PATCH", headers, body: JSON.stringify(values) });
}

export const deleteItem = (id, etag) => send(`v1/admin/items/${segment(id)}`, { method: "DELETE", headers: { "If-Match": etag } });

export const jobs = (query, signal) => json(`v1/admin/jobs?${new URLSearchParams(query)}`, { signal });
export const job = (id, signal) => json(`v1/admin/jobs/${segment(id)}`, { signal });
export const cancelJob = (id) => json(`v1/admin/jobs/${segment(id)}/cancel`, { method: "POST" });
export const retryJob = (id) => json(`v1/admin/jobs/${segment(id)}/retry`, { method: "POST" });
export const jobEvents = (id) => `v1/admin/jobs/${segment(id)}/events`;
export const jobRows = (id, query, signal) => json(`v1/admin/jobs/${segment(id)}/rows?${new URLSearchParams(query)}`, { signal });

export const importFromUrl = (values) => json("v1/admin/imports", asJson("POST", values));
export const indexes = (signal) => json("v1/admin/indexes", { signal });
export const activate = (version) => json(`v1/admin/indexes/${segment(version)}/activate`, { method: "POST" });
export const reindex = (values) => json("v1/admin/reindex", asJson("POST", values));
