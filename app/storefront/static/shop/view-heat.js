// What in the shopper's photo mattered for a piece, laid over the photo: in the form's preview where that stands beside
// the answer, and in the piece's own card.

import { $, h } from "../common/dom.js";
import { t } from "./i18n.js";
import { show, sized } from "../common/pictures.js";
import { current, update, watch } from "./state.js";
import { title } from "./view-item.js";

const WIDTH = 640;

export function startHeat() {
  watch(["heat", "photo", "answerPhoto", "phase", "locale"], showHeat);
}

/** A button that marks the photo for this piece and takes the marks away again, and the place for them. */
export function heatToggle({ heatmap_url: url, item }) {
  const { answerPhoto } = current();
  if (!url || !answerPhoto) return null;
  const flip = () => {
    const on = current().heat?.id === item.id;
    update({ heat: on ? null : { id: item.id, url, title: title(item) } });
    $("#status").textContent = t(on ? "heatGone" : "heatShown", { title: title(item) });
  };
  return h("div", { class: "heat-of", "data-heat-of": item.id },
    h("button", { type: "button", class: "secondary small", "aria-pressed": "false", on: { click: flip } },
      t("heatToggle"), h("span", { class: "unseen" }, `: ${title(item)}`)),
    h("div", { class: "heat-card" }));
}

function showHeat() {
  const { answerPhoto, photo, phase } = current();
  const heat = phase === "ready" ? current().heat : null;
  const previewed = Boolean(heat) && photo?.url === answerPhoto;
  document.body.classList.toggle("heat-previewed", previewed);
  showInPreview(previewed ? heat : null);
  for (const place of document.querySelectorAll("[data-heat-of]")) {
    const on = place.dataset.heatOf === heat?.id;
    $("button", place).setAttribute("aria-pressed", String(on));
    $(".heat-card", place).replaceChildren(...(on ? [marked(heat, answerPhoto)] : []));
  }
}

function showInPreview(heat) {
  const preview = $("#preview");
  preview.classList.toggle("heated", Boolean(heat));
  for (const old of preview.querySelectorAll(".heat")) old.remove();
  if (heat) preview.append(heatPicture(heat));
  $("#heat-key").hidden = !heat;
  $("#heat-key").replaceChildren(...(heat ? key(heat) : []));
}

/** The photo with its marks, and how to read them. */
function marked(heat, photoUrl) {
  const photo = h("img", { src: photoUrl, alt: "" });
  photo.addEventListener("error", () => photo.remove(), { once: true });
  return h("figure", {}, h("div", { class: "marked heated" }, photo, heatPicture(heat)), h("figcaption", {}, key(heat)));
}

/** A heat map that cannot be had leaves the photo as it is. */
function heatPicture({ url, title: name }) {
  const image = h("img", { class: "heat", alt: t("heatAlt", { title: name }) });
  image.addEventListener("error", () => {
    image.remove();
    $("#status").textContent = t("heatFailed");
  }, { once: true });
  show(image, sized(url, WIDTH));
  return image;
}

const key = ({ title: name }) => [
  h("span", { class: "heat-title" }, t("heatTitle", { title: name })),
  h("span", { class: "scale" }, t("heatLess"), h("span", { class: "ramp", "aria-hidden": "true" }), t("heatMore")),
];
