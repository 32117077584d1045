# Advice on one look, by a grammar: one opening, one line of substance, one tip. Every attribute of a message is one way
# to say it; they start differently on purpose. Numbers (one, other) are grammatical: jeans are other.

occasion-phrase = { $occasion ->
    [casual] a relaxed day
    [sports] sport
    [formal] the office or a formal day
    [smart_casual] a smart-casual day
    [party] a celebration
    [ethnic] a traditional or festive day
    [travel] a trip
   *[home] a day at home
}

# Openings around the shopper's own garment: what goes with what.
opens-given =
    .pair = Pair your { $anchor } with { $pieces }.
    .goes = Your { $anchor } { $number ->
        [one] goes
       *[other] go
    } well with { $pieces }.
    .wear = Wear { $pieces } with your { $anchor }.
    .build = To build on your { $anchor }, add { $pieces }.
    .around = Around your { $anchor }: { $pieces }.
    .try = Try your { $anchor } with { $pieces }.
    .reach = With your { $anchor }, reach for { $pieces }.
    .beside = { $pieces } would sit well beside your { $anchor }.
opens-given-finished =
    .combine = Combine your { $anchor } with { $core }, and finish with { $extras }.
    .start = Start with { $core } around your { $anchor }, then add { $extras }.
    .whole = To make it a whole look, wear your { $anchor } with { $core } and add { $extras }.
    .last = Put your { $anchor } with { $core }; { $extras } will give it the last touch.
    .make = It takes { $core } to complete your { $anchor }, and { $extras } to round it off.
    .begin = Begin with { $core }, keep your { $anchor } at the centre, and end on { $extras }.
opens-given-for =
    .for = For { $phrase }, wear your { $anchor } with { $pieces }.
    .mind = With { $phrase } in mind, put { $pieces } with your { $anchor }.
    .dress = Dress your { $anchor } for { $phrase } with { $pieces }.
    .if = If it is for { $phrase }, take { $pieces } to go with your { $anchor }.

# Openings around an item of the shop.
opens-built =
    .start = Start from { $anchor } and add { $pieces }.
    .build = Build the look on { $anchor }, with { $pieces }.
    .take = Take { $anchor } and wear { $pieces } with { $number ->
        [one] it
       *[other] them
    }.
    .lead = Here the lead goes to { $anchor }, followed by { $pieces }.
    .everything = Everything begins with { $anchor }; add { $pieces }.
    .try = Try { $anchor } together with { $pieces }.
    .wear = Wear { $pieces } with { $anchor }.
    .centre = At the centre stands { $anchor }, joined by { $pieces }.
opens-built-finished =
    .combine = Combine { $anchor } with { $core }, and finish with { $extras }.
    .tone = Let { $anchor } set the tone, wear { $core } alongside, and add { $extras }.
    .base = On a base of { $anchor } with { $core }, { $extras } will do the finishing.
    .first = First { $anchor } with { $core }, then { $extras } as the last touch.
    .needs = Put { $anchor } with { $core }; all it needs then is { $extras }.
    .puts = This look puts { $anchor } beside { $core } and adds { $extras }.
opens-built-for =
    .for = For { $phrase }, start from { $anchor } and add { $pieces }.
    .mind = With { $phrase } in mind, combine { $anchor } with { $pieces }.
    .dress = Dress for { $phrase } in { $anchor }, with { $pieces }.
    .if = If it is for { $phrase }, try { $anchor } with { $pieces }.

