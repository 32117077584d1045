# 一套搭配的建议：开头、要点、小贴士各一句。每个属性是一种说法，开头各不相同。

occasion-phrase = { $occasion ->
    [casual] 日常
    [sports] 运动
    [formal] 上班或正式场合
    [smart_casual] 商务休闲场合
    [party] 聚会庆典
    [ethnic] 传统节庆
    [travel] 出游
   *[home] 居家
}

opens-given =
    .pair = 您的{ $anchor }可以搭配{ $pieces }。
    .with = 用{ $pieces }搭配您的{ $anchor }。
    .around = 围绕您的{ $anchor }，配上{ $pieces }。
    .choose = 要衬托您的{ $anchor }，不妨选{ $pieces }。
    .try = 试试用{ $pieces }来配您的{ $anchor }。
    .already = 有了您的{ $anchor }，再添{ $pieces }就成套了。
    .this = 这一套以您的{ $anchor }为中心，加上{ $pieces }。
    .good = { $pieces }与您的{ $anchor }很合得来。
opens-given-finished =
    .first = 先用{ $core }搭您的{ $anchor }，再以{ $extras }收尾。
    .base = { $core }配您的{ $anchor }打底，{ $extras }用来点缀。
    .whole = 想要完整的一套，就用{ $core }配您的{ $anchor }，再加{ $extras }。
    .only = 最简单的穿法：您的{ $anchor }配{ $core }，最后添上{ $extras }。
    .let = 让{ $core }衬托您的{ $anchor }，再用{ $extras }添些细节。
    .main = 主角是您的{ $anchor }，{ $core }是搭档，{ $extras }是点睛之笔。
opens-given-for =
    .for = { $phrase }穿的话，可以用{ $pieces }搭配您的{ $anchor }。
    .mind = 考虑到{ $phrase }的需要，建议您的{ $anchor }配{ $pieces }。
    .dress = 想把您的{ $anchor }穿出{ $phrase }的样子，就配{ $pieces }。
    .if = 要是{ $phrase }穿，选{ $pieces }来配您的{ $anchor }正合适。

opens-built =
    .main = 这套以{ $anchor }为主，搭配{ $pieces }。
    .start = 从{ $anchor }开始，加上{ $pieces }。
    .lead = { $anchor }是主角，{ $pieces }来陪衬。
    .take = 选定{ $anchor }，再配{ $pieces }。
    .try = 试试{ $anchor }加{ $pieces }的组合。
    .wear = 给{ $anchor }配上{ $pieces }。
    .whole = 整套的重点是{ $anchor }，其余是{ $pieces }。
    .with = 用{ $pieces }来衬托{ $anchor }。
opens-built-finished =
    .first = 先选{ $anchor }，配{ $core }，再以{ $extras }收尾。
    .base = 打底用{ $anchor }配{ $core }，点缀交给{ $extras }。
    .tone = 由{ $anchor }定下基调，{ $core }呼应，最后加上{ $extras }。
    .puts = 这一身用{ $core }配{ $anchor }，再添{ $extras }。
    .only = 已经成形的是{ $anchor }与{ $core }，只差{ $extras }。
    .let = 让{ $core }衬托{ $anchor }，再用{ $extras }添些细节。
opens-built-for =
    .for = { $phrase }穿的话，可以从{ $anchor }入手，配{ $pieces }。
    .mind = 考虑到{ $phrase }的需要，建议用{ $anchor }配{ $pieces }。
    .if = 要是{ $phrase }穿，{ $anchor }加{ $pieces }正合适。
    .need = 为{ $phrase }准备一身，选{ $anchor }和{ $pieces }就好。

