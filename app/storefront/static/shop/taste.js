// What the shopper liked and what is not for them. The service keeps it under a pseudonym; the token in this browser is
// all that names them, and it is made with the first reaction, not before.

import { Problem } from "../common/http.js";
import { eraseShopper, newShopper, sendEvents } from "./api.js";
import { current, update } from "./state.js";

const STORE = "tryon.shopper";
const ID_BYTES = 16;
let making = null;

/** Takes up where this browser left off. */
export const recallShopper = () => update({ shopper: JSON.parse(localStorage.getItem(STORE) ?? "null") });

export const saidOf = (item) => current().shopper?.said[item.id] ?? null;

/** Tells the service; `event` is "like" or "dislike", and the later of the two counts. */
export async function react(item, event, answerId) {
  try {
    await tell(item, event, answerId);
  } catch (problem) {
    if (!isUnknown(problem)) throw problem;
    forgetHere(); // erased elsewhere: somebody new reacts
    await tell(item, event, answerId);
  }
}

/** Everything about the shopper, there and here. */
export async function forgetMe() {
  const { id, token } = current().shopper;
  await eraseShopper(id, token).catch((problem) => {
    if (!isUnknown(problem)) throw problem;
  });
  forgetHere();
}

/** Asks as the shopper; as a stranger where the service knows them no longer. */
export async function asShopper(ask) {
  const token = current().shopper?.token;
  try {
    return await ask(token);
  } catch (problem) {
    if (!token || !isUnknown(problem)) throw problem;
    forgetHere();
    return ask(undefined);
  }
}

async function tell(item, event, answerId) {
  const { token } = await shopper();
  const { results: [result] } = await sendEvents([{ event_id: freshId(), event, item_id: item.id, recommendation_id: answerId }], token);
  if (result.outcome === "rejected") throw new Problem({ code: "problem", detail: result.reason });
  const now = current().shopper;
  keep({ ...now, said: { ...now.said, [item.id]: event } });
}

/** One shopper, however fast the first two reactions come. */
async function shopper() {
  if (current().shopper) return current().shopper;
  making ??= newShopper().finally(() => { making = null; });
  const { id, shopper_token: token } = await making;
  if (!current().shopper) keep({ id, token, said: {} });
  return current().shopper;
}

function keep(shopper) {
  localStorage.setItem(STORE, JSON.stringify(shopper));
  update({ shopper });
}

function forgetHere() {
  localStorage.removeItem(STORE);
  update({ shopper: null });
}

const isUnknown = (problem) => problem instanceof Problem && problem.type.endsWith("/shopper-not-found");

/** Not randomUUID: that needs https, and a shop may be tried on http first. */
const freshId = () => [...crypto.getRandomValues(new Uint8Array(ID_BYTES))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
