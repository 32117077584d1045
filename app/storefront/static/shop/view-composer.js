// The form: photo well, words, ideas, samples. What it says becomes a request in request.js.

import { pictureFile, samples } from "./api.js";
import { $, h } from "../common/dom.js";
import { t } from "./i18n.js";
import { dropPhoto, pictureAmong, takePhoto } from "./photo.js";
import { picture } from "../common/pictures.js";
import { current, update, watch } from "./state.js";

const IDEAS = ["idea1", "idea2", "idea3"];

/** Wires the form; `ask()` is called when the shopper wants an answer. */
export function startComposer(ask) {
  wirePhoto();
  wireWords(ask);
  watch(["photo"], showPhoto);
  watch(["locale"], () => { showIdeas(); showPhoto(); });
  watch(["phase", "locale"], showBusy);
  showIdeas();
  showBusy();
}

function wirePhoto() {
  for (const id of ["#photo", "#camera"]) {
    $(id).addEventListener("change", (event) => {
      const [file] = event.target.files;
      if (file) takePhoto(file);
      event.target.value = "";
    });
  }
  $("#photo-remove").addEventListener("click", () => {
    dropPhoto();
    $("#photo").focus();
  });
  wireDrop($("#well"));
  document.addEventListener("paste", (event) => {
    const file = pictureAmong(event.clipboardData);
    if (!file) return;
    event.preventDefault();
    takePhoto(file);
  });
}

/** A drop beside the well must not make the browser leave the page. */
function wireDrop(well) {
  const over = (on) => () => well.classList.toggle("over", on);
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => event.preventDefault());
  well.addEventListener("dragenter", over(true));
  well.addEventListener("dragover", over(true));
  well.addEventListener("dragleave", over(false));
  well.addEventListener("drop", (event) => {
    over(false)();
    const file = pictureAmong(event.dataTransfer);
    if (file) takePhoto(file);
  });
}

function wireWords(ask) {
  $("#ask").addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  $("#wish").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    $("#ask").requestSubmit();
  });
  $("#balance-auto").addEventListener("change", (event) => { $("#balance").disabled = event.target.checked; });
}

function showPhoto() {
  const { photo } = current();
  const preview = $("#preview");
  preview.hidden = !photo;
  $("#photo-remove").hidden = !photo;
  $("#well").classList.toggle("filled", Boolean(photo));
  preview.replaceChildren();
  if (!photo) return;
  const image = h("img", { src: photo.url, alt: t("photoAlt") });
  image.addEventListener("error", () => image.replaceWith(h("p", {}, t("photoNoPreview", { name: photo.name }))), { once: true });
  preview.append(image);
}

function showIdeas() {
  const idea = (name) => h("button", { type: "button", on: { click: () => write(t(name)) } }, t(name));
  $("#ideas").replaceChildren(...IDEAS.map((name) => h("li", {}, idea(name))));
}

function write(text) {
  $("#wish").value = text;
  $("#wish").focus();
}

function showBusy() {
  const busy = current().phase === "loading";
  const button = $("#submit");
  button.setAttribute("aria-disabled", String(busy));
  button.textContent = t(busy ? "submitting" : "submit");
}

/** The shop's own pictures to try with. A shop without pictures simply has none to offer. */
export async function showSamples() {
  const offered = (await samples()).items;
  const button = (sample) => {
    const title = sample.title[current().locale];
    return h("button", { type: "button", on: { click: () => takeSample(sample) } }, picture(sample.image_url, title, 240));
  };
  const fill = () => $("#samples ul").replaceChildren(...offered.map((sample) => h("li", {}, button(sample))));
  fill();
  watch(["locale"], fill);
  $("#samples").hidden = offered.length === 0;
}

async function takeSample(sample) {
  try {
    takePhoto(await pictureFile(sample.image_url, `${sample.id}.jpg`));
    $("#wish").focus({ preventScroll: true });
  } catch (problem) {
    update({ phase: "error", problem });
  }
}
