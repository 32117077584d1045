"""How shoppers turn things down, in English and Chinese: words before and after what they do not want."""

import re
from typing import Literal

Reach = Literal["object", "modifier", "next"]

# How far a cue reaches. "object": no black heels. "modifier": a not too formal dress (the dress is wanted).
# "next": non-black, 非黑色: the word that follows and no more.
FORWARD: tuple[tuple[Reach, str], ...] = (
    (
        "object",
        r"(?:\b(?:i|we|she|he|they) )?(?:\b(?:really|just|also) )?"
        r"\b(?:do not|don't|dont|does not|doesn't|doesnt|would not|wouldn't|will not|won't|would rather not|rather not)"
        r"(?: (?:really|particularly|ever|even|actually|much))?"
        r" (?:want|like|need|wear|love|fancy|include|show(?: me)?|suggest|recommend|give me|care for|enjoy|do|come with"
        r"|have)\b",
    ),
    ("object", r"(?:\b(?:i|we|she|he|they) )?\b(?:cannot|can not|can't|cant) (?:stand|wear|bear)\b"),
    (
        "object",
        r"\b(?:anything|everything|something|any|all|every|any colou?r|every colou?r|all colou?rs|in any colou?r)"
        r" (?:but|except(?: for)?|other th[ae]n|besides|apart from|aside from)\b",
    ),
    (
        "object",
        r"(?:\b(?:i'm|i am|we're|she's|he's|is|am) )?\bnot"
        r" (?:a (?:big )?fan of|into|keen on|interested in|fond of|looking for)\b"
        r"|(?:\b(?:with|has|have|having|says?) )?\b(?:no(?: more| thanks?(?: you)? to| to)?(?![-' ]?(?:one|where)\b))\b"
        r"|\bw/o\b",
    ),
    (
        "object",
        r"\b(?:without|avoid(?:ing)?|i hate|hate|dislike|exclud(?:e|ing)|skip|never|neither|nor|minus|sans|lacking"
        r"|lacks|except(?: for)?|other th[ae]n|rather than|instead of|apart from|aside from|free (?:of|from)|leave out"
        r"|zero|stay away from|steer clear of|none of|ban(?:ning)?)\b",
    ),
    (
        "modifier",
        r"\b(?:should|must|may|can|could)(?: not|n't| never) (?:be|have|contain|include|look)(?: (?:too|so|very|in))?\b"
        r"|\b(?:not|isn't|aren't|ain't|nothing)(?: (?:too|so|very|really|overly|that|all))?\b|\bless(?! than)\b",
    ),
    ("next", r"\bnon\b|(?:(?<=\s)|^)-(?=[^\W\d])"),
    (
        "object",
        r"(?:我)?(?:千万|最好|请)?(?:不想要|不想穿|不想买|不想看|不太想要|不太喜欢|不怎么喜欢|不大喜欢|不喜欢"
        r"|不要(?!太(?!阳|太)|那么)|不爱穿|不爱看|不爱|不想|不穿|不戴|不选|不看|不买|不推荐|不需要|不考虑|不接受|不能接受|不能穿"
        r"|别要|别给我|别买|别选|别推荐|别穿|别来|勿|谢绝|拒绝|讨厌|受不了|避免|避开|排除|去掉|除了|除开)",
    ),
    (
        "modifier",
        r"(?:不要是|不能是|不可以是|不能有|不可以有|不能带|别是|别有|别带|不是|不带有?|不含有?|没有|不太|不那么|不怎么"
        r"|不要太(?!阳|太)|不要那么|别太(?!阳|太)|别那么|不会太|少一?点)",
    ),
    ("next", r"(?:非|无|不|没|别|除)(?=\S)"),
)
CUE = re.compile("|".join(f"(?P<c{i}>{pattern})" for i, (_, pattern) in enumerate(FORWARD)))

_ENDS = r"(?= ?(?:$|[,.;!?，。；！？、)]))"
# What turns down the words before it: `sleeveless no`, `heels? no thanks`, 黑色不行, 红色以外的都可以.
BACKWARD = re.compile(
    r"(?P<one>-free\b)"
    r"|(?:\b(?:is|are|would be|will be) )?(?:\ban? )?\b(?:no(?:pe|[- ]go)?|not|absolutely not|no way|no thanks?"
    r"|no thank you|not (?:for me|please|wanted|ok|okay|allowed|my thing|an option)|unwanted|excluded|hell no)"
    r"(?: please| at all)?" + _ENDS + r"|(?:的)?(?:就|都|也|可|真的|绝对|一律|统统)?"
    r"(?:不行|不要|不考虑|不喜欢|不好|不可以|不想要|不想穿|不接受|不需要|不能要|除外|免谈"
    r"|算了|免了|达咩|pass|no)(?:了|的|哦|啊|吧|呢|哈|呀)?"
    + _ENDS
    + r"|(?:以外|之外|除外)(?:的)?(?:颜色|款式|其他|其它)?(?:都|也)?(?:行|可以|好|喜欢|ok)?"
)

# Phrases that look like a negation and are none.
PSEUDO = re.compile(
    r"\b(?:not only|not just|not necessarily|not sure|not bad|not much|not to mention|no matter|no problem|no idea"
    r"|no doubt|no preference|no rush|no need|no more than|no less than|why not|or not|if not|nothing but|never mind"
    r"|do not mind|don't mind|do not care(?! for)|don't care(?! for)|no worries|no pressure|no longer|no offen[cs]e"
    r"|no[- ](?:show|iron|wire|brainer)|no\.? ?\d+|non[- ]?(?:iron|slip|stop|stick|binary)|nothing else|not yet"
    r"|(?:i|we) (?:do not|don't|dont) have)\b"
    r"|不要紧|不仅|不但|不只|不限|不错|不管|不论|无论|无所谓|不过|不好意思|不一定|不介意|没关系|没问题|不知道|要不要|是不是|不妨|不得不"
    r"|(?:我|家里|还|已经|现在)没有|少一点钱"
)
TAIL = re.compile(
    r"(?: ones?\b)?(?:的)?(?:颜色|款式)?(?:以外|之外|外)?的?(?:其他|其它)?(?:颜色)?(?:都(?:行|可以|好|喜欢|ok))?"
)
