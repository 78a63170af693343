"""Names of files that people take away."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desk.filenames import content_disposition, file_name

RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("通川区今年办了几场招聘会，提供了多少岗位？", "通川区今年办了几场招聘会，提供了多少岗位.docx"),
        ("../../etc/passwd", "etc passwd.docx"),
        ("con", "_con.docx"),
        ("COM1.x", "_COM1.x.docx"),
        ('a"b;c\r\nSet-Cookie: x', "a b c Set-Cookie x.docx"),
        (" ？ ", "问答.docx"),
        ("甲\u202excod.exe", "甲 xcod.exe.docx"),
    ],
)
def test_names_say_the_question_and_nothing_else(question: str, name: str) -> None:
    assert file_name(question, ".docx") == name


@given(st.text(st.characters(), max_size=300), st.sampled_from(["docx", ".md", "../x", ""]))
@example("甲" * 100, "docx")
@example("𠀀" * 100, "docx")
@example("aux" + " " * 90, "md")
def test_no_question_makes_a_name_that_a_system_refuses(question: str, suffix: str) -> None:
    name = file_name(question, suffix)
    assert 0 < len(name) <= 80
    assert len(name.encode("utf-8")) <= 255
    assert not set(name) & set('<>:"/\\|?*;%')
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in name)
    assert name.split(".")[0].rstrip().lower() not in RESERVED
    assert name == name.strip(" .")
    assert re.fullmatch(
        r"attachment; filename=\"[A-Za-z0-9._-]+\"; filename\*=UTF-8''[A-Za-z0-9._~%-]+", content_disposition(name)
    )
