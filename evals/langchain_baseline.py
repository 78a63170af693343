"""`python -m evals.langchain_baseline TEXTS MODEL OUT`: index records the plain LangChain way, as guides show it."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(texts: Path, model: Path, out: Path) -> None:
    """Load, split 500/50, embed in fp32, store in Chroma."""
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    with texts.open(encoding="utf-8") as lines:
        documents = [Document(json.loads(line)["text"]) for line in lines if line.strip()]
    pieces = RecursiveCharacterTextSplitter(chunk_size=500, chunk_overlap=50).split_documents(documents)
    embeddings = HuggingFaceEmbeddings(model_name=str(model), encode_kwargs={"normalize_embeddings": True})
    store = Chroma.from_documents(pieces, embeddings, persist_directory=str(out / "langchain"))
    sys.stdout.write(f"{len(pieces)} pieces, {len(store.get(limit=1)['ids'])} found\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
