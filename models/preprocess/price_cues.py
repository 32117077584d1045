"""How prices are worded, in English and Chinese: currencies, cues before and after an amount, what is no price."""

import re
from decimal import Decimal

from models.preprocess.numbers import NUMBER

ABOUT = Decimal("0.2")
"""`around 50 euros`, and plain `a 50 euro dress`, admit a fifth more or less."""

BARE_FLOOR = 50
"""`200到300` without a currency is a price; `36到38` is none."""

NO_AGE = 100
"""`over 50` may be an age, `over 100` is none."""

ADULT = 18
MOST = Decimal(100_000_000)
LEAST = 5
"""`at most two` counts something."""

ONE_DIGIT = 10
YEARS = range(1900, 2101)

# ISO 4217 codes that a word or sign may stand for.
CURRENCIES: tuple[tuple[str, str], ...] = (
    (r"us\$|usd|us dollars?|bucks|美元|美金|刀", "USD"),
    (r"€|euros?|eur|欧元|欧", "EUR"),
    (r"£|gbp|pounds?|quid|英镑|镑", "GBP"),
    (r"人民币|元钱?|块钱?|cny|rmb|yuan", "CNY"),
    (r"日元|日圆|jpy|yen", "JPY"),
    (r"¥", "CNY JPY"),
    (r"hk\$|hkd|港币|港元", "HKD"),
    (r"nt\$|twd|新?台币", "TWD"),
    (r"₹|rupees?|inr|卢比", "INR"),
    (r"chf|francs?|瑞士法郎", "CHF"),
    (r"sek|nok|dkk|kr|kronor|kroner", "SEK NOK DKK"),
    (r"zł|pln|zloty", "PLN"),
    (r"a\$|aud", "AUD"),
    (r"c\$|cad", "CAD"),
    (r"\$|dollars?", "USD CAD AUD NZD SGD HKD TWD MXN"),
)
NAMES = sorted((name for names, _ in CURRENCIES for name in names.split("|")), key=len, reverse=True)
SIGN = "|".join(NAMES)
LATIN_END = r"(?![A-Za-z])"
BEFORE = rf"(?:(?<![A-Za-z])(?:{SIGN}) ?)"
AFTER = rf"(?:\+?[多来]? ?(?:{SIGN})(?:{LATIN_END}|(?<![A-Za-z]))(?![素旦宵老]))"
AMOUNT = re.compile(
    rf"(?P<before>{BEFORE})?(?<![\w.,/'])(?<![A-Za-z]-)(?P<number>{NUMBER})(?P<after>{AFTER})?"
    rf"|(?P<before_zh>{BEFORE})?(?<![\d.,/'])(?<![A-Za-z]-)(?P<number_zh>{NUMBER})(?P<after_zh>{AFTER})?",
    re.IGNORECASE,
)
# What a bare number must not be followed by: measures, counts, ages, styles, further digits.
NO_PRICE = re.compile(
    r"[\d%°'’\"″/*+#]|\.\d|-?(?:\d|[a-z])"
    r"| ?(?:years?|yrs?|yo|y/o|months?|days?|weeks?|hours?|cm|mm|inch(?:es)?|ft|feet|kg|kilos?|lbs?|g\b|oz|den(?:ier)?"
    r"|percent|degrees?|pieces?|pcs|items?|pairs?|pack|colou?rs?|people|ct|carats?|karats?|k\b)"
    r"| ?(?:岁|码|号|厘米|公分|毫米|英寸|寸|米(?![色白黄])|斤|公斤|千克|年(?!轻)"
    r"|月|日(?![系常])|天|小时|件|条(?!纹)|双|款|个(?!性)|只(?![要想能])|套|位|人(?![字造])"
    r"|色|度|折|层|季|分|点|楼|克|后|代|种|样|次|般|些|切|直|定|律|旦|边|共)",
    re.IGNORECASE,
)
DISCOUNT = re.compile(r" ?(?:off\b|discount|coupon|voucher|gift ?card|优惠|折扣|代金|红包)", re.IGNORECASE)
CLASSIFIED = re.compile(r"(?:手表|腕表|表|布|面料|方巾|头巾|丝巾|围巾|披肩)")
BODY = re.compile(
    r"(?:身高|体重|年龄|胸围|腰围|臀围|肩宽|鞋码|尺码|码数|size|height|weight|waist|chest|bust|age|aged|no\.?|number)"
    r"(?:是|为|约| is| of|:)? ?$",
    re.IGNORECASE,
)
YOUNG = re.compile(
    r"(?:kids?|child(?:ren)?|boys?|girls?|toddlers?|baby|babies|teens?|孩子|儿童|宝宝) (?:\w+ )?$", re.IGNORECASE
)
PEOPLE = re.compile(
    r"(?:wom[ae]n|m[ae]n|lad(?:y|ies)|people|persons?|mums?|moms?|mothers?|anyone) (?:\w+ )?$", re.IGNORECASE
)
# A number may follow these without a sign: `100+`, `50ish`.
PRICE_AFTER_ALL = re.compile(r"\+(?!\w)|-?ish\b", re.IGNORECASE)