occasion-suits =
    .easy = { $occasion ->
        [casual] 整体轻松自在，适合日常穿着
        [sports] 整体便于活动，适合运动
        [formal] 整体得体，适合上班或正式场合
        [smart_casual] 整体介于正式与休闲之间
        [party] 整体足够隆重，适合聚会庆典
        [ethnic] 整体保持传统的节日风格
        [travel] 整体适合旅途穿着
       *[home] 整体适合居家放松
    }{ $season ->
        [none] 。
       *[other] ，而且大多适合{ $season }穿。
    }
    .every = 每一件都适合{ $phrase }穿{ $season ->
        [none] 。
       *[other] ，也大多是{ $season }的款式。
    }
    .nothing = { $phrase }穿，没有哪一件会显得突兀{ $season ->
        [none] 。
       *[other] ，其中大多适合{ $season }穿。
    }
    .chosen = { $season ->
        [none] 这几件都是照着{ $phrase }的需要挑的。
       *[other] 这几件都是照着{ $season }{ $phrase }的需要挑的。
    }
season-most =
    .most = 其中大多适合{ $season }穿。
    .season = 季节也对：多数是{ $season }的款式。
    .stays = 整套偏向{ $season }，大部分单品都是为这个季节准备的。
budget-within =
    .comes = 需要购买的单品共{ $total }，在您的预算{ $budget }以内。
    .covers = 要买的几件加起来{ $total }，{ $budget }的预算够用。
    .stays = 全部买齐是{ $total }，没有超出您的{ $budget }。

colours-neutral =
    .quiet = { $count ->
        [one] { $colours }是低调的中性色，让版型和质感成为重点。
       *[other] { $colours }都是百搭的中性色，彼此协调，不会抢眼。
    }
    .calm = { $count ->
        [one] 只用{ $colours }，沉稳耐看，单品也容易再搭。
       *[other] 颜色控制在{ $colours }之间，沉稳耐看，单品也容易再搭。
    }
    .loud = 没有张扬的颜色，{ $colours }把注意力留给剪裁和质感。
    .later = 有{ $colours }打底，想添一点亮色也很容易。
colours-accent =
    .one = { $accent }是全身唯一的亮色，周围的中性色正好把它衬托出来。
    .quiet = 中性色退后一步，{ $accent }自然成为焦点。
    .eye = 其余都是中性色，目光会先落在{ $accent }上。
    .only = 一点{ $accent }配上沉稳的中性色，很难出错。
colours-single =
    .line = 全身统一用{ $accent }，线条干净利落。
    .tones = 从上到下都是{ $accent }，同色系显得讲究。
    .one = 始终保持{ $accent }，身形会显得更修长。
colours-complementary =
    .wheel = { $first }与{ $second }在色环上相对，互相映衬，格外出彩。
    .opposites = { $first }和{ $second }是一对互补色，放在一起都更鲜亮。
    .glow = 论衬托{ $first }，互补的{ $second }最合适。
colours-analogous =
    .wheel = { $first }与{ $second }在色环上相邻，过渡自然柔和。
    .step = 从{ $first }到{ $second }只差一步，颜色衔接得很顺。
    .close = { $first }和{ $second }是邻近色，整体显得柔和。
colours-contrast =
    .plain = { $first }与{ $second }形成鲜明对比，其余部分保持简洁就好。
    .meant = { $first }撞{ $second }，要的就是这份对比。
    .two = 颜色的戏都在{ $first }和{ $second }上，不必再添别的。
colours-many =
    .lively = { $colours }放在一起活泼醒目，适合想要亮眼的日子。
    .bold = 同时用上{ $colours }很大胆，就让颜色当主角吧。
colours-accent-soft =
    .only = 中性色之中只有{ $accent }，柔和不刺眼。
    .warm = 一抹{ $accent }配中性色，温和耐看。
    .quiet = 在中性色的映衬下，{ $accent }不张扬也不会被忽略。
colours-touch =
    .touch = { $piece }给一身中性色添了一点{ $accent }。
    .small = 全身中性色，只有{ $piece }带来少许{ $accent }，恰到好处。
colours-multi =
    .enough = { $piece }的颜色已经够丰富，其余用中性色压住正好。
    .star = 色彩都集中在{ $piece }上，周围的中性色让它更出彩。

tip-tuck-in =
    .tuck = 把{ $first }下摆束进去，腰线更清楚。
    .smooth = { $first }收进{ $second }里，看上去更利落。
tip-half-tuck =
    .half = { $first }只把前摆塞进去，随性又显腿长。
    .loose = 前面塞一点，后面放下来，{ $first }这样穿更自在。
