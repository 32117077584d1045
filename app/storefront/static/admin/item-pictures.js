// All pictures of an item: one large, the others to choose from.

import { h } from "../common/dom.js";
import { picture } from "../common/pictures.js";
import { changeItem } from "./api.js";
import { t } from "./i18n.js";
import { attempt } from "./problems.js";

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

/** A button for files that become the item's pictures at once; `changed()` when the service took them. */
export function newPictures({ item, pictures: had, etag }, changed) {
  const told = h("div", { class: "told" });
  const input = h("input", { type: "file", accept: "image/*,.heic,.heif", multiple: true, id: "new-pictures", "aria-label": t(had.length ? "replacePictures" : "addPicture") });
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = ""; // so that the same files can be chosen again
    return attempt(input, told, async () => {
      told.replaceChildren(h("p", { class: "hint", role: "status" }, t("readingPicture")));
      const { warnings } = await changeItem(item.id, { pictures: await Promise.all(files.map(dataUrl)) }, etag);
      await changed(warnings);
    });
  });
  return h("div", {}, h("div", { class: "pick" }, input, h("span", { class: "as-link", "aria-hidden": "true" }, t(had.length ? "replacePictures" : "addPicture"))), told);
}

function dataUrl(file) {
  const reader = new FileReader();
  return new Promise((resolve, reject) => {
    reader.addEventListener("load", () => resolve(reader.result));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}
