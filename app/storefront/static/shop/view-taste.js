// Like, not for me, and the small memory of both at the foot of the page.

import { $, h } from "../common/dom.js";
import { problemText, t } from "./i18n.js";
import { current, update, watch } from "./state.js";
import { forgetMe, react, saidOf } from "./taste.js";
import { title } from "./view-item.js";

/** Two buttons of which at most one is pressed. */
export function reactions(item, answerId) {
  if (item.gone) return null;
  const buttons = ["like", "dislike"].map((event) => button(item, event, answerId));
  const show = () => buttons.forEach((one) => one.setAttribute("aria-pressed", String(saidOf(item) === one.dataset.event)));
  show();
  return h("p", { class: "reactions", role: "group", "aria-label": t("yourOpinion", { item: title(item) }), on: { reacted: show } }, buttons);
}

function button(item, event, answerId) {
  const one = h("button", { type: "button", class: "chip", "data-event": event }, t(event));
  one.addEventListener("click", async () => {
    await trying(() => react(item, event, answerId));
    one.parentElement?.dispatchEvent(new Event("reacted"));
  });
  return one;
}

/** `askAgain()` sends the last question once more. */
export function startTaste(askAgain) {
  const show = () => {
    const { shopper, tasteProblem, asked, phase } = current();
    const said = Object.values(shopper?.said ?? {});
    const memory = $("#taste");
    memory.hidden = !said.length && !tasteProblem;
    memory.replaceChildren(...[
      tasteProblem ? h("p", { class: "field-problem" }, problemText(tasteProblem)) : h("p", {}, summary(said)),
      said.length > 0 && asked && h("button", { type: "button", class: "quiet", disabled: phase === "loading", on: { click: askAgain } }, t("askAgain")),
      shopper && h("button", { type: "button", class: "quiet", on: { click: () => trying(forgetMe) } }, t("forgetMe")),
    ].filter(Boolean));
  };
  watch(["shopper", "tasteProblem", "asked", "phase", "locale"], show);
  watch(["shopper"], ({ shopper }) => { if (!shopper) forgotten(); });
  show();
}

function forgotten() {
  for (const group of document.querySelectorAll(".reactions")) group.dispatchEvent(new Event("reacted"));
  $("#status").textContent = t("forgotten");
}

const summary = (said) => t("tasteSummary", {
  likes: said.filter((event) => event === "like").length,
  dislikes: said.filter((event) => event === "dislike").length,
});

async function trying(action) {
  update({ tasteProblem: null });
  try {
    await action();
  } catch (problem) {
    update({ tasteProblem: problem });
  }
}