tip-skirt-waist =
    .waist = 把{ $first }束进{ $second }的腰里，线条更修长。
    .knot = 如果{ $first }偏宽松，束进{ $second }里，腰线才看得见。
tip-open-layer =
    .open = { $second }敞开穿，让里面的{ $first }露出来。
    .frame = 不扣的{ $second }像画框一样衬着{ $first }。
    .close = 到了室内就敞开{ $second }，别把{ $first }藏起来。
tip-over-shoulders =
    .warm = 天热时把{ $first }披在肩上，比拎在手里好看。
    .drape = { $first }披在肩头，{ $second }依然看得见。
tip-turn-up =
    .once = { $first }的裤脚卷一道，正好露出{ $second }。
    .ankle = 裤脚挽起来一点，{ $second }更显眼。
tip-trouser-break =
    .touch = { $first }的长度刚好碰到{ $second }最好，再长就拖沓了。
    .hem = 试{ $first }时先穿上{ $second }，裤脚不堆叠才合身。
tip-thin-layer =
    .thin = { $first }里面加一层薄的，比外面套厚的更保暖。
    .layers = 天再冷些，就在{ $first }里面加一层薄衣。
tip-dress-jewellery =
    .one = 配{ $first }，首饰一件就够，耳饰或项链二选一。
    .hem = 出门前站着、坐着都照照镜子，看看{ $first }的裙摆。
tip-earrings =
    .hair = 把头发别到耳后，{ $first }才看得见。
    .neck = 戴了{ $first }，颈间就留白吧。
tip-neck =
    .alone = 颈间有{ $first }就够了，不必再叠加。
    .clear = 领口留出空间，{ $first }才服帖。
tip-two-wrists =
    .wrists = { $first }和{ $second }分戴两只手，不会互相抢眼。
tip-watch =
    .wrist = 戴{ $first }的那只手不必再添别的。
    .hand = { $first }戴在不常用的那只手上，更耐用。
tip-belt =
    .tuck = 系了{ $first }，{ $second }最好束进去，不然就白系了。
    .buckle = 让{ $first }的扣头对准裤门襟，细节更整齐。
tip-tie =
    .tip = { $first }的尖端落在裤腰处，不长不短。
    .knot = { $first }的结要收到{ $second }领口，不留空隙。
tip-scarf =
    .knot = { $first }松松打个结，两端自然垂下。
    .ends = 想利落就把{ $first }两端收好，想随意就放在外面。
tip-sunglasses =
    .outside = { $first }在室外戴就好，进屋记得摘下。
    .case = 带上眼镜盒，{ $first }不怕压坏。
tip-clutch =
    .light = { $first }只装必需品，塞满就变形了。
    .arm = 需要腾出手时，把{ $first }夹在腋下。
tip-handbag =
    .hand = { $first }拎在手里，比背在肩上更显正式。
    .full = { $first }别装太满，能轻松合上才有型。
tip-backpack =
    .straps = { $first }的肩带收短一些，背得高更精神。
    .both = { $first }双肩背，衣服才不会被拉歪。
tip-cap =
    .brow = { $first }戴在眉毛上方，眼睛要露出来。
    .indoors = 进了室内摘下{ $first }，整个人会更正式一点。
tip-lace =
    .lace = 出发前把{ $first }的鞋带在脚踝处系紧。
    .room = 试{ $first }时，穿上您运动时的袜子。
tip-spare =
    .spare = { $second }里多带一件{ $first }，运动完可以换。
tip-heels =
    .home = { $first }先在家里穿一两个小时，当天会舒服得多。
    .steps = 穿{ $first }提前走走楼梯，当天更从容。
tip-sandals =
    .socks = 穿{ $first }就别穿袜子了。
    .feet = { $first }要光脚穿才好看。
tip-low-socks =
    .low = 选不过脚踝的袜子，{ $first }的线条才干净。
    .bare = { $first }和{ $second }之间露出腿部，别露袜子。
tip-leave-out =
    .out = { $first }放在{ $second }外面穿，不要束进去。
    .fall = 让{ $first }自然垂在{ $second }外面。