# What the look is for.
occasion-suits =
    .easy = { $occasion ->
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
    .every = Every piece of it suits { $phrase }{ $season ->
        [none] .
       *[other] , and the season too: most of it is made for { $season }.
    }
    .nothing = Nothing in it is out of place for { $phrase }{ $season ->
        [none] .
       *[other] , and most of it is made for { $season }.
    }
    .chosen = { $season ->
        [none] All of it was picked for { $phrase }.
       *[other] All of it was picked for { $phrase } in { $season }.
    }
season-most =
    .most = Most of it is made for { $season }.
    .season = The season is right too: these are mostly { $season } pieces.
    .stays = { $season } is its season: most of the pieces are made for it.
budget-within =
    .comes = What you would buy comes to { $total }, within your { $budget }.
    .covers = The pieces to buy add up to { $total }, so { $budget } covers them.
    .stays = At { $total } for all there is to buy, it stays within your { $budget }.

# Why the colours work.
colours-neutral =
    .quiet = { $colours } { $count ->
        [one] is a quiet neutral, so shape and fabric do the talking.
       *[other] are neutrals that go with one another, so nothing competes.
    }
    .calm = { $count ->
        [one] Keeping to { $colours } makes the look calm and easy to wear again.
       *[other] Keeping to { $colours } makes the look calm, and each piece easy to wear again.
    }
    .loud = Nothing is loud here: { $colours } { $count ->
        [one] leaves
       *[other] leave
    } the stage to cut and texture.
    .later = { $count ->
        [one] With { $colours } alone, there is room for one bright thing should you want it.
       *[other] With { $colours } side by side, there is room for one bright thing should you want it.
    }
colours-accent =
    .one = { $accent } is the one strong colour, and the neutrals around it let it stand out.
    .quiet = The neutrals keep quiet so that the { $accent } can speak.
    .eye = The eye goes to the { $accent } first, since all the rest is neutral.
    .only = One colour, { $accent }, against calm neutrals is hard to get wrong.
colours-single =
    .line = Everything stays in { $accent }, one clean line from top to toe.
    .tones = Head to toe in { $accent }: tone on tone looks considered.
    .one = Keeping to { $accent } throughout makes the figure look longer.
colours-complementary =
    .wheel = { $first } and { $second } lie opposite each other on the colour wheel, so each makes the other glow.
    .opposites = The { $first } and the { $second } are opposites, which is why both look brighter together.
    .glow = { $first } never looks better than next to { $second }, its opposite on the colour wheel.
colours-analogous =
    .wheel = { $first } and { $second } are neighbours on the colour wheel, a gentle step from one to the other.
    .step = From { $first } to { $second } is a small step, so the colours flow into each other.
    .close = The { $first } and the { $second } are close relatives, and that keeps the look soft.
colours-contrast =
    .plain = { $first } against { $second } is the deliberate contrast here; everything else should stay plain.
    .meant = The { $first } and the { $second } are meant to differ; wear it as a statement.
    .two = Two colours, { $first } and { $second }, do all the work.
colours-many =
    .lively = { $colours } together make a lively mix; wear it when you want to be seen.
    .bold = The mix of { $colours } is a bold one, so let it be the whole story.
colours-accent-soft =
    .only = { $accent } is the only colour among the neutrals, and a soft one.
    .warm = Just { $accent } beside neutrals: gentle, and easy to repeat.
    .quiet = Against the neutrals the { $accent } comes out without shouting.
colours-touch =
    .touch = The { $piece } { $number ->
        [one] adds
       *[other] add
    } a touch of { $accent } to otherwise neutral colours.
    .small = All neutral but for the { $piece }: a small dose of { $accent } is plenty.
colours-multi =
    .enough = The { $piece } { $number ->
        [one] has
       *[other] have
    } colours enough; the neutrals around keep the peace.
    .star = All the colour is in the { $piece }, and the neutral rest lets it shine.

# Tips. Names of pieces come without article; a tip must be true of any piece of its kinds.
tip-tuck-in =
    .tuck = Tuck the { $first } in, so that the waist is where the eye rests.
    .smooth = The { $first } belongs inside the { $second } here: tucked in, it looks finished.
tip-half-tuck =
    .half = Tuck in just the front of the { $first }: it looks relaxed and the legs look longer.
    .loose = Leave the { $first } out at the back and tuck it in at the front for an easy shape.
tip-skirt-waist =
    .waist = Tuck the { $first } into the { $second } at the waist to keep the line long.
    .knot = If the { $first } is roomy, tuck it into the { $second } so the waist stays visible.
tip-open-layer =
    .open = Leave the { $second } open, so that the { $first } shows.
    .frame = Worn open, the { $second } frames the { $first }.
    .close = Close the { $second } only outdoors; inside, let the { $first } be seen.
tip-over-shoulders =
    .warm = When it gets warm, lay the { $first } over your shoulders instead of carrying it.
    .drape = Draped over the shoulders, the { $first } still leaves the { $second } in view.
tip-turn-up =
    .once = Turn the { $first } up once at the ankle, so that the { $second } can be seen.
    .ankle = A turned-up hem on the { $first } shows off the { $second }.
tip-trouser-break =
    .touch = Let the { $first } just touch the { $second }; longer looks borrowed.
    .hem = Check the hem of the { $first } with the { $second } on: it should rest there without folding.
tip-thin-layer =
    .thin = A thin layer under the { $first } keeps you warmer than a thicker one on top.
    .layers = On colder days, add a thin layer under the { $first } rather than a heavier one over it.
tip-dress-jewellery =
    .one = One piece of jewellery is enough with the { $first }; choose either the ears or the neck.
    .hem = Check the { $first } sitting down as well as standing before you go out in it.
tip-earrings =
    .hair = Wear your hair away from your face, or nobody will see the { $first }.
    .neck = With the { $first } on, leave the neck bare.
tip-neck =
    .alone = Let the { $first } be the only thing at your neck.
    .clear = Keep the neckline clear, so that the { $first } can lie flat.
tip-two-wrists =
    .wrists = Wear the { $first } on one wrist and the { $second } on the other.
tip-watch =
    .wrist = Leave the { $first } alone on its wrist; it says enough.
    .hand = Wear the { $first } on the hand you write with least; it lasts longer there.
tip-belt =
    .tuck = Tuck the { $second } in, or the { $first } is worn for nothing.
    .buckle = Line the buckle of the { $first } up with the buttons or zip: a small thing that looks tidy.
tip-tie =
    .tip = Let the tip of the { $first } end at the waistband, no higher and no lower.
    .knot = Draw the knot of the { $first } right up to the collar of the { $second }.
tip-scarf =
    .knot = Knot the { $first } loosely and let the ends fall where they like.
    .ends = Tuck the ends of the { $first } away if the rest should look neat; leave them out if not.
tip-sunglasses =
    .outside = Keep the { $first } for outdoors: inside they look forgotten.
    .case = Take the case along; the { $first } will not survive the bottom of a bag.
tip-clutch =
    .light = Put only the essentials into the { $first }: overfilled, it loses its shape.
    .arm = Tuck the { $first } under your arm when you need a free hand.
tip-handbag =
    .hand = Carried in the hand rather than on the shoulder, the { $first } looks more dressed up.
    .full = Pack the { $first } no fuller than it closes easily; it hangs better so.
tip-backpack =
    .straps = Set the straps of the { $first } short: it should sit high on the back.
    .both = Carry the { $first } on both shoulders, so that nothing underneath is pulled askew.
tip-cap =
    .brow = Wear the { $first } just above the brow, so that your eyes stay visible.
    .indoors = Take the { $first } off indoors and the look turns a shade smarter.
tip-lace =
    .lace = Lace the { $first } firmly at the ankle before you set off.
    .room = Try the { $first } on in the socks you will wear for sport.
tip-spare =
    .spare = Take a second { $first } along in the { $second } for afterwards.
tip-heels =
    .home = Wear the { $first } at home for an hour or two before the day itself.
    .steps = Practise stairs in the { $first } once; you will stand taller for it.
tip-sandals =
    .socks = No socks with the { $first }, please.
    .feet = Bare feet in the { $first }, nothing else.
tip-low-socks =
    .low = Choose socks that stay below the ankle, so that the { $first } keep a clean line.
    .bare = Between the { $first } and the { $second } there should be leg, not sock.
tip-leave-out =
    .out = Wear the { $first } over the { $second }, not tucked in.
    .fall = Let the { $first } fall freely over the { $second }.
tip-saree =
    .pin = Pin the pleats of the { $first } at the shoulder to keep your hands free.
    .shoes = Put on your shoes before you drape the { $first }, so that the hem ends up right.
tip-clean-shoes =
    .clean = Make sure the { $first } are spotless; at this level shoes are looked at first.
    .socks = Wear socks as dark as the { $first } or as the { $second }.
tip-pattern =
    .only = Let the { $pattern } { $piece } be the only pattern; keep whatever you add plain.
    .add = With the { $pattern } { $piece }, anything you add should be plain.
tip-echo =
    .picks = The { $second } { $number ->
        [one] picks
       *[other] pick
    } up the { $colour } of the { $first }, which ties it together.
    .twice = { $colour } comes twice, in the { $first } and in the { $second }: that is what makes it look planned.
    .returns = Notice how the { $colour } of the { $first } comes back in the { $second }.
tip-light-above =
    .face = Light { $first } over dark { $second } draws the eye up to your face.
    .ground = The darker { $second } { $number ->
        [one] grounds
       *[other] ground
    } the light { $first }.
tip-dark-above =
    .down = A dark { $first } over lighter { $second } puts the weight on top; bring a light detail near the face.
tip-any =
    .mirror = Try it all on together before you decide; the mirror has the last word.
    .walk = Walk, sit and raise your arms in it once: what pinches at home pinches all day.
    .photo = Take a picture of yourself in it; a photo shows proportions better than a mirror.
    .swap = Change one piece at a time until it feels like you.

# What the shop itself says of fit and sizes.
fit-runs-small =
    .notes = The shop notes that the { $piece } { $number ->
        [one] runs
       *[other] run
    } small: try one size up.
    .order = Order the { $piece } a size larger than usual, since the shop says { $number ->
        [one] it runs
       *[other] they run
    } small.
fit-runs-large =
    .notes = The shop notes that the { $piece } { $number ->
        [one] runs
       *[other] run
    } large: one size down may fit better.
    .order = Try the { $piece } a size smaller than usual, since the shop says { $number ->
        [one] it runs
       *[other] they run
    } large.
fit-true =
    .notes = The shop calls the { $piece } true to size, so your usual one will do.
fit-tight =
    .notes = The shop describes the { $piece } as a close fit; if you like room, take one size up.
    .close = By the shop's own word the { $piece } { $number ->
        [one] sits
       *[other] sit
    } close to the body.
