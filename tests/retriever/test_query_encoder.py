"""The model that embeds questions: it turns them to the passages that answer them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import EncoderError
from core.settings import Settings
from retriever.builtin.adapter import QUERY_ADAPTER
from retriever.builtin.model import ensure_query_encoder
from retriever.encoder import SentenceEncoder, open_encoder

RIGHT = "通川区推行人才安居，建成人才公寓312套，新引进的大学毕业生凭证明可免租金入住两年。"
OTHERS = [
    "年轻人租房子最怕遇到黑中介，这几个租房优惠的陷阱要当心，合租也要看清合同。",
    "召开青年工作联席会议，审议青年发展规划实施情况，部署下一阶段重点任务。",
    "赴成都、西安等地高校开展招聘12场，发布岗位460个，达成意向205人。",
]


@pytest.fixture(scope="module")
def encoders(model_folder: Path) -> tuple[SentenceEncoder, SentenceEncoder]:
    """With and without the query adapter."""
    settings = Settings.load(model_folder=model_folder)
    return open_encoder(settings), open_encoder(settings, adapted=False)


@pytest.mark.parametrize("question", ["刚毕业的娃去通川上班，住的地方能不能不花钱？", "外地学生来了给房子住不？"])
def test_a_question_in_everyday_words_is_turned_to_what_answers_it(
    encoders: tuple[SentenceEncoder, SentenceEncoder], question: str
) -> None:
    texts = encoders[0].encode_documents([RIGHT, *OTHERS])
    adapted, plain = (encoder.encode_queries([question])[0] @ texts.T for encoder in encoders)
    assert adapted.argmax() == 0
    assert adapted[0] - adapted[1:].max() > plain[0] - plain[1:].max()


def test_documents_are_embedded_as_before_so_that_a_library_stays_good(
    encoders: tuple[SentenceEncoder, SentenceEncoder],
) -> None:
    adapted, plain = encoders
    assert adapted.name == plain.name
    assert np.array_equal(adapted.encode_documents(OTHERS), plain.encode_documents(OTHERS))


def test_a_question_has_a_vector_of_unit_length(encoders: tuple[SentenceEncoder, SentenceEncoder]) -> None:
    assert np.allclose(np.linalg.norm(encoders[0].encode_queries([RIGHT, "？"]), axis=1), 1, atol=1e-5)


def test_the_file_that_ships_is_small_and_tells_its_licence() -> None:
    assert QUERY_ADAPTER.stat().st_size < 10_000_000
    card = QUERY_ADAPTER.with_name("QUERY_ADAPTER.md").read_text("utf-8")
    assert "CC BY-SA" in card and "train-queries" in card


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 half of a file"])
def test_a_missing_or_damaged_adapter_is_one_clear_sentence(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "queries.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EncoderError, match=r"queries\.npz.*缺失或已损坏.*。$"):
        ensure_query_encoder(tmp_path / "models", lambda stage, done: None, adapter=path)
    assert not list((tmp_path / "models").glob("*/model.onnx"))