tip-saree =
    .pin = { $first }的褶子在肩头别好，双手才自由。
    .shoes = 先穿好鞋再披{ $first }，裙边长度才合适。
tip-clean-shoes =
    .clean = { $first }要擦得干干净净，正式场合先看鞋。
    .socks = 袜子的颜色跟着{ $first }或{ $second }走，别跳出来。
tip-pattern =
    .only = 有{ $pattern }{ $piece }就够了，其余添的都选素色。
    .add = 穿了{ $pattern }{ $piece }，再添别的就选素色。
tip-echo =
    .picks = { $second }呼应了{ $first }的{ $colour }，整套更统一。
    .twice = { $colour }出现了两次，{ $first }和{ $second }，看得出用了心。
    .returns = { $first }的{ $colour }在{ $second }上又出现了，前后照应。
tip-light-above =
    .face = 浅色{ $first }配深色{ $second }，目光会落在脸上。
    .ground = 深一些的{ $second }压得住浅色{ $first }。
tip-dark-above =
    .down = 深色{ $first }配浅色{ $second }，重心在上，脸旁可以添一点亮色。
tip-any =
    .mirror = 整套一起试穿再决定，镜子最有发言权。
    .walk = 穿上走一走、坐一坐、抬抬手，在家觉得紧，出门会更紧。
    .photo = 拍张照看看，比例比照镜子更清楚。
    .swap = 一次只换一件，换到像自己为止。

fit-runs-small =
    .notes = 店家注明{ $piece }偏小，可以选大一码。
    .order = { $piece }建议比平时大一码，因为店家说明它偏小。
fit-runs-large =
    .notes = 店家注明{ $piece }偏大，小一码可能更合身。
    .order = { $piece }可以比平时小一码，因为店家说明它偏大。
fit-true =
    .notes = 店家注明{ $piece }尺码标准，按平时的码选即可。
fit-tight =
    .notes = 店家注明{ $piece }是修身版型，喜欢宽松就选大一码。
    .close = 按店家的说明，{ $piece }比较贴身。
fit-loose =
    .notes = 店家注明{ $piece }是宽松版型，搭配的衣服可以合身一些。
    .room = 按店家的说明，{ $piece }本来就是宽松的穿法。
fit-says =
    .says = 关于{ $piece }，店家说明：“{ $advice }”
fit-runs-small-usual =
    .notes = 店家注明{ $piece }偏小，您平时穿{ $usual }码，这次建议选{ $size }码。
    .order = { $piece }建议选{ $size }码而不是平时的{ $usual }码，因为店家说明它偏小。
fit-runs-large-usual =
    .notes = 店家注明{ $piece }偏大，您平时穿{ $usual }码，这次建议选{ $size }码。
    .order = { $piece }建议选{ $size }码而不是平时的{ $usual }码，因为店家说明它偏大。
size-usual =
    .stock = 您常穿的{ $size }码，{ $pieces }有货。
    .ready = { $pieces }现在就有您常穿的{ $size }码。
size-in-stock =
    .stock = 您要的{ $size }码，{ $pieces }有货。
    .ready = { $pieces }的{ $size }码现在有货。

slot-noun = { $slot ->
    [top] 上衣
    [bottom] 下装
    [one_piece] 连身装
    [outerwear] 外套
    [footwear] 鞋子
    [bag] 包
    [headwear] 帽子
    [eyewear] 眼镜
   *[other] 单品
}

writer-system =
    您是店里的搭配师。请用中文给顾客写两到三句简短的搭配建议：什么配什么、适合什么场合、再加一条穿着小贴士。只能使用下面的事实，不要提到其他单品、颜色、图案、材质、品牌、场合或价格。不要列表，不要问候，不要引用。
writer-own = 顾客自己的衣物：{ $value }
writer-pieces = 店里的单品：{ $value }
writer-note = 事实：{ $value }
writer-occasion = 适合的场合：{ $value }
writer-total = 这几件合计：{ $value }
writer-budget = 顾客的预算（没有超出）：{ $value }
writer-draft = 内容属实的平实说法，请在此基础上写得更好：{ $value }
