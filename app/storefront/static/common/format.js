// Money, shares, times and the shop's vocabulary in the reader's language.

const TAGS = { en: "en-GB", zh: "zh-CN" };
const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

/** Functions that write in the language that `locale()` names. */
export function formatter(locale) {
  let words = {};
  const tag = (which = locale()) => TAGS[which] ?? TAGS.en;
  const number = (value, options = {}) => new Intl.NumberFormat(tag(), options).format(value);

  /** The word for a facet's value; one the taxonomy does not know is shown as it came. */
  const word = (facet, value, which = locale()) => words[facet]?.[value]?.[which] ?? String(value).replaceAll("_", " ");

  return {
    tag,
    number,
    word,
    wordsOf: (facet) => Object.keys(words[facet] ?? {}),

    /** `vocabulary` is `{kind: {dress: {en, zh}}, colour: …}`, from the service's own taxonomy. */
    learnWords(vocabulary) {
      words = vocabulary;
    },

    money: ({ amount, currency }) => number(Number(amount), { style: "currency", currency }),
    share: (value) => number(value, { style: "percent", maximumFractionDigits: 0 }),
    decimal: (value) => number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
    list: (values) => new Intl.ListFormat(tag(), { style: "short", type: "unit" }).format(values),
    moment: (at, options = { dateStyle: "medium", timeStyle: "short" }) => new Intl.DateTimeFormat(tag(), options).format(new Date(at)),

    /** "2 min 5 s": the two largest units of so many seconds. */
    duration(seconds) {
      if (seconds < 10) return number(seconds, { style: "unit", unit: "second", unitDisplay: "narrow", maximumFractionDigits: 1 });
      const rounded = Math.round(seconds);
      const first = STEPS.findIndex(([, size]) => rounded >= size);
      const parts = STEPS.slice(first, first + 2).map(([unit, size], place) => [unit, Math.floor((place ? rounded % STEPS[first][1] : rounded) / size)]);
      return parts.filter(([, count]) => count).map(([unit, count]) => number(count, { style: "unit", unit, unitDisplay: "narrow" })).join(" ");
    },

    bytes(count) {
      const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
      const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(count, 1)) / 3));
      return number(count / 1000 ** step, { style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: step ? 1 : 0 });
    },

    /** "red dress", "红色连衣裙". */
    colouredKind(colour, kind) {
      const parts = [colour && word("colour", colour), kind && word("kind", kind)].filter(Boolean);
      return parts.join(locale() === "zh" ? "" : " ");
    },
  };
}
