# Reasons: why one garment was suggested. Each is said only when it is so.
same-kind = { $source ->
    [item] Also { $garment }, like what you chose
    [photo] Also { $garment }, like the one on your photo
   *[words] { $garment }, as you asked
}
same-colour = { $source ->
    [item] { $colour }, the colour of what you chose
    [photo] { $colour }, the colour of your photo
   *[words] { $colour }, as you asked
}
near-kind = { $source ->
    [item] { $garment }, close to the { $other } you chose
    [photo] { $garment }, close to the { $other } on your photo
   *[words] { $garment }, close to the { $other } you asked for
}
near-colour = { $colour }, close to { $wanted }
likely-kind = { $source ->
    [item] { $garment }, much like what you chose
   *[photo] { $garment }, much like the piece on your photo
}
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
is-the-one = The very item you named: { $id }
has-brand = By { $brand }, as you asked
has-material = Made of { $material }, as you asked
matches-word = “{ $word }” is in its name
similar-look = { $source ->
    [item] Looks much like what you chose
    [photo] Looks much like your photo
   *[words] Looks the way you describe it
}
most-similar-look = { $source ->
    [item] Looks most like what you chose, of all of these
   *[photo] Looks most like your photo, of all of these
}
avoids = Not { $avoided }, as you asked
despite = Has something you wanted to avoid; nothing nearer was left
within-budget = Within your { $limit }
in-size = In stock in { $size }
in-usual-size = In stock in your usual size, { $size }
not-in-usual-size = Not in stock in your usual size
take-size = { $fit ->
    [runs-small] Runs small, says the shop: take { $size } rather than your usual { $usual }
   *[runs-large] Runs large, says the shop: take { $size } rather than your usual { $usual }
}
fit-note = { $fit ->
    [runs-small] Runs small, says the shop: try one size up
    [runs-large] Runs large, says the shop: try one size down
    [true] True to size, says the shop
    [tight] A close fit, says the shop
   *[loose] A loose fit, says the shop
}
to-taste = To your taste, by what you liked or chose before
popular = Chosen more often than most things here
lowest-price = Costs least of these suggestions
well-rated = Rated { $rating } of 5
for-whom = { $gender ->
    [women] Made for women, as you asked
    [men] Made for men, as you asked
   *[unisex] Made for women and men, as you asked
}
on-sale = { $percent } % off now
nearest = { $source ->
    [item] Among the nearest in this shop to what you chose
    [photo] Among the nearest in this shop to your photo
   *[words] Among the nearest in this shop to what you asked for
}

# The same of what the shop does not say itself: told from its title or picture, so it only looks so.
same-kind-inferred = { $source ->
    [item] Looks like { $garment } too, like what you chose
    [photo] Looks like { $garment } too, like the one on your photo
   *[words] Looks like { $garment }, as you asked
}
near-kind-inferred = { $source ->
    [item] Looks like { $garment }, close to the { $other } you chose
    [photo] Looks like { $garment }, close to the { $other } on your photo
   *[words] Looks like { $garment }, close to the { $other } you asked for
}
same-colour-inferred = { $source ->
    [item] Looks { $colour }, the colour of what you chose
    [photo] Looks { $colour }, the colour of your photo
   *[words] Looks { $colour }, as you asked
}
near-colour-inferred = Looks { $colour }, close to { $wanted }
likely-kind-inferred = { $source ->
    [item] Looks like { $garment }, much like what you chose
   *[photo] Looks like { $garment }, much like the piece on your photo
}
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
note-outfits = No complete look can be put together around this item from what is in stock.
note-catalogue = The catalogue has no more that fits.
