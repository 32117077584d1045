// Sends a form and tells how much of it has left: the one thing that fetch cannot.

import { keyHeaders, own, Problem, problemOf } from "../common/http.js";

/** The answer's JSON. `sent(done, total)` hears of bytes. Raises Problem; an aborted `signal` raises AbortError. */
export function upload(path, form, { signal, sent }) {
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    request.open("POST", own(path));
    for (const [name, value] of Object.entries(keyHeaders())) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && sent(event.loaded, event.total));
    request.addEventListener("load", () => {
      const { status, responseText } = request;
      if (status >= 200 && status < 300) resolve(JSON.parse(responseText));
      else reject(problemOf(status, request.getResponseHeader("content-type") ?? "", responseText));
    });
    request.addEventListener("error", () => reject(new Problem({ code: "offline" })));
    request.addEventListener("abort", () => reject(new DOMException("Upload stopped", "AbortError")));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}
