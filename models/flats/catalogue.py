"""The catalogue of the demo shop, as one compact table. Deterministic: ids, prices and stock never change."""

from functools import cache

from models.flats.cuts import BY_KIND
from models.flats.make import GENDERS, make
from models.flats.spec import Flat

_TABLE = """
tshirt tee w : black white red pink yellow navy/white:striped
tshirt tee m : black white blue green grey navy orange red/white:printed
tshirt tee w sleeve=long : purple white/navy:striped beige
tshirt tee m neck=v : charcoal burgundy teal
tshirt polo m : navy white green yellow
tshirt polo w : pink red
shirt classic m : white blue black pink blue/white:striped
shirt classic w : white blue red green/white:striped
shirt pocket m sleeve=short : khaki green navy/white:dotted
shirt pocket m sleeve=long : red/black:checked green/navy:checked
shirt band w : beige yellow lavender
shirt denim m : blue
top blouse w : white pink black purple orange blue/white:floral
top peplum w : red green turquoise
top wrap w : teal mustard navy/white:dotted
top bow w : cream burgundy
tank_top tank w : white black red yellow
tank_top tank m : grey navy
tank_top ribbed m : white
tank_top ribbed w : green
tank_top cami w : pink black gold orange
sweater plain w : red pink grey cream navy/white:striped
sweater plain m : navy grey brown green
sweater plain m neck=turtle : black
sweater cable w : off_white blue mustard
sweater cable m neck=crew : burgundy beige
sweatshirt hoodie m : black grey navy red green
sweatshirt hoodie w : pink lavender yellow
sweatshirt zip m : charcoal blue
sweatshirt plain w : white/red:printed beige
sweatshirt plain m : orange navy/white:printed
cardigan short w : beige red black yellow
cardigan short m : navy grey
cardigan long w : brown green
jacket bomber m : olive black navy
jacket bomber w : pink red/white:embroidered
jacket denim w : blue white
jacket denim m : blue black
jacket biker w : black red
jacket biker m : brown black
jacket puffer m : orange blue
jacket puffer w : yellow purple green
blazer single m : navy black grey brown
blazer single w : white red blue black
blazer double w : pink beige green
blazer double m : charcoal/white:striped
coat trench w : beige tan navy
coat trench m : khaki black
coat overcoat m : charcoal tan navy
coat overcoat w : red grey brown/cream:checked white
waistcoat classic m : grey navy
dress aline w : red blue black white yellow/white:floral green
dress sheath w : black navy grey burgundy
dress wrap w : green purple red/white:dotted blue/white:floral
dress slip w : white pink gold black
dress shirt w : blue/white:striped khaki white
dress fitflare w : yellow pink orange navy/white:dotted
dress ball w : red purple turquoise black
dress tiered w : peach white/blue:floral brown green
jumpsuit wide w : teal black red white
jumpsuit tie w : navy pink
jeans straight m : blue black grey navy
jeans straight w : blue white
jeans skinny w : blue black
jeans skinny m : navy
jeans wide w : blue black
jeans flared w : navy
trousers chino m : beige navy khaki brown white
trousers chino w : black green
trousers tailored m : grey black charcoal/white:checked
trousers tailored w : navy red
trousers wide w : white orange pink
trousers cropped w : yellow purple
shorts chino m : beige navy green red
shorts denim w : blue white black
shorts sport m : black grey blue
shorts sport w : pink orange
skirt aline w : yellow red white blue
skirt pencil w : black grey navy
skirt pleated w : pink green purple
skirt mini w : brown orange red/navy:checked
skirt maxi w : white/red:floral turquoise black
skirt denim w : blue
track_pants jogger m : grey black
track_pants jogger w : navy pink
leggings sport w : black purple blue
casual_shoes canvas w : red yellow pink
casual_shoes canvas m : navy green
casual_shoes court m : white black
casual_shoes court w : white beige
casual_shoes gum m : grey brown
casual_shoes loafer m : brown black
sports_shoes runner m : black blue red grey/lime
sports_shoes runner w : white pink black purple orange/yellow
formal_shoes oxford m : black brown burgundy
formal_shoes brogue m : tan navy
formal_shoes brogue w : brown
heels pump w : red black nude
heels block w : navy green
heels strap w : gold silver pink
flats ballet w : black pink red beige
sandals strap w : brown white gold
sandals strap m : black
sandals slide m : brown navy
boots chelsea m : brown black
boots chelsea w : brown white
boots lace m : tan
boots lace w : burgundy black
boots knee w : black brown
handbag tote w : brown black yellow beige
handbag satchel w : red green navy
handbag shoulder w : black pink white
clutch envelope w : gold red silver black
clutch frame w : green purple
backpack zip u : navy black red grey
backpack flap u : olive brown
messenger_bag flap m : brown black
wallet fold m : black brown
wallet fold w : red
cap baseball u : blue black red white
hat fedora m : brown grey
hat sun w : cream
hat bucket u : black beige
hat beanie u : red mustard navy
scarf knit u : grey red blue/white:checked tan pink
belt buckle m : brown black
belt buckle w : tan red
tie long m : navy/white:striped red green/white:dotted black
tie bow m : burgundy
sunglasses aviator u : gold
sunglasses round u : brown
sunglasses square u : black blue
sunglasses cat w : red
watch round m : brown black
watch round w : white pink
watch steel m : silver
watch square w : black
socks crew u : grey navy/red:striped
gloves leather w : black brown
perfume bottle w : pink
equipment umbrella u : navy
home cushion u : mustard
"""


@cache
def _catalogue() -> tuple[Flat, ...]:
    return tuple(flat for line in _TABLE.strip().splitlines() for flat in _row(line))


def demo_catalogue() -> list[Flat]:
    """Every colourway of the demo shop, always the same and in the same order."""
    return list(_catalogue())


def _row(line: str) -> list[Flat]:
    """`kind style gender [detail=value …] : colour[/second][:pattern] …`"""
    head, _, looks = line.partition(" : ")
    kind, style, gender, *given = head.split()
    cut = BY_KIND[kind][style]
    details = dict(pair.split("=") for pair in given)
    usual = {"neck": cut.necks[0], "sleeve": cut.sleeves[0], "length": cut.lengths[0]} | details
    flats = []
    for look in looks.split():
        colours, _, pattern = look.partition(":")
        colour, _, second = colours.partition("/")
        tokens = [kind, style, *details.values(), gender, colour, second, pattern]
        ident = "-".join(["flat", *(token.replace("_", "-") for token in tokens if token)])
        flats.append(
            make(
                cut,
                ident,
                gender=GENDERS[gender],
                colour=colour,
                second=second or None,
                pattern=pattern or "solid",
                **usual,
            )
        )
    return flats
