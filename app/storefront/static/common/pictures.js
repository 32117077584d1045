// Pictures of the catalogue in <img>. With a key they are fetched (an <img> sends no Authorization) and shown as blobs.

import { send, storedKey } from "./http.js";
import { h } from "./dom.js";

/** An <img> for `url`, asked for at `width` pixels; without a picture, or when it fails, a quiet placeholder. */
export function picture(url, alt, width = 480) {
  const image = h("img", { alt, loading: "lazy", decoding: "async", width: 3, height: 4 });
  image.addEventListener("error", () => image.replaceWith(missing(alt)), { once: true });
  if (!url) return missing(alt);
  show(image, sized(url, width));
  return image;
}

const pictureBlob = async (url) => (await send(url)).blob();

/** Gives `image` its picture: from its address, or fetched with the key. */
export function show(image, url) {
  if (!storedKey()) {
    image.src = url;
    return;
  }
  pictureBlob(url).then(
    (blob) => {
      image.src = URL.createObjectURL(blob);
      image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
    },
    () => image.dispatchEvent(new Event("error")),
  );
}

export function sized(url, width) {
  const address = new URL(url, document.baseURI);
  if (address.origin === location.origin) address.searchParams.set("width", String(width));
  return address.href;
}

const missing = (alt) => h("div", { class: "no-picture", role: "img", "aria-label": alt });
