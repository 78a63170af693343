from __future__ import annotations

from ingest.formats.plain import lines_of


def test_a_table_of_markdown_has_its_headers_in_each_row() -> None:
    text = "引才情况如下：\n\n| 单位 | 人数 | 备注 |\n|---|:--:|---|\n| 县医院 | 3 | 博士\\|硕士 |\n| 县一中 | 2 |  |\n\n下一步继续。\n| 不是表 |"
    assert [(line.text, line.origin.paragraph) for line in lines_of(text)] == [
        ("引才情况如下：", 1),
        ("单位：县医院；人数：3；备注：博士|硕士", 5),
        ("单位：县一中；人数：2", 6),
        ("下一步继续。", 8),
        ("| 不是表 |", 9),
    ]
