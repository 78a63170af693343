"""What programs send: the same forms over HTTP and in the tools for language models. An unknown field is refused."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from core.schema import Turn
from desk.limits import Limits

MOST_PASSAGES = 50
MOST_LISTED = 200
MOST_TEXT = 20_000
"""Characters of a document in one answer."""


def _whole(text: str) -> str:
    """Refuse half a character, which JSON can write but no text holds (its error is a `ValueError`)."""
    text.encode()
    return text


_Whole = AfterValidator(_whole)
Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), _Whole]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), _Whole]
_Year = Annotated[int, Field(ge=1, le=9999)]


class Form(BaseModel):
    """What all forms share."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LimitsForm(Form):
    """What a question or a search is limited to; what is left out does not limit."""

    place: _Name = Field(default="", description="省、市、区县的名称，如 四川省、达州、通川区；包括它下面的地方")
    from_year: _Year | None = Field(default=None, description="最早的年份，如 2021")
    to_year: _Year | None = Field(default=None, description="最晚的年份，如 2023")
    kind: _Name = Field(default="", description="体裁，如 通知、总结、讲话")
    collection: _Name = Field(default="", description="资料集的名称")

    @property
    def limits(self) -> Limits:
        """These limits as the desk takes them."""
        return Limits(self.place, self.from_year, self.to_year, self.kind, self.collection)


class TurnForm(Form):
    """One earlier message of the conversation."""

    role: Literal["user", "assistant"]
    content: Annotated[str, StringConstraints(max_length=20_000), _Whole]


History = Annotated[list[TurnForm], Field(max_length=40)]


def turns_of(history: History) -> tuple[Turn, ...]:
    """Return the earlier messages as the desk takes them."""
    return tuple(Turn(turn.role, turn.content) for turn in history)


class AskForm(Form):
    """A question."""

    question: Question = Field(description="问题，一句话")
    history: History = Field(default=[], description="先前的对话，从早到晚；追问时用")
    limits: LimitsForm = Field(default_factory=LimitsForm)
    stream: bool = Field(default=False, description="是否边生成边返回（server-sent events）")


class AskTool(LimitsForm):
    """A question as a tool takes it, the limits beside it."""

    question: Question = Field(description="问题，一句话，写明地方和时间")
    history: History = Field(default=[], description="先前的对话，从早到晚；追问时用")


class SearchForm(Form):
    """A search."""

    query: Question = Field(description="要找什么")
    k: int = Field(default=10, ge=1, le=MOST_PASSAGES, description="最多几段")
    limits: LimitsForm = Field(default_factory=LimitsForm)


class SearchQuery(LimitsForm):
    """A search with the limits beside it: in the query of an address, and as a tool takes it."""

    query: Question = Field(description="要找什么，几个词或一句话")
    k: int = Field(default=10, ge=1, le=MOST_PASSAGES, description="最多几段")


class ReadTool(Form):
    """A part of the text of a document."""

    document_id: str = Field(min_length=1, max_length=200, description="文档编号，见 ask 和 search 的结果")
    offset: int = Field(default=0, ge=0, le=1_000_000_000, description="从第几个字符读起，从 0 数")
    length: int = Field(default=MOST_TEXT, ge=1, le=MOST_TEXT, description="最多读几个字符")


class CorrectForm(Form):
    """A correction: columns of the side file and what they are to say."""

    article: int | None = Field(default=None, ge=1, description="第几篇，从 1 数起；不写则更正整份文档")
    set: dict[_Name, Annotated[str, StringConstraints(max_length=500), _Whole]] = Field(
        min_length=1, max_length=20, description="列和内容，如 {“市”: “达州”}；“无”表示没有，空的收回更正"
    )
