"""`python -m evals answers | verification | retrieval | ingest | crash | reposts | bench | load`: the measures."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import command, print_json, read_jsonl, say, write_jsonl
from core.errors import UsageError
from core.settings import Settings

if TYPE_CHECKING:
    from ingest.__main__ import ProgressFile

_QUESTIONS = Path(__file__).parent / "sets" / "paraphrases" / "queries.jsonl"

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command()
def answers(
    cases: Annotated[Path, typer.Option(help="问题文件（JSON Lines）")],
    data: Annotated[Path | None, typer.Option(help="数据目录")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> None:
    """给一个问题文件打分。"""
    with command():
        settings = Settings.load(data=data)
        from assistant.service import assistant_for
        from evals.answers import load_cases, run, summary

        loaded = load_cases(cases)
        with assistant_for(settings) as assistant:
            scores = run(assistant, loaded)
        totals = summary(scores)
        if as_json:
            lines = [
                {
                    "id": s.case.id,
                    "type": s.case.type,
                    "passed": s.passed,
                    "problems": s.problems,
                    "text": s.answer.text,
                }
                for s in scores
            ]
            print_json({**totals, "answers": lines})
            return
        for one in scores:
            mark = "✓" if one.passed else "✗"
            typer.echo(f"{mark} {one.case.id} {one.case.type}: {one.case.question} {'；'.join(one.problems)}")
        _show(totals)


@app.command("make-traps")
def make_traps(
    cases: Annotated[Path, typer.Option(help="问题文件，每题注明 place 和 programme（JSON Lines）")],
    out: Annotated[Path, typer.Option(help="写到这个文件")],
    data: Annotated[Path | None, typer.Option(help="数据目录")] = None,
    seed: Annotated[int, typer.Option(help="随机数种子")] = 0,
) -> None:
    """把能回答的问题换一个地名或计划名，写成资料库必定答不了的问题；用 answers 打分。"""
    with command():
        settings = Settings.load(data=data)
        from evals.traps import traps_of
        from retriever.library import Library
        from retriever.places import gazetteer

        with Library.looking(settings) as library:
            traps = traps_of(read_jsonl(cases), library, gazetteer(), seed)
        write_jsonl(out, traps)
        say(f"写了 {len(traps)} 题。")


@app.command()
def verification(
    cases: Annotated[Path, typer.Option(help="问题文件，每题带一个真实的回答 answer（JSON Lines）")],
    data: Annotated[Path | None, typer.Option(help="数据目录")] = None,
    draw: Annotated[int | None, typer.Option(min=2, help="只抽取这么多个回答，一半真实，一半改坏")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出，含判错的回答")] = False,
) -> None:
    """测量回答的核对：真实的回答有多少被误判，改坏一处的有多少被查出。"""
    with command():
        settings = Settings.load(data=data)
        from core.templates import Templates
        from evals.verification import drawn, made_answers, measure
        from retriever.library import Library
        from retriever.places import gazetteer

        with Library.looking(settings) as library:
            made = list(made_answers(read_jsonl(cases), library, Templates.load("model_answer.toml"), gazetteer()))
        totals = measure(drawn(made, draw) if draw else made, gazetteer())
        if as_json:
            print_json(totals)
        else:
            _show({name: value for name, value in totals.items() if name != "wrong"})


@app.command()
def retrieval(
    folder: Annotated[Path, typer.Option("--set", help="含 passages.jsonl、queries.jsonl、qrels.tsv 的目录")],
    passages: Annotated[Path | None, typer.Option(help="段落文件，目录中没有 passages.jsonl 时给出")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> None:
    """在一个检索评测集上打分，融合检索与单独的向量、关键词检索同场比较。"""
    with command():
        settings = Settings.load()
        from evals.retrieval import evaluate
        from retriever.encoder import open_encoder
        from retriever.reader import open_reader

        with _progress() as progress:
            encoder, unadapted = open_encoder(settings), open_encoder(settings, adapted=False)
            totals = evaluate(folder, encoder, settings, progress, passages, open_reader(settings), unadapted)
        if as_json:
            print_json(totals)
        else:
            _show(totals)


@app.command()
def bench(
    texts: Annotated[Path | None, typer.Option(help="用来计时的文本（JSON Lines，字段 text）；默认用自带资料")] = None,
    size: Annotated[list[int] | None, typer.Option(help="另测这么多片段的资料库，可重复给出")] = None,
    questions: Annotated[Path, typer.Option(help="向资料库提的问题（JSON Lines，字段 query）")] = _QUESTIONS,
    baseline: Annotated[bool, typer.Option(help="同场测普通 LangChain 的检索")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> None:
    """测量速度：内置模型与同一权重的普通 sentence-transformers 同场比较；资料库变大时检索的快慢和内存。"""
    with command():
        totals: dict[str, Any] = {}
        if size:
            from evals.search_bench import measure

            if texts is None:
                raise UsageError("测资料库时请用 --texts 给出文本。")
            totals["search"] = measure(texts, questions, size, baseline=baseline)
        else:
            from evals.encoder_bench import compare_encoders

            passages = _bench_texts(texts)
            say(f"用 {len(passages)} 段文字计时……")
            with tempfile.TemporaryDirectory() as scratch:
                totals = compare_encoders(passages, Path(scratch))
        if as_json:
            print_json(totals)
        else:
            _show(totals)


@app.command()
def ingest(
    texts: Annotated[Path, typer.Option(help="文本（JSON Lines，字段 text）")],
    grow: Annotated[list[int] | None, typer.Option(help="另测这些篇数时的时间和内存，可重复给出")] = None,
    characters: Annotated[int | None, typer.Option(help="另测时每篇只取开头这么多字，跑得更快")] = None,
    baseline: Annotated[bool, typer.Option(help="同场测普通 LangChain 的做法")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> None:
    """测量编入资料库的速度和内存，与普通 LangChain 的做法同场比较。"""
    with command():
        from evals.ingest_bench import compare, growth

        totals = growth(texts, grow, characters) if grow else compare(texts, baseline=baseline)
        if as_json:
            print_json(totals)
        else:
            _show(totals)


@app.command()
def crash(
    texts: Annotated[Path, typer.Option(help="文本（JSON Lines，字段 text）")],
    documents: Annotated[int, typer.Option(help="文档数")] = 500,
    times: Annotated[int, typer.Option(help="强行结束和损坏各多少次")] = 50,
    characters: Annotated[int | None, typer.Option(help="每篇只取开头这么多字，跑得更快")] = None,
    seed: Annotated[int, typer.Option(help="随机数种子")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> None:
    """在随机时刻强行结束索引、随机损坏向量索引，看下一次运行后资料库是否完整。"""
    with command():
        from evals.crash import crash as measure

        totals = measure(texts, documents=documents, times=times, characters=characters, seed=seed)
        if as_json:
            print_json(totals)
        else:
            _show(totals)


@app.command()
def reposts(
    texts: Annotated[Path, typer.Option(help="文本（JSON Lines，字段 text）")],
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出，含互相关联的文本")] = False,
) -> None:
    """测量转载识别：每篇发三次、略有改动，看是否归到同一篇；其他文章是否被误归。"""
    with command():
        from evals.reposts_bench import measure

        totals = measure(texts)
        if as_json:
            print_json(totals)
        else:
            _show({**totals, "linked": len(totals["linked"])})


@app.command()
def load(
    url: Annotated[str, typer.Option(help="正在本机运行的网页的地址")] = "http://127.0.0.1:7860",
    users: Annotated[int, typer.Option(min=1, max=500, help="同时提问的人数")] = 20,
    minutes: Annotated[float, typer.Option(min=0.01, help="测多少分钟")] = 5.0,
    think: Annotated[tuple[float, float], typer.Option(min=0, help="读回答的秒数，最短和最长")] = (
        5.0,
        15.0,
    ),
    questions: Annotated[list[Path] | None, typer.Option(help="问题文件，可重复给出；默认用网页的示例问题")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> None:
    """测量许多人同时用网页提问时的快慢、错误和内存；程序要先在本机运行。"""
    with command():
        from evals.load import Load, measure, questions_of

        asked = [one for path in questions or () for one in questions_of(path)]
        totals = measure(url, Load(users, minutes, think), asked, say)
        if as_json:
            print_json(totals)
        else:
            _show(totals)


@app.command("train-reader")
def train_reader(
    cmrc: Annotated[Path, typer.Option(help="CMRC2018 目录（passages.jsonl、queries.jsonl、qrels.tsv）")],
    drcd: Annotated[Path, typer.Option(help="DRCD 目录，格式相同")],
    texts: Annotated[Path, typer.Option(help="本领域的文本（JSON Lines，字段 id、text）")],
    out: Annotated[Path, typer.Option(help="模型写到这个目录")],
    unseen: Annotated[list[Path] | None, typer.Option(help="检索评测集，其中的文本不参与训练，可重复给出")] = None,
    written: Annotated[Path | None, typer.Option(help="换了说法写成的问题（JSON Lines）")] = None,
    limit: Annotated[int | None, typer.Option(help="每种来源最多用这么多题，试跑用")] = None,
    bf16: Annotated[bool, typer.Option(help="以 bf16 训练；处理器有 AMX 时快三分之一")] = False,
) -> None:
    """训练证据阅读模型：先训练没见过 CMRC2018 的一个，再接着训练随程序发布的一个；两核约一小时。"""
    with command():
        from evals.reader.run import GROUPS_A_SOURCE, make_groups, run
        from retriever.encoder import open_encoder

        say("正在准备训练数据……")
        encoder = open_encoder(Settings.load())
        most = limit or GROUPS_A_SOURCE
        groups = make_groups(cmrc, drcd, texts, unseen or [], most, written=written, encoder=encoder)
        encoder.release()
        run(groups, out, say, bf16=bf16)


@app.command("fit-answers")
def fit_answers(
    questions: Annotated[list[str], typer.Argument(help="问题文件=资料库目录[=权重]，可给多个")],
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> None:
    """拟合挑选句子和判断能否回答的权重；must_contain 为空的问题算作不能回答。"""
    with command():
        from evals.answer_weights import QuestionSet, fit_ranking, fit_support, gather
        from retriever.encoder import open_encoder
        from retriever.reader import open_reader

        settings = Settings.load()
        reader = open_reader(settings)
        if reader is None:
            raise UsageError("拟合要用证据阅读模型，请不要把 ORGASK_READER 设为 none。")
        sets = []
        for given in questions:
            file, _, rest = given.partition("=")
            data, _, weight = rest.partition("=")
            if not data or not (weight or "1").replace(".", "", 1).isdecimal():
                raise UsageError(f"“{given}”应写成 问题文件=资料库目录，或者再加 =权重。")
            sets.append(QuestionSet(Path(file), Path(data), float(weight or 1)))
        gathered = gather(sets, open_encoder(settings), reader, say)
        ranking = fit_ranking(gathered)
        support, base = fit_support(gathered, ranking)
        totals = {"ranking": ranking, "support": support, "base": base}
        if as_json:
            print_json(totals)
        else:
            _show(totals)


@app.command("train-queries")
def train_queries(
    drcd: Annotated[Path, typer.Option(help="DRCD 目录（passages.jsonl、queries.jsonl、qrels.tsv）")],
    texts: Annotated[Path, typer.Option(help="本领域的文本（JSON Lines，字段 id、text）")],
    written: Annotated[list[Path], typer.Option(help="换了说法写成的问题（JSON Lines），可重复给出")],
    out: Annotated[Path, typer.Option(help="写到这个文件（.npz）")],
    unseen: Annotated[list[Path] | None, typer.Option(help="检索评测集，其中的文本不参与训练，可重复给出")] = None,
) -> None:
    """训练问题编码的适配：让问题的向量靠近能回答它的片段；两核约四十分钟。"""
    with command(), tempfile.TemporaryDirectory() as scratch:
        from evals.query_adapter import adapter_of
        from retriever.builtin.adapter import save_adapter
        from retriever.encoder import open_encoder

        encoder = open_encoder(Settings.load(), adapted=False)
        save_adapter(out, adapter_of(drcd, texts, written, unseen or [], encoder, Path(scratch), say))


@app.command("reader")
def measure_reader(
    cmrc: Annotated[Path, typer.Option(help="带答案的问题集目录，如 CMRC2018")],
    drcd: Annotated[Path, typer.Option(help="DRCD 目录，取难例用")],
    texts: Annotated[Path, typer.Option(help="本领域的文本（JSON Lines，字段 id、text）")],
    unseen: Annotated[list[Path] | None, typer.Option(help="检索评测集，其中的文本没有参与训练，可重复给出")] = None,
    adapter: Annotated[Path | None, typer.Option(help="要测的模型，默认是随程序发布的")] = None,
    all_questions: Annotated[bool, typer.Option("--all", help="模型没见过这个问题集时，全部问题都测")] = False,
    every: Annotated[int, typer.Option(min=1, help="每隔这么多题测一题")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> None:
    """测量证据阅读模型：排序、找句、判断有无答案，只用没参与训练的问题。"""
    with command():
        settings = Settings.load()
        from evals.reader.measure import hard_negatives, measure
        from evals.reader.run import make_groups
        from retriever.builtin.adapter import READER_ADAPTER
        from retriever.builtin.model import ensure_reader
        from retriever.encoder import open_encoder
        from retriever.reader import OnnxReader

        groups = make_groups(cmrc, drcd, texts, unseen or [])
        with tempfile.TemporaryDirectory() as scratch, _progress() as progress:
            reader = OnnxReader(ensure_reader(Path(scratch), adapter=adapter or READER_ADAPTER))
            encoder, unadapted = open_encoder(settings), open_encoder(settings, adapted=False)
            totals = measure(
                cmrc, encoder, unadapted, reader, settings, every=every, held_out=not all_questions,
                progress=progress,
            )  # fmt: skip
            for folder in unseen or []:
                totals[folder.name] = measure(
                    folder, encoder, unadapted, reader, settings, every=every, held_out=False, progress=progress,
                    passages=texts,
                )  # fmt: skip
            tested = {"cmrc": groups.cmrc, "field": groups.field}
            totals["hard_negatives"] = {name: hard_negatives(reader, some) for name, some in tested.items() if some}
        if as_json:
            print_json(totals)
        else:
            _show(totals)


@contextmanager
def _progress() -> Iterator[ProgressFile]:
    from ingest.__main__ import ProgressFile

    with tempfile.TemporaryDirectory() as scratch, closing(ProgressFile(Path(scratch))) as progress:
        yield progress


def _bench_texts(path: Path | None) -> list[str]:
    corpus = Path(__file__).resolve().parent.parent / "corpus"
    if path is None:
        whole = ["".join(file.read_text("utf-8").split()) for file in sorted(corpus.glob("*.md"))]
    else:
        whole = [str(record.get("text", "")) for record in read_jsonl(path)]
    pieces = [text[i : i + 200] for text in whole for i in range(0, len(text) - 199, 200)]
    return pieces[:500]


def _show(totals: dict[str, Any], indent: str = "") -> None:
    for name, value in totals.items():
        if isinstance(value, dict):
            typer.echo(f"{indent}{name}:")
            _show(value, indent + "  ")
        else:
            typer.echo(f"{indent}{name}: {value:.4f}" if isinstance(value, float) else f"{indent}{name}: {value}")


if __name__ == "__main__":
    app()
