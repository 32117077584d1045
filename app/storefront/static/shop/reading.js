// What the service read off a photo, as far as the page says it.

/** A kind less likely than this is rather wrong than right, and says nothing: "perhaps track pants" of a pair of jeans. */
const LEAST = 0.3;

/** Attributes by name, without a kind that is too unsure. */
export const worthNaming = (attributes) =>
  Object.fromEntries(attributes.filter(({ name, confidence }) => name !== "kind" || confidence >= LEAST).map((attribute) => [attribute.name, attribute]));
