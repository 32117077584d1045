// The shopper's photo: from a file dialogue, the camera, a drop, a paste or a sample.

import { Problem } from "../common/http.js";
import { current, update } from "./state.js";

let limit = Infinity;

export function limitPhotos(bytes) {
  limit = bytes;
}

/** Takes `file` as the photo of the next request; a file that the service would refuse for its size stays out. */
export function takePhoto(file) {
  if (file.size > limit) {
    update({ phase: "error", problem: new Problem({ code: "too_large", detail: String(Math.floor(limit / 1e6)) }) });
    return;
  }
  release();
  update({ photo: { file, name: file.name, url: URL.createObjectURL(file) } });
}

export function dropPhoto() {
  release();
  update({ photo: null });
}

/** The first picture among dropped or pasted things, if any. A file without a type may still be one (HEIC). */
export function pictureAmong(transfer) {
  const files = [...(transfer?.files ?? [])];
  return files.find((file) => file.type.startsWith("image/")) ?? files.find((file) => !file.type.startsWith("text/")) ?? null;
}

/** The answer on show may still need the old photo's address for its looks. */
function release() {
  const { photo, answerPhoto } = current();
  if (photo && photo.url !== answerPhoto) URL.revokeObjectURL(photo.url);
}
