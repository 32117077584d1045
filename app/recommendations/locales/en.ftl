# Reasons: why one garment was suggested. Each is said only when it is so.
same-kind = { $source ->
    [photo] Also { $garment }, like the one on your photo
   *[words] { $garment }, as you asked
}
same-colour = { $source ->
    [photo] { $colour }, the colour of your photo
   *[words] { $colour }, as you asked
}
near-colour = { $colour }, close to { $wanted }
has-pattern = { $pattern }, as you asked
for-occasion = { $occasion ->
    [casual] Made for everyday wear
    [sports] Made for sport
    [formal] Made for the office and formal occasions
    [smart_casual] Made for smart-casual occasions
    [party] Made for parties and celebrations
    [ethnic] Made for traditional and festive wear
    [travel] Made for travelling
   *[home] Made for the home
}
for-season = Made for { $season }
matches-word = “{ $word }” is in its name
similar-look = { $source ->
    [photo] Looks much like your photo
   *[words] Looks the way you describe it
}
avoids = Not { $avoided }, as you asked
despite = Has something you wanted to avoid; nothing nearer was left
within-budget = Within your { $limit }
in-size = In stock in { $size }
on-sale = { $percent } % off now
nearest = Among the nearest in this shop to what you asked for

# The same of what the shop does not say itself: told from its title or picture, so it only looks so.
same-kind-inferred = { $source ->
    [photo] Looks like { $garment } too, like the one on your photo
   *[words] Looks like { $garment }, as you asked
}
same-colour-inferred = { $source ->
    [photo] Looks { $colour }, the colour of your photo
   *[words] Looks { $colour }, as you asked
}
near-colour-inferred = Looks { $colour }, close to { $wanted }
has-pattern-inferred = Looks { $pattern }, as you asked
for-occasion-inferred = { $occasion ->
    [casual] Looks right for everyday wear
    [sports] Looks right for sport
    [formal] Looks right for the office and formal occasions
    [smart_casual] Looks right for smart-casual occasions
    [party] Looks right for parties and celebrations
    [ethnic] Looks right for traditional and festive wear
    [travel] Looks right for travelling
   *[home] Looks right for the home
}
for-season-inferred = Looks right for { $season }

# Advice: one look.
goes-with = Pair your { $anchor } with { $pieces }.
built-on = Start from { $anchor } and add { $pieces }.
colours-neutral = { $colours } { $count ->
    [one] is a quiet neutral, so shape and fabric do the talking.
   *[other] are neutrals that go with one another, so nothing competes.
}
colours-accent = { $accent } is the one strong colour, and the neutrals around it let it stand out.
colours-single = Everything stays in { $accent }, one clean line from top to toe.
colours-complementary = { $first } and { $second } lie opposite each other on the colour wheel, so each makes the other glow.
colours-analogous = { $first } and { $second } are neighbours on the colour wheel, a gentle step from one to the other.
colours-contrast = { $first } against { $second } is the deliberate contrast here; everything else should stay plain.
colours-many = { $colours } together make a lively mix; wear it when you want to be seen.
suits = { $occasion ->
    [casual] It is easy enough for every day
    [sports] It is made to move in
    [formal] It is dressed enough for the office or a formal day
    [smart_casual] It sits right between dressed up and relaxed
    [party] It is dressed up enough for a celebration
    [ethnic] It keeps to a traditional, festive style
    [travel] It travels well
   *[home] It is made for relaxed hours at home
}{ $season ->
    [none] .
   *[other] , and most of it is made for { $season }.
}
for-the-season = Most of it is made for { $season }.
in-budget = What you would buy comes to { $total }, within your { $budget }.

# Notes: why an answer is short.
note-min-score = { $shown ->
    [one] Only one suggestion reaches the score you asked for.
   *[other] Only { $shown } suggestions reach the score you asked for.
}
note-nothing-reaches = Nothing reaches the score you asked for; these are the nearest.
note-filters = { $shown ->
    [0] No item passes your filters.
    [one] Only one item passes your filters.
   *[other] Only { $shown } items pass your filters.
}
note-catalogue = The catalogue has no more that fits.
