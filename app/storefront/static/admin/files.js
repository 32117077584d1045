// Files from a dialogue or dropped on a zone.

import { h } from "../common/dom.js";

export function fileInput(name, take, label) {
  const input = h("input", { type: "file", id: `file-${name}`, "aria-label": label });
  input.addEventListener("change", () => {
    if (input.files[0]) take(name, input.files[0]);
    input.value = "";
  });
  return input;
}

export function dropZone(zone, dropped) {
  const over = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.add("over");
  };
  const out = () => zone.classList.remove("over");
  zone.addEventListener("dragenter", over);
  zone.addEventListener("dragover", over);
  zone.addEventListener("dragleave", out);
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    out();
    if (event.dataTransfer.files[0]) dropped(event.dataTransfer.files[0]);
  });
}
