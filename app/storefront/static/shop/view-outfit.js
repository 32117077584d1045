// A complete look, laid out as it is worn: the body's pieces on the left, shoes, bag and the small things on the right.

import { h } from "../common/dom.js";
import { colouredKind, money } from "./format.js";
import { has, t } from "./i18n.js";
import { picture } from "../common/pictures.js";
import { worthNaming } from "./reading.js";
import { price, title } from "./view-item.js";

const BODY = ["outerwear", "top", "one_piece", "bottom"];
const BESIDE = ["footwear", "bag", "scarf", "belt", "headwear", "neckwear", "eyewear", "watch", "jewellery"];

export function outfitView(outfit, locale, photoUrl) {
  const pieces = arranged(outfit.items);
  return h("li", { class: "look" },
    h("article", { "aria-label": t("lookN", { rank: outfit.rank }) },
      h("div", { class: pieces.beside.length ? "board" : "board alone" },
        h("div", { class: "column body" }, pieces.body.map((piece) => tile(piece, photoUrl))),
        pieces.beside.length > 0 && h("div", { class: "column beside" }, pieces.beside.map((piece) => tile(piece, photoUrl)))),
      h("div", { class: "label" },
        h("h3", {}, t("lookN", { rank: outfit.rank })),
        outfit.advice && h("p", { class: "advice", lang: locale }, outfit.advice),
        h("ul", { class: "contents", "aria-label": t("lookPieces") }, pieces.told.map(line)),
        outfit.total_price && h("p", { class: "total" }, h("span", {}, t("total")), h("strong", {}, money(outfit.total_price))))));
}

/** Pieces by where they lie, and all in the order they are told. Under a layer the top lies beside it. */
function arranged(items) {
  const place = (order) => (a, b) => rank(order, a) - rank(order, b);
  const body = items.filter(({ slot }) => BODY.includes(slot)).sort(place(BODY));
  const beside = items.filter(({ slot }) => !BODY.includes(slot)).sort(place(BESIDE));
  const told = [...body, ...beside];
  if (body.length > 2) return { told, body: [body[0], ...body.slice(2)], beside: [body[1], ...beside] };
  return body.length > 0 ? { told, body, beside } : { told, body: told.slice(0, 2), beside: told.slice(2) };
}

function rank(order, { slot }) {
  const found = order.indexOf(slot);
  return found < 0 ? order.length : found;
}

/** The shopper's own piece is their photo; a stored answer has no photo any more, so it shows the words for it. */
function tile(piece, photoUrl) {
  if (!piece.given) return h("div", { class: "tile", "data-slot": piece.slot }, picture(piece.item.image_url, title(piece.item)));
  const shown = photoUrl ? h("img", { src: photoUrl, alt: ownName(piece) }) : h("p", { class: "own-words" }, ownName(piece));
  return h("div", { class: "tile own", "data-slot": piece.slot }, shown, h("span", { class: "badge", "aria-hidden": "true" }, t("yours")));
}

function line(piece) {
  const where = h("span", { class: "slot" }, has(`slot_${piece.slot}`) ? t(`slot_${piece.slot}`) : piece.slot);
  if (piece.given) return h("li", {}, where, h("span", { class: "name" }, ownName(piece)));
  return h("li", {}, where, h("span", { class: "name" }, title(piece.item)), price(piece.item));
}

function ownName(piece) {
  const { colour, kind } = worthNaming(piece.attributes ?? []);
  if (kind) return t("yoursIs", { what: colouredKind(colour?.value, kind.value) });
  return colour ? t("yourColoured", { colour: colouredKind(colour.value) }) : t("yourPiece");
}