def at_end(cue: str) -> str:
    """A pattern for text that ends in `cue`, itself no end of a longer word."""
    return rf"(?<![A-Za-z])(?:{cue}) ?$"


def at_start(cue: str) -> str:
    return rf" ?(?:{cue})"


_PRICE = (
    r"(?:that|which) costs?|costing|priced(?: at)?"
    r"|(?:at )?(?:an? |the )?(?:price|cost)s?(?: range| tag)?(?: of| is|:)?(?: (?:should|must|has to|can|to) be)?"
    r"|(?:价格区间|价格|价位|价钱|售价|预算)(?:在|是|为|要)?:?"
)
PRICE_OF = re.compile(at_end(_PRICE), re.IGNORECASE)
PRICED = re.compile(at_end(rf"{_PRICE}|for|at|比"), re.IGNORECASE)
SPEND = (
    r"(?:i |we )?(?:nothing|no|not|(?:do not|don't|cannot|can't|can not|won't|will not)"
    r"(?: (?:want|going|like|willing))?(?: to)?"
    r"(?: spend| pay| go| cost)(?: anything)?) (?:much )?(?:over|above|more than|beyond|exceeding)"
)
MAX_BEFORE = (
    rf"{SPEND}|no more than|not more than|not exceeding|not over|under|below|beneath|(?:for )?less than|lower than"
    r"|cheaper than|up ?to|at (?:the )?most|max(?:imum|\.)?(?: of| price(?: of| is)?)?:?|within|<=?|≤"
    r"|(?:with )?(?:an? |my |the |our )?(?:max(?:imum)? )?budget(?: of| is|:)?(?: (?:around|about|up to|under|max))?"
    r"|(?:价格|价位|预算)?(?:在|要|是)?(?:千万)?(?:不要|不能|别|不)(?:超过|高于|多于|大于|贵过)"
    r"|(?:价格|价位)?(?:低于|少于|小于|不到|便宜过|便宜于)"
    r"|(?:价格)?(?:最多|至多|最高|顶多|封顶|上限)(?:是|为)?|(?:价格|预算)?控制在|总?预算(?:是|为|在|只有|大概|大约|约|就|有)?"
)
MIN_BEFORE = (
    r"no less than|not less than|not under|not below|over|above|more than|at least|from|starting (?:at|from)"
    r"|min(?:imum|\.)?(?: of| price(?: of)?)?:?|upwards of|>=?|≥"
    r"|(?:价格|价位)?(?:不要|不能|别|不)(?:低于|少于|小于)|(?:价格|价位)?(?:超过|高于|大于)|(?:至少|最少|起码|最低)(?:要)?"
)
NOT_FROM = re.compile("(?:不要|不想要|不考虑|不买|别买|别要|别)$")
"""Before an amount with a `MIN_AFTER`: 不要300以上的 is a maximum."""
ABOUT_BEFORE = r"around|about|roughly|approx(?:imately|\.)?|circa|nearly|~|(?:价格|价位)?(?:大概|大约|约|差不多)"
RANGE_BEFORE = r"(?:anything |somewhere )?(?:between|from)|(?:价格|价位|预算)?(?:介于|从|在)"
MAX_AFTER = (
    r"(?:or|and) (?:less|under|below|cheaper)\b(?! ?[€$£¥\d])|max(?:imum)?\b|tops\b|at most\b|or so at most\b"
    r"|(?:左右)?(?:以内|以下|之内|之下|内|封顶|往下|为上限)(?:的)?|便宜的?"
)
MIN_AFTER = r"(?:or|and) (?:more|up|above|over|upwards?)\b(?! ?[€$£¥\d])|\+|(?:以上|之上|往上|起步|起)(?:的)?"
ABOUT_AFTER = r"or so\b|ish\b|-ish\b|(?:多|来)?(?:左右|上下|附近)(?:的)?"
JOINED = re.compile(r" ?(?:-|–|—|~|to|and|until|till|到|至|和) ?", re.IGNORECASE)
WHOLE = re.compile(
    r"\boutfits?\b|\b(?:whole|entire|complete|full|total|head[- ]to[- ]toe) (?:\w+ )?looks?\b"
    r"|\blooks?,? (?:for |that costs |costing )?(?:under|below|within|less than|max|up to|at most)\b"
    r"|\b(?:in total|altogether)\b"
    r"|全身|一身|整套|全套|一整套|搭配|穿搭|总共|一共|总价|总预算"
    r"|一套(?!\w{0,4}(?:西装|西服|睡衣|内衣|运动服|泳衣|泳装|家居服|套装|首饰|比基尼))",
    re.IGNORECASE,
)
CLAUSE = re.compile(r"[,;.!?，；。！？](?!\d)|\b(?:and|but)\b")
