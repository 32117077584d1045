"""Natural shop titles in English and Chinese, from a cut and its colours."""

from models.flats.cuts import Cut
from models.taxonomy import taxonomy

_EN = {
    "crew": "crew-neck",
    "v": "V-neck",
    "round": "round-neck",
    "scoop": "scoop-neck",
    "boat": "boat-neck",
    "turtle": "turtleneck",
    "square": "square-neck",
    "short": "short-sleeved",
    "long": "long-sleeved",
    "elbow": "half-sleeved",
    "none": "sleeveless",
    "strap": "strappy",
    "cap": "cap-sleeved",
    "puff": "puff-sleeved",
    "bell": "bell-sleeved",
    "flutter": "flutter-sleeved",
    "bishop": "bishop-sleeved",
    "mini": "mini",
    "knee": "knee-length",
    "midi": "midi",
    "maxi": "maxi",
}
_ZH = {
    "crew": "圆领",
    "v": "V领",
    "round": "大圆领",
    "scoop": "U领",
    "boat": "一字领",
    "turtle": "高领",
    "square": "方领",
    "short": "短袖",
    "long": "长袖",
    "elbow": "五分袖",
    "none": "无袖",
    "strap": "吊带",
    "cap": "盖肩袖",
    "puff": "泡泡袖",
    "bell": "喇叭袖",
    "flutter": "飞飞袖",
    "bishop": "灯笼袖",
    "mini": "迷你",
    "knee": "及膝",
    "midi": "中长",
    "maxi": "长款",
}


def titles(
    cut: Cut, *, colour: str, second: str | None, pattern: str, neck: str, sleeve: str, length: str
) -> tuple[str, str]:
    """English and Chinese title; both name the colour, a pattern that is not plain, and the kind."""
    return (
        _english(cut, colour, second, pattern, neck, sleeve, length),
        _chinese(cut, colour, second, pattern, neck, sleeve, length),
    )


def _english(cut: Cut, colour: str, second: str | None, pattern: str, neck: str, sleeve: str, length: str) -> str:
    known = taxonomy()
    noun = cut.en.format(neck=_EN.get(neck, ""), sleeve=_EN.get(sleeve, ""), length=_EN.get(length, ""))
    noun = noun.replace("-sleeved sleeves", " sleeves")
    words = [known.colours[colour].name("en")]
    if second and (pattern != "solid" or cut.patterns == ("solid",)):
        words += ["and", known.colours[second].name("en")]
    if pattern != "solid":
        words.append(known.attributes["pattern"][pattern].name("en"))
    text = " ".join(" ".join([*words, noun]).split())
    return text[0].upper() + text[1:]


def _chinese(cut: Cut, colour: str, second: str | None, pattern: str, neck: str, sleeve: str, length: str) -> str:
    known = taxonomy()
    shade = known.colours[colour].name("zh")
    if second and (pattern != "solid" or cut.patterns == ("solid",)):
        shade = f"{shade}拼{known.colours[second].name('zh')}"
    weave = "" if pattern == "solid" else known.attributes["pattern"][pattern].name("zh")
    return shade + weave + cut.zh.format(neck=_ZH.get(neck, ""), sleeve=_ZH.get(sleeve, ""), length=_ZH.get(length, ""))
