// All pictures of an item: one large, the others to choose from.

import { h } from "../common/dom.js";
import { picture } from "../common/pictures.js";
import { t } from "./i18n.js";

const LARGE = 640;
const SMALL = 120;

export function pictures(all, name) {
  if (!all.length) return h("div", { class: "gallery none" }, h("span", { class: "no-picture", role: "img", "aria-label": t("problem_no_picture") }));
  const stage = h("div", { class: "stage" });
  const buttons = all.map((one, place) => {
    const alt = t("pictureOf", { place: place + 1, count: all.length, name });
    const show = () => {
      stage.replaceChildren(picture(one.url, alt, LARGE), h("p", { class: "hint" }, `${one.width} × ${one.height}`));
      buttons.forEach((button, other) => button.setAttribute("aria-pressed", String(other === place)));
    };
    const button = h("button", { type: "button", "aria-label": alt, on: { click: show } }, picture(one.url, "", SMALL));
    return button;
  });
  buttons[0].click();
  return h("div", { class: "gallery" }, stage, all.length > 1 && h("div", { class: "strip" }, buttons));
}
