// From what the form says to the body of POST /v1/recommendations.

import { $ } from "../common/dom.js";
import { current } from "./state.js";

const value = (id) => $(`#${id}`).value.trim();

/** Everything the shopper asked for, or null while there is neither photo nor words. */
export function readRequest(currency) {
  const { photo } = current();
  const description = value("wish");
  if (!photo && !description) return null;
  return {
    photo,
    description,
    avoid: value("avoid"),
    photo_kind: value("photo-kind"),
    limit: value("limit"),
    budget: value("budget") && JSON.stringify({ amount: value("budget"), currency }),
    weights: readWeights(),
    filters: readFilters(),
  };
}

export function requestBody(asked, locale, shopperToken) {
  const form = new FormData();
  const put = (name, entry) => entry && form.append(name, entry);
  if (asked.photo) form.append("photo", asked.photo.file, asked.photo.name);
  for (const name of ["description", "avoid", "limit", "budget"]) put(name, asked[name]);
  if (asked.photo) put("photo_kind", asked.photo_kind);
  if (Object.keys(asked.filters).length) form.append("filters", JSON.stringify(asked.filters));
  // With only one of the two there is nothing to weigh.
  const weights = asked.photo && asked.description ? asked.weights : {};
  for (const [name, weight] of Object.entries(weights)) form.append(name, String(weight));
  form.append("locale", locale);
  put("shopper_token", shopperToken);
  return form;
}

function readWeights() {
  if ($("#balance-auto").checked) return {};
  const image = Number(value("balance")) / 100;
  return { image_weight: image, text_weight: Number((1 - image).toFixed(2)) };
}

function readFilters() {
  const filters = {};
  const sizes = value("size").split(/[,，、;；]/).map((size) => size.trim()).filter(Boolean);
  const price = Object.fromEntries([["min", value("price-min")], ["max", value("price-max")]].filter(([, bound]) => bound));
  if (value("gender")) filters.gender = value("gender");
  if (sizes.length) filters.size = sizes;
  if (Object.keys(price).length) filters.price = price;
  if ($("#in-stock").checked) filters.in_stock = true;
  return filters;
}

/** Controls that hold a filter, by the filter's name: what "without …" empties. */
const CONTROLS = { gender: ["gender"], size: ["size"], price: ["price-min", "price-max"], in_stock: ["in-stock"], budget: ["budget"], avoid: ["avoid"] };

export const isSet = (name) => (CONTROLS[name] ?? []).some((id) => ($(`#${id}`).type === "checkbox" ? $(`#${id}`).checked : value(id)));

export function clear(name) {
  for (const id of CONTROLS[name] ?? []) {
    const control = $(`#${id}`);
    if (control.type === "checkbox") control.checked = false;
    else control.value = "";
  }
}

/** Back to an untouched form. */
export function clearForm() {
  $("#ask").reset();
  $("#balance").disabled = true;
}
