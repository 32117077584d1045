// Addresses of the console's screens: `#/section/id?query`. They hold what is on show, never a key.

import { update } from "./state.js";

const SECTIONS = ["catalogue", "feeds", "index", "jobs"];

/** {section, id, query} of the address; an unknown section is the first. */
export function routed(hash = location.hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [section, ...rest] = path.split("/");
  const known = SECTIONS.includes(section);
  return { section: known ? section : SECTIONS[0], id: (known && rest.length && decodeURIComponent(rest.join("/"))) || null, query: new URLSearchParams(query) };
}

export function address(section, id = null, query = null) {
  const text = query?.toString();
  return `#/${section}${id ? `/${encodeURIComponent(id)}` : ""}${text ? `?${text}` : ""}`;
}

/** Goes to a screen as a link would. */
export function go(section, id, query) {
  history.pushState(null, "", address(section, id, query));
  update({ route: routed() });
}

/** Says what is on show without a step in the history: while somebody types. */
export function note(section, id, query) {
  history.replaceState(null, "", address(section, id, query));
  update({ route: routed() });
}
