# 推荐理由：只说确实成立的。
same-kind = { $source ->
    [photo] 与照片同款：{ $garment }
   *[words] 正是您要的{ $garment }
}
same-colour = { $source ->
    [photo] { $colour }，与照片颜色一致
   *[words] { $colour }，正是您要的颜色
}
near-colour = { $colour }，接近{ $wanted }
has-pattern = { $pattern }，正合您的要求
for-occasion = { $occasion ->
    [casual] 适合日常休闲穿着
    [sports] 适合运动时穿
    [formal] 适合上班和正式场合
    [smart_casual] 适合商务休闲场合
    [party] 适合聚会和庆典
    [ethnic] 适合传统与节日场合
    [travel] 适合旅行
   *[home] 适合居家
}
for-season = 适合{ $season }穿
matches-word = 名称中含有“{ $word }”
similar-look = { $source ->
    [photo] 外观与照片很相似
   *[words] 外观符合您的描述
}
avoids = 按您的要求避开了{ $avoided }
despite = 含有您想避开的元素，但没有更接近的了
within-budget = 在您的预算{ $limit }以内
in-size = { $size }码有货
on-sale = 现在优惠{ $percent }%
nearest = 是本店中最接近您要求的之一

# 商家未注明、由名称或图片推断的：只说“看起来”。
same-kind-inferred = { $source ->
    [photo] 看起来与照片同款：{ $garment }
   *[words] 看起来正是您要的{ $garment }
}
same-colour-inferred = { $source ->
    [photo] 看起来是{ $colour }，与照片颜色一致
   *[words] 看起来是{ $colour }，正是您要的颜色
}
near-colour-inferred = 看起来是{ $colour }，接近{ $wanted }
has-pattern-inferred = 看起来是{ $pattern }，正合您的要求
for-occasion-inferred = { $occasion ->
    [casual] 看起来适合日常休闲穿着
    [sports] 看起来适合运动时穿
    [formal] 看起来适合上班和正式场合
    [smart_casual] 看起来适合商务休闲场合
    [party] 看起来适合聚会和庆典
    [ethnic] 看起来适合传统与节日场合
    [travel] 看起来适合旅行
   *[home] 看起来适合居家
}
for-season-inferred = 看起来适合{ $season }穿

# 搭配建议。
goes-with = 您的{ $anchor }可以搭配{ $pieces }。
built-on = 这套以{ $anchor }为主，搭配{ $pieces }。
colours-neutral = { $count ->
    [one] { $colours }是低调的中性色，让版型和质感成为重点。
   *[other] { $colours }都是百搭的中性色，彼此协调，不会抢眼。
}
colours-accent = { $accent }是全身唯一的亮色，周围的中性色正好把它衬托出来。
colours-single = 全身统一用{ $accent }，线条干净利落。
colours-complementary = { $first }与{ $second }在色环上相对，互相映衬，格外出彩。
colours-analogous = { $first }与{ $second }在色环上相邻，过渡自然柔和。
colours-contrast = { $first }与{ $second }形成鲜明对比，其余部分保持简洁就好。
colours-many = { $colours }放在一起活泼醒目，适合想要亮眼的日子。
suits = { $occasion ->
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
for-the-season = 其中大多适合{ $season }穿。
in-budget = 需要购买的单品共{ $total }，在您的预算{ $budget }以内。

# 说明：为什么结果不多。
note-min-score = 只有{ $shown }件达到您要求的分数。
note-nothing-reaches = 没有商品达到您要求的分数，这些是最接近的。
note-filters = { $shown ->
    [0] 没有商品符合您的筛选条件。
   *[other] 只有{ $shown }件商品符合您的筛选条件。
}
note-catalogue = 商品目录中没有更多合适的了。