fit-loose =
    .notes = The shop describes the { $piece } as a loose fit, so wear something closer with { $number ->
        [one] it
       *[other] them
    }.
    .room = By the shop's own word the { $piece } { $number ->
        [one] is
       *[other] are
    } cut loose: roomy is how { $number ->
        [one] it is
       *[other] they are
    } meant to look.
fit-says =
    .says = On the { $piece }, the shop says: “{ $advice }”
fit-runs-small-usual =
    .notes = The shop notes that the { $piece } { $number ->
        [one] runs
       *[other] run
    } small: take { $size } rather than your usual { $usual }.
    .order = Order the { $piece } in { $size } instead of your usual { $usual }, since the shop says { $number ->
        [one] it runs
       *[other] they run
    } small.
fit-runs-large-usual =
    .notes = The shop notes that the { $piece } { $number ->
        [one] runs
       *[other] run
    } large: take { $size } rather than your usual { $usual }.
    .order = Order the { $piece } in { $size } instead of your usual { $usual }, since the shop says { $number ->
        [one] it runs
       *[other] they run
    } large.
size-usual =
    .stock = In your usual size, { $size }, the shop has the { $pieces } in stock.
    .ready = The { $pieces } can be had in your usual { $size } today.
size-in-stock =
    .stock = In your size { $size }, the shop has the { $pieces } in stock.
    .ready = The { $pieces } can be had in { $size } today.

# A word for any piece of a slot, where its kind is not sure.
slot-noun = { $slot ->
    [top] top
    [bottom] bottoms
    [one_piece] one-piece
    [outerwear] outer layer
    [footwear] shoes
    [bag] bag
    [headwear] hat
    [eyewear] glasses
   *[other] piece
}

# What a language model is told and asked, where one writes the advice.
writer-system =
    You are a stylist in a shop. Write two or three short sentences of advice on one outfit: what goes with what, what it is for, and one tip on how to wear it. Write in English, to the shopper. Use only the facts below; name no other garment, colour, pattern, material, brand, occasion or price. No list, no greeting, no quotation.
writer-own = The shopper's own garment: { $value }
writer-pieces = Pieces from the shop: { $value }
writer-note = Fact: { $value }
writer-occasion = it suits the occasion: { $value }
writer-total = What the pieces cost together: { $value }
writer-budget = The shopper's budget, which that keeps to: { $value }
writer-draft = Plain advice that is true of it, for the tone; say it better: { $value }
