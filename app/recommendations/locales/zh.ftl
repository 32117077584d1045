# 推荐理由：只说确实成立的。
same-kind = { $source ->
    [item] 与您选的同类：{ $garment }
    [photo] 与照片同款：{ $garment }
   *[words] 正是您要的{ $garment }
}
same-colour = { $source ->
    [item] { $colour }，与您选的颜色一致
    [photo] { $colour }，与照片颜色一致
   *[words] { $colour }，正是您要的颜色
}
near-kind = { $source ->
    [item] { $garment }，接近您选的{ $other }
    [photo] { $garment }，接近照片中的{ $other }
   *[words] { $garment }，接近您要的{ $other }
}
near-colour = { $colour }，接近{ $wanted }
likely-kind = { $source ->
    [item] { $garment }，与您选的类型相近
   *[photo] { $garment }，与照片中的类型相近
}
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
is-the-one = 正是您指定的商品：{ $id }
has-brand = 您指定的品牌：{ $brand }
has-material = 您要的材质：{ $material }
matches-word = 名称中含有“{ $word }”
similar-look = { $source ->
    [item] 外观与您选的很相似
    [photo] 外观与照片很相似
   *[words] 外观符合您的描述
}
most-similar-look = { $source ->
    [item] 在这些推荐中外观最像您选的
   *[photo] 在这些推荐中外观最像照片
}
avoids = 按您的要求避开了{ $avoided }
despite = 含有您想避开的元素，但没有更接近的了
within-budget = 在您的预算{ $limit }以内
in-size = { $size }码有货
in-usual-size = 有您常穿的{ $size }码
not-in-usual-size = 您常穿的尺码暂时没有
take-size = { $fit ->
    [runs-small] 店家注明偏小：建议选{ $size }码，不选平时的{ $usual }码
   *[runs-large] 店家注明偏大：建议选{ $size }码，不选平时的{ $usual }码
}
fit-note = { $fit ->
    [runs-small] 店家注明偏小，可选大一码
    [runs-large] 店家注明偏大，可选小一码
    [true] 店家注明尺码标准
    [tight] 店家注明为修身版型
   *[loose] 店家注明为宽松版型
}
to-taste = 合您的口味，根据您之前喜欢或选择的款式
popular = 比店里多数商品更常被选中
lowest-price = 本次推荐中价格最低
well-rated = 评分{ $rating }（满分5分）
for-whom = { $gender ->
    [women] 女士款，符合您的要求
    [men] 男士款，符合您的要求
   *[unisex] 男女同款，符合您的要求
}
on-sale = 现在优惠{ $percent }%
nearest = { $source ->
    [item] 是本店中最接近您所选的之一
    [photo] 是本店中最接近照片的之一
   *[words] 是本店中最接近您要求的之一
}

# 商家未注明、由名称或图片推断的：只说“看起来”。
same-kind-inferred = { $source ->
    [item] 看起来与您选的同类：{ $garment }
    [photo] 看起来与照片同款：{ $garment }
   *[words] 看起来正是您要的{ $garment }
}
near-kind-inferred = { $source ->
    [item] 看起来是{ $garment }，接近您选的{ $other }
    [photo] 看起来是{ $garment }，接近照片中的{ $other }
   *[words] 看起来是{ $garment }，接近您要的{ $other }
}
same-colour-inferred = { $source ->
    [item] 看起来是{ $colour }，与您选的颜色一致
    [photo] 看起来是{ $colour }，与照片颜色一致
   *[words] 看起来是{ $colour }，正是您要的颜色
}
near-colour-inferred = 看起来是{ $colour }，接近{ $wanted }
likely-kind-inferred = { $source ->
    [item] 看起来是{ $garment }，与您选的类型相近
   *[photo] 看起来是{ $garment }，与照片中的类型相近
}
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

# 说明：为什么结果不多。
note-min-score = 只有{ $shown }件达到您要求的分数。
note-nothing-reaches = 没有商品达到您要求的分数，这些是最接近的。
note-filters = { $shown ->
    [0] 没有商品符合您的筛选条件。
   *[other] 只有{ $shown }件商品符合您的筛选条件。
}
note-outfits = 以现有库存无法围绕这件商品搭配出完整造型。
note-catalogue = 商品目录中没有更多合适的了。
