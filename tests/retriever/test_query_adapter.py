"""What turns the vectors of questions towards the passages that answer them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import EncoderError
from core.settings import Settings
from retriever.builtin.model import embedding_name
from retriever.builtin.query_adapter import query_adapter, save
from retriever.encoder import open_encoder

RIGHT = "通川区推行人才安居，建成人才公寓312套，新引进的大学毕业生凭证明可免租金入住两年。"
OTHERS = [
    "年轻人租房子最怕遇到黑中介，这几个租房优惠的陷阱要当心，合租也要看清合同。",
    "召开青年工作联席会议，审议青年发展规划实施情况，部署下一阶段重点任务。",
    "赴成都、西安等地高校开展招聘12场，发布岗位460个，达成意向205人。",
]


def test_a_question_in_everyday_words_is_turned_to_what_answers_it(model_folder: Path) -> None:
    encoder = open_encoder(Settings.load(model_folder=model_folder))
    question = encoder.encode_queries(["刚毕业的娃去通川上班，住的地方能不能不花钱？"])
    texts = encoder.encode_documents([RIGHT, *OTHERS])
    adapted = query_adapter(encoder.name)(question)
    before, after = (vector @ texts.T for vector in (question[0], adapted[0]))
    assert after.argmax() == 0
    assert after[0] - after[1:].max() > before[0] - before[1:].max()


def test_what_is_searched_with_is_of_unit_length_whatever_its_shape() -> None:
    vectors = np.random.default_rng(0).normal(size=(5, 384)).astype(np.float32)
    adapted = query_adapter(embedding_name())
    assert np.allclose(np.linalg.norm(adapted(vectors), axis=1), 1, atol=1e-5)
    assert np.allclose(adapted(vectors[0]), adapted(vectors)[0], atol=1e-5)


def test_vectors_of_another_model_stay_as_they_are() -> None:
    vectors = np.ones((2, 7), np.float32)
    assert query_adapter("bge-m3@1234")(vectors) is vectors


def test_a_matrix_is_read_as_it_was_written(tmp_path: Path) -> None:
    matrix = 2 * np.eye(384, dtype=np.float32)
    matrix[0] = 0
    matrix[0, 1] = 1
    save(matrix, tmp_path / "adapter.npz")
    vector = np.zeros(384, np.float32)
    vector[0] = 1
    assert query_adapter(embedding_name(), tmp_path / "adapter.npz")(vector).argmax() == 1


@pytest.mark.parametrize("damage", ["missing", "garbage", "shape"])
def test_a_damaged_file_is_told_in_one_sentence(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "adapter.npz"
    if damage == "garbage":
        path.write_bytes(b"PK\x03\x04 no matrix")
    elif damage == "shape":
        save(np.eye(7, dtype=np.float32), path)
    with pytest.raises(EncoderError, match="重新下载"):
        query_adapter(embedding_name(), path)
