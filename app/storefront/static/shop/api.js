// What the shop's page asks of the service: its REST contract and nothing else.

import { json, send } from "../common/http.js";
import { patiently } from "../common/patience.js";

export const config = () => json("config.json");
export const samples = () => json("samples.json");
export const recommendation = (id, signal) => json(`v1/recommendations/${encodeURIComponent(id)}`, { signal });
export const recommend = (form, signal) => patiently(() => json("v1/recommendations", { method: "POST", body: form, signal }), signal);

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
