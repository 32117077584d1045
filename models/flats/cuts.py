"""Every cut that can be drawn, one row each: its words, its details, and what it is usually sold for."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

WEAVES = ("solid", "striped", "checked", "dotted", "floral", "printed", "embroidered")
SOLID = ("solid",)
CLASSIC = ("solid", "striped", "checked")
_ARMS = ("short", "long")
_KNIT_NECKS = ("crew", "v")


@dataclass(frozen=True, slots=True)
class Cut:
    """One silhouette of a kind. `en` and `zh` may name `{neck}`, `{sleeve}` and `{length}`; `price` is whole EUR.

    `genders` holds w, m and u (unisex); the first of each list of details is the usual one.
    """

    kind: str
    style: str
    en: str
    zh: str
    genders: str
    price: int
    usage: str = "casual"
    season: str = "spring"
    material: str = "cotton"
    necks: tuple[str, ...] = ("",)
    sleeves: tuple[str, ...] = ("",)
    lengths: tuple[str, ...] = ("",)
    patterns: tuple[str, ...] = WEAVES


CUTS: tuple[Cut, ...] = (
    Cut("tshirt", "tee", "{neck} {sleeve} T-shirt", "{neck}{sleeve}T恤", "wm", 19, season="summer", necks=("crew", "v", "round"), sleeves=_ARMS),
    Cut("tshirt", "polo", "{sleeve} polo shirt", "Polo{sleeve}T恤", "wm", 35, season="summer", material="piqué", necks=("collar",), sleeves=_ARMS, patterns=("solid", "striped")),
    Cut("shirt", "classic", "{sleeve} shirt", "{sleeve}衬衫", "wm", 49, "formal", necks=("collar",), sleeves=("long", "short")),
    Cut("shirt", "pocket", "{sleeve} shirt with chest pocket", "胸袋{sleeve}衬衫", "wm", 45, necks=("collar",), sleeves=_ARMS),
    Cut("shirt", "band", "{sleeve} band-collar shirt", "立领{sleeve}衬衫", "wm", 52, "smart_casual", season="summer", material="linen", necks=("band",), sleeves=("long", "short")),
    Cut("shirt", "denim", "denim shirt", "牛仔衬衫", "wm", 55, season="autumn", material="denim", necks=("collar",), sleeves=("long",), patterns=SOLID),
    Cut("top", "blouse", "{sleeve} blouse top", "{sleeve}女式上衣", "w", 39, "smart_casual", material="viscose", necks=("round", "v", "square"), sleeves=("puff", "short", "long", "bell")),
    Cut("top", "peplum", "peplum top with {sleeve} sleeves", "荷叶边{sleeve}上衣", "w", 42, "party", material="crepe", necks=("v", "boat", "square"), sleeves=("bell", "flutter", "cap", "elbow")),
    Cut("top", "wrap", "{sleeve} wrap top", "裹身{sleeve}上衣", "w", 39, material="viscose", necks=("wrap",), sleeves=("flutter", "elbow", "long")),
    Cut("top", "bow", "pussy-bow top with {sleeve} sleeves", "蝴蝶结{sleeve}上衣", "w", 49, "formal", material="satin", necks=("high",), sleeves=("bishop", "puff", "short")),
    Cut("tank_top", "tank", "{neck} tank top", "{neck}背心", "wm", 15, season="summer", material="jersey", necks=("scoop", "crew"), patterns=("solid", "striped", "printed", "dotted")),
    Cut("tank_top", "ribbed", "ribbed tank top", "罗纹背心", "wm", 17, "sports", season="summer", material="jersey", necks=("scoop", "round"), patterns=SOLID),
    Cut("tank_top", "cami", "camisole tank top", "细吊带背心", "w", 25, season="summer", material="satin", patterns=("solid", "dotted", "floral", "printed")),
    Cut("sweater", "plain", "{neck} sweater", "{neck}毛衣", "wm", 59, season="winter", material="wool", necks=(*_KNIT_NECKS, "boat", "turtle"), sleeves=("long",), patterns=("solid", "striped", "checked", "dotted")),
    Cut("sweater", "cable", "cable-knit {neck} sweater", "麻花{neck}毛衣", "wm", 75, season="winter", material="wool", necks=("turtle", "crew"), sleeves=("long",), patterns=SOLID),
    Cut("sweatshirt", "hoodie", "hoodie sweatshirt", "连帽卫衣", "wmu", 49, "sports", season="autumn", sleeves=("long",), patterns=("solid", "printed", "striped")),
    Cut("sweatshirt", "zip", "zip-up hoodie", "拉链连帽卫衣", "wm", 55, "sports", season="autumn", sleeves=("long",), patterns=SOLID),
    Cut("sweatshirt", "plain", "crew-neck sweatshirt", "圆领卫衣", "wm", 45, season="autumn", sleeves=("long",), patterns=("solid", "printed", "striped")),
    Cut("cardigan", "short", "buttoned cardigan", "纽扣针织开衫", "wm", 55, season="autumn", material="wool", sleeves=("long",), patterns=("solid", "striped", "checked")),
    Cut("cardigan", "long", "long cardigan", "长款针织开衫", "w", 65, season="autumn", material="wool", sleeves=("long",), patterns=("solid", "striped", "checked")),
    Cut("jacket", "bomber", "bomber jacket", "飞行员夹克", "wm", 89, season="autumn", material="nylon", patterns=("solid", "floral", "embroidered", "printed")),
    Cut("jacket", "denim", "denim jacket", "牛仔夹克", "wm", 79, material="denim", patterns=SOLID),
    Cut("jacket", "biker", "leather biker jacket", "机车皮夹克", "wm", 189, season="autumn", material="leather", patterns=SOLID),
    Cut("jacket", "puffer", "quilted puffer jacket", "绗缝保暖夹克", "wm", 119, season="winter", material="nylon", patterns=SOLID),
    Cut("blazer", "single", "single-breasted blazer", "单排扣西装外套", "wm", 129, "formal", material="wool", patterns=CLASSIC),
    Cut("blazer", "double", "double-breasted blazer", "双排扣西装外套", "wm", 149, "formal", season="autumn", material="wool", patterns=CLASSIC),
    Cut("coat", "trench", "belted trench coat", "系带风衣", "wm", 169, "smart_casual", material="gabardine", patterns=("solid", "checked")),
    Cut("coat", "overcoat", "wool overcoat", "羊毛大衣", "wm", 199, "formal", season="winter", material="wool", patterns=("solid", "checked")),
    Cut("waistcoat", "classic", "tailored waistcoat", "修身西装马甲", "wm", 59, "formal", material="wool", patterns=CLASSIC),
    Cut("dress", "aline", "{sleeve} A-line {length} dress", "A字{sleeve}{length}连衣裙", "w", 69, season="summer", necks=("round", "v", "square", "boat"), sleeves=("short", "none", "elbow", "puff"), lengths=("midi", "knee", "mini")),
    Cut("dress", "sheath", "{sleeve} sheath {length} dress", "修身{sleeve}{length}连衣裙", "w", 79, "formal", material="crepe", necks=("boat", "round", "v"), sleeves=("none", "cap", "elbow", "long"), lengths=("knee", "midi"), patterns=CLASSIC),
    Cut("dress", "wrap", "wrap {length} dress", "裹身{length}连衣裙", "w", 85, "smart_casual", material="viscose", necks=("wrap",), sleeves=("long", "short", "elbow", "flutter"), lengths=("midi", "knee")),
    Cut("dress", "slip", "slip {length} dress", "吊带{length}连衣裙", "w", 75, "party", season="summer", material="satin", sleeves=("strap",), lengths=("midi", "maxi", "mini"), patterns=("solid", "floral", "dotted", "printed")),
    Cut("dress", "shirt", "belted shirt dress", "腰带衬衫连衣裙", "w", 79, necks=("collar",), sleeves=("long", "short", "elbow"), lengths=("knee", "midi")),
    Cut("dress", "fitflare", "fit-and-flare {length} dress", "伞摆{length}连衣裙", "w", 72, "party", season="summer", necks=("square", "round", "v"), sleeves=("puff", "cap", "none", "strap"), lengths=("mini", "knee")),
    Cut("dress", "ball", "evening {length} gown dress", "晚宴{length}礼服连衣裙", "w", 149, "party", material="tulle", necks=("v", "boat"), sleeves=("strap", "none", "cap"), lengths=("maxi",), patterns=("solid", "embroidered", "floral")),
    Cut("dress", "tiered", "tiered {length} dress", "蛋糕裙摆{length}连衣裙", "w", 82, "travel", season="summer", necks=("v", "square", "round"), sleeves=("flutter", "strap", "puff", "none"), lengths=("maxi", "midi")),
    Cut("jumpsuit", "wide", "wide-leg {sleeve} jumpsuit", "阔腿{sleeve}连体裤", "w", 85, "smart_casual", season="summer", material="viscose", necks=("v", "round", "square"), sleeves=("short", "none", "strap")),
    Cut("jumpsuit", "tie", "tie-waist {sleeve} jumpsuit", "系带{sleeve}连体裤", "w", 79, "party", season="summer", material="crepe", necks=("v", "boat"), sleeves=("strap", "long", "cap"), patterns=("solid", "dotted", "floral", "striped")),
    Cut("jeans", "straight", "straight-leg jeans", "直筒牛仔裤", "wm", 69, material="denim", patterns=SOLID),
    Cut("jeans", "skinny", "skinny jeans", "紧身牛仔裤", "wm", 65, material="denim", patterns=SOLID),
    Cut("jeans", "wide", "wide-leg jeans", "阔腿牛仔裤", "w", 75, material="denim", patterns=SOLID),
    Cut("jeans", "flared", "flared jeans", "喇叭牛仔裤", "w", 75, season="autumn", material="denim", patterns=SOLID),
    Cut("trousers", "chino", "chino trousers", "休闲长裤", "wm", 55, "smart_casual", patterns=CLASSIC),
    Cut("trousers", "tailored", "tailored trousers", "西装长裤", "wm", 69, "formal", season="autumn", material="wool", patterns=CLASSIC),
    Cut("trousers", "wide", "wide-leg trousers", "阔腿长裤", "w", 65, "smart_casual", season="summer", material="linen"),
    Cut("trousers", "cropped", "cropped trousers", "九分长裤", "w", 55, season="summer", patterns=("solid", "striped", "checked", "dotted")),
    Cut("shorts", "chino", "chino shorts", "休闲短裤", "wm", 39, season="summer", patterns=("solid", "striped", "checked", "printed")),
    Cut("shorts", "denim", "denim shorts", "牛仔短裤", "wm", 42, season="summer", material="denim", patterns=SOLID),
    Cut("shorts", "sport", "running shorts", "跑步运动短裤", "wm", 29, "sports", season="summer", material="polyester", patterns=SOLID),
    Cut("skirt", "aline", "A-line skirt", "A字半身裙", "w", 45, season="summer"),
    Cut("skirt", "pencil", "pencil skirt", "铅笔半身裙", "w", 49, "formal", material="wool", patterns=CLASSIC),
    Cut("skirt", "pleated", "pleated midi skirt", "百褶中长半身裙", "w", 55, "smart_casual", material="satin", patterns=("solid", "checked", "dotted", "floral")),
    Cut("skirt", "mini", "buttoned mini skirt", "单排扣迷你半身裙", "w", 39, season="autumn", patterns=CLASSIC),
    Cut("skirt", "maxi", "maxi skirt", "长款半身裙", "w", 59, "travel", season="summer", material="viscose"),
    Cut("skirt", "denim", "denim mini skirt", "牛仔迷你半身裙", "w", 45, season="summer", material="denim", patterns=SOLID),
    Cut("track_pants", "jogger", "jogger track pants", "束脚运动裤", "wm", 45, "sports", season="autumn", patterns=SOLID),
    Cut("leggings", "sport", "sports leggings", "运动打底裤", "w", 35, "sports", material="elastane", patterns=("solid", "printed", "floral", "dotted")),
    Cut("casual_shoes", "canvas", "canvas sneakers", "帆布休闲鞋", "wm", 55, season="summer", material="canvas", patterns=("solid", "checked", "floral", "striped")),
    Cut("casual_shoes", "court", "leather sneakers", "真皮休闲板鞋", "wm", 89, material="leather", patterns=SOLID),
    Cut("casual_shoes", "gum", "gum-sole sneakers", "生胶底休闲板鞋", "wm", 79, season="autumn", material="suede", patterns=SOLID),
    Cut("casual_shoes", "loafer", "leather loafers", "真皮乐福休闲鞋", "wm", 95, "smart_casual", material="leather", patterns=SOLID),
    Cut("sports_shoes", "runner", "running sports shoes", "跑步运动鞋", "wm", 99, "sports", material="mesh", patterns=SOLID),
    Cut("formal_shoes", "oxford", "oxford formal shoes", "牛津正装皮鞋", "m", 129, "formal", season="autumn", material="leather", patterns=SOLID),
    Cut("formal_shoes", "brogue", "brogue formal shoes", "布洛克正装皮鞋", "wm", 135, "formal", season="autumn", material="leather", patterns=SOLID),
    Cut("heels", "pump", "pointed high heels", "尖头高跟鞋", "w", 89, "party", material="leather", patterns=SOLID),
    Cut("heels", "block", "block heels", "粗跟高跟鞋", "w", 85, "formal", season="autumn", material="suede", patterns=SOLID),
    Cut("heels", "strap", "ankle-strap heels", "一字带高跟鞋", "w", 92, "party", season="summer", material="satin", patterns=SOLID),
    Cut("flats", "ballet", "ballet flats", "芭蕾平底鞋", "w", 65, material="leather", patterns=("solid", "dotted", "checked")),
    Cut("sandals", "strap", "strappy sandals", "绑带凉鞋", "wm", 59, season="summer", material="leather", patterns=SOLID),
    Cut("sandals", "slide", "slide sandals", "一字凉鞋", "wm", 39, "travel", season="summer", material="leather", patterns=SOLID),
    Cut("boots", "chelsea", "Chelsea boots", "切尔西靴子", "wm", 129, season="autumn", material="leather", patterns=SOLID),
    Cut("boots", "lace", "lace-up boots", "系带靴子", "wm", 139, season="winter", material="leather", patterns=SOLID),
    Cut("boots", "knee", "knee-high boots", "及膝长靴靴子", "w", 169, "smart_casual", season="winter", material="leather", patterns=SOLID),
    Cut("handbag", "tote", "tote handbag", "托特手提包", "w", 95, material="leather", patterns=("solid", "striped", "checked", "floral")),
    Cut("handbag", "satchel", "satchel handbag", "翻盖手提包", "w", 119, "formal", season="autumn", material="leather", patterns=SOLID),
    Cut("handbag", "shoulder", "chain shoulder handbag", "链条单肩手提包", "w", 109, "party", material="leather", patterns=SOLID),
    Cut("clutch", "envelope", "envelope clutch", "信封手拿包", "w", 49, "party", material="leather", patterns=("solid", "embroidered", "dotted")),
    Cut("clutch", "frame", "pleated evening clutch", "褶皱晚宴手拿包", "w", 59, "party", material="satin", patterns=SOLID),
    Cut("backpack", "zip", "everyday backpack", "日常双肩包", "u", 59, material="nylon", patterns=("solid", "printed", "dotted", "checked")),
    Cut("backpack", "flap", "buckled backpack", "翻盖双肩包", "u", 79, "travel", season="autumn", material="canvas", patterns=SOLID),
    Cut("messenger_bag", "flap", "leather messenger bag", "真皮邮差斜挎包", "mu", 99, "formal", season="autumn", material="leather", patterns=SOLID),
    Cut("wallet", "fold", "leather wallet", "真皮钱包", "mw", 39, material="leather", patterns=SOLID),
    Cut("cap", "baseball", "baseball cap", "棒球鸭舌帽", "u", 22, "sports", season="summer", patterns=("solid", "checked", "printed")),
    Cut("hat", "fedora", "felt fedora hat", "毛呢礼帽帽子", "wm", 49, "smart_casual", season="autumn", material="felt", patterns=SOLID),
    Cut("hat", "sun", "wide-brim sun hat", "宽檐遮阳帽帽子", "w", 35, "travel", season="summer", material="straw", patterns=SOLID),
    Cut("hat", "bucket", "bucket hat", "渔夫帽帽子", "u", 25, season="summer", patterns=("solid", "checked", "floral", "dotted")),
    Cut("hat", "beanie", "bobble beanie hat", "毛球针织帽子", "u", 22, season="winter", material="wool", patterns=("solid", "striped")),
    Cut("scarf", "knit", "fringed scarf", "流苏围巾", "u", 35, season="winter", material="wool", patterns=("solid", "checked", "striped", "dotted")),
    Cut("belt", "buckle", "leather belt", "真皮腰带", "wm", 35, material="leather", patterns=SOLID),
    Cut("tie", "long", "silk tie", "真丝领带", "m", 35, "formal", material="silk", patterns=("solid", "striped", "dotted", "checked")),
    Cut("tie", "bow", "bow tie", "蝴蝶结领带", "m", 29, "party", material="silk", patterns=("solid", "dotted", "checked")),
    Cut("sunglasses", "aviator", "aviator sunglasses", "飞行员太阳镜", "u", 69, season="summer", material="metal", patterns=SOLID),
    Cut("sunglasses", "round", "round sunglasses", "圆框太阳镜", "u", 65, season="summer", material="metal", patterns=SOLID),
    Cut("sunglasses", "square", "square sunglasses", "方框太阳镜", "u", 59, season="summer", material="acetate", patterns=SOLID),
    Cut("sunglasses", "cat", "cat-eye sunglasses", "猫眼太阳镜", "w", 69, season="summer", material="acetate", patterns=SOLID),
    Cut("watch", "round", "round leather-strap watch", "圆盘皮带手表", "wm", 119, "smart_casual", material="leather", patterns=SOLID),
    Cut("watch", "steel", "steel-bracelet watch", "钢带手表", "mw", 179, "formal", material="steel", patterns=SOLID),
    Cut("watch", "square", "square watch", "方盘手表", "wm", 129, "formal", material="leather", patterns=SOLID),
    Cut("socks", "crew", "ribbed socks", "罗纹袜子", "u", 9, season="winter", patterns=("solid", "striped", "dotted", "checked")),
    Cut("gloves", "leather", "leather gloves", "真皮手套", "wm", 49, "smart_casual", season="winter", material="leather", patterns=SOLID),
    Cut("gloves", "knit", "knitted gloves", "针织手套", "u", 19, season="winter", material="wool", patterns=("solid", "striped")),
    Cut("perfume", "bottle", "eau de parfum perfume", "淡香精香水", "w", 65, "party", material="glass", patterns=SOLID),
    Cut("equipment", "umbrella", "rain umbrella", "晴雨两用雨伞", "u", 29, season="autumn", material="nylon", patterns=("solid", "striped", "checked", "dotted")),
    Cut("home", "cushion", "ribbed cushion cover", "灯芯绒靠垫套", "u", 25, "home", season="winter", patterns=("solid", "striped", "checked", "floral")),
)  # fmt: skip


def _by_kind() -> Mapping[str, Mapping[str, Cut]]:
    table: dict[str, dict[str, Cut]] = defaultdict(dict)
    for cut in CUTS:
        table[cut.kind][cut.style] = cut
    return dict(table)


BY_KIND: Mapping[str, Mapping[str, Cut]] = _by_kind()
"""Kind → style → cut."""
