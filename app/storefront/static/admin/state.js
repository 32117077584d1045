// What every screen of the console shares.

import { createStore } from "../common/store.js";

/**
 * signed: whether the key at hand is an admin's, as the service said
 * refusal: why a key was turned down, while there is none
 * ready: what /readyz answered last; away: why it could not be asked
 * route: {section, id, query} of the screen on show
 */
const initial = { locale: "en", signed: false, refusal: null, ready: null, away: null, route: null };

export const { current, update, watch } = createStore(initial);
