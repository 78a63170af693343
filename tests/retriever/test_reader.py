"""The built-in evidence reader itself, and its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import EncoderError
from core.schema import EvidenceReader
from core.settings import Settings
from retriever.builtin.adapter import READER_ADAPTER, load_adapter, save_adapter
from retriever.builtin.model import ensure_reader
from retriever.reader import open_reader
from retriever.windows import shown

HOUSES = shown("四川省达州市通川区 通川区人才安居工作情况", "建成人才公寓312套，其中精装房80套，已入住青年人才205名。")
OTHERS = [
    shown("四川省达州市通川区 通川区人才安居工作情况", "召开人才安居工作推进会，要求各部门压实责任，加快项目建设。"),
    shown("四川省达州市通川区 通川区人才招引工作情况", "赴成都、西安等地高校开展招聘12场，发布岗位460个。"),
    shown("四川省达州市通川区 通川区老旧小区改造", "改造老旧小区40个，惠及居民9600户，加装电梯35部。"),
]


@pytest.fixture(scope="module")
def reader(model_folder: Path) -> EvidenceReader:
    found = open_reader(Settings.load(model_folder=model_folder))
    assert found is not None
    return found


@pytest.mark.parametrize("question", ["通川区建成人才公寓多少套？", "通川区给人才盖了几套房子", "人才公寓 套数"])
def test_what_answers_is_told_from_what_is_about_the_same(reader: EvidenceReader, question: str) -> None:
    right, *others = reader.read(question, [HOUSES, *OTHERS])
    assert right > max(others)


def test_a_question_that_nothing_answers_gets_low_odds(reader: EvidenceReader) -> None:
    answered = reader.read("通川区建成人才公寓多少套？", [HOUSES, *OTHERS]).max()
    unanswered = reader.read("通川区今年评选了几位劳动模范？", [HOUSES, *OTHERS]).max()
    assert answered > 0 > unanswered


def test_a_text_gets_the_same_odds_whatever_stands_beside_it(reader: EvidenceReader) -> None:
    question = "发布了多少个岗位"
    together = reader.read(question, OTHERS)
    alone = [reader.read(question, [text])[0] for text in OTHERS]
    assert np.array_equal(together, np.array(alone, np.float32))
    assert reader.read(question, []).shape == (0,)


def test_odd_and_endless_input_is_read(reader: EvidenceReader) -> None:
    odds = reader.read("问" * 3000 + "\ud800", ["", "\ud83d", "文" * 5000])
    assert np.isfinite(odds).all()


def test_without_a_reader_none_is_opened(tmp_path: Path) -> None:
    assert open_reader(Settings.load(reader="none", data=tmp_path)) is None
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"找不到模型 no/such.*ORGASK_READER"):
        open_reader(Settings.load(reader="no/such", data=tmp_path))


def test_the_file_that_ships_is_small_and_tells_its_licence() -> None:
    assert READER_ADAPTER.stat().st_size < 10_000_000
    card = READER_ADAPTER.with_name("READER.md").read_text("utf-8")
    assert "CC BY-SA" in card and "train-reader" in card


def test_an_adapter_comes_back_as_it_was_within_its_steps(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    matrix = rng.normal(0, 0.01, (64, 96)).astype(np.float32)
    bias, head = rng.normal(size=96).astype(np.float32), rng.normal(size=(4, 8)).astype(np.float32)
    save_adapter(tmp_path / "a.npz", {"bert.w": matrix, "bert.b": bias}, {"out.weight": head})
    found = load_adapter(tmp_path / "a.npz")
    step = np.abs(matrix.reshape(-1, 32)).max(axis=1, keepdims=True) / 7
    assert (np.abs(found["bert.w"].reshape(-1, 32) - matrix.reshape(-1, 32)) <= 0.51 * step).all()
    assert np.allclose(found["bert.b"], bias, atol=2e-3) and np.allclose(found["out.weight"], head, atol=2e-3)


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 half of a file"])
def test_a_missing_or_damaged_adapter_is_one_clear_sentence(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "reader.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EncoderError, match=r"reader\.npz.*缺失或已损坏.*。$"):
        ensure_reader(tmp_path / "models", lambda stage, done: None, adapter=path)
    assert not list((tmp_path / "models").glob("*/model.onnx"))
