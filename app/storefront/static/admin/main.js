// Starts the console: language, key, top line, and the screen that the address names.

import { $ } from "../common/dom.js";
import { Problem } from "../common/http.js";
import { config } from "./api.js";
import { catalogueScreen } from "./catalogue.js";
import { feedsScreen } from "./feeds.js";
import { learnWords } from "./format.js";
import { signOut, startGate } from "./gate.js";
import { chooseLanguage, startLanguage } from "./i18n.js";
import { indexScreen } from "./indexes.js";
import { jobsScreen } from "./jobs.js";
import { problemView } from "./problems.js";
import { routed } from "./router.js";
import { current, update, watch } from "./state.js";
import { startStatus } from "./status.js";

const SCREENS = { catalogue: catalogueScreen, feeds: feedsScreen, index: indexScreen, jobs: jobsScreen };
let shown = { section: "", leave: new AbortController(), update: null };

/** Puts the screen of the address on the page; a screen that is there already may take its new address itself. */
function showScreen({ afresh = false } = {}) {
  const { route, signed } = current();
  if (!signed) return;
  for (const link of document.querySelectorAll("#sections [data-section]")) {
    if (link.dataset.section === route.section) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (!afresh && shown.section === route.section && shown.update?.(route)) return;
  const moved = shown.section !== "" && !afresh;
  shown.leave.abort();
  const leave = new AbortController();
  shown = { section: route.section, leave, update: null };
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  $("#main").replaceChildren();
  shown.update = SCREENS[route.section]($("#main"), route, leave.signal);
  if (moved) {
    $("#main").focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }
}

function showSigned({ signed }) {
  document.body.dataset.signed = signed ? "yes" : "no";
  $("#sign-out").hidden = !signed;
  if (signed) return showScreen({ afresh: true });
  shown.leave.abort();
  shown.section = "";
  return undefined;
}

async function start() {
  startLanguage();
  for (const button of document.querySelectorAll("[data-locale-choice]")) {
    button.addEventListener("click", () => chooseLanguage(button.dataset.localeChoice));
  }
  $("#sign-out").addEventListener("click", signOut);
  $(".skip").addEventListener("click", (event) => { event.preventDefault(); $("#main").focus(); });
  learnWords((await config()).words);
  update({ route: routed() });
  watch(["route"], () => showScreen());
  watch(["locale"], () => showScreen({ afresh: true }));
  watch(["signed"], showSigned);
  addEventListener("popstate", () => update({ route: routed() }));
  await Promise.all([startStatus(), startGate()]);
}

start().catch((problem) => {
  $("#main").replaceChildren(problemView(problem, () => location.reload()));
  if (!(problem instanceof Problem)) throw problem;
});
