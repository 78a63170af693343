"""Hypothesis strategies for prose of the genre: sentences, paragraphs, articles."""

from __future__ import annotations

from hypothesis import strategies as st

PLACES = ("湄潭县", "繁昌区", "晋江市", "景宁畲族自治县", "璧山区", "宜都市", "全市", "团县委", "该县县委组织部")
DOINGS = (
    "实施“茶乡英才”计划", "开展年轻干部“墩苗”锻炼", "建立“一人一档”跟踪培养机制", "举办“青年夜校”", "落实党管人才原则",
    "推行“揭榜挂帅”制度", "优化“人才驿站”服务", "选派优秀干部到信访、招商、乡村振兴一线", "深化“双报到”",
)  # fmt: skip
RESULTS = (
    "引进高层次人才{n}名", "覆盖{n}个村（社区）", "完成投资{n}.6亿元", "办结实事{n}件，满意率98.7%", "培养“90后”科级干部{n}人",
    "签约项目{n}个（其中省级3个）", "拨付资金{n}万元", "建成工作站{n}家，入驻团队2至3个",
)  # fmt: skip
OPENINGS = ("2023年，", "今年以来，", "截至6月底，", "坚持“缺什么补什么”，", "", "在此基础上，")

sentences = st.builds(
    lambda opening, place, doing, results, number: (
        f"{opening}{place}{doing}，" + "，".join(r.format(n=number) for r in results) + "。"
    ),
    st.sampled_from(OPENINGS),
    st.sampled_from(PLACES),
    st.sampled_from(DOINGS),
    st.lists(st.sampled_from(RESULTS), min_size=1, max_size=3, unique=True),
    st.integers(1, 99999),
)
"""One sentence of 25 to 90 characters."""

paragraphs = st.lists(sentences, min_size=2, max_size=6).map("".join)
articles = st.lists(paragraphs, min_size=1, max_size=5)
