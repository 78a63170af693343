"""The networks of the built-in models in torch: the mean of all tokens for vectors, the first token for reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from transformers import BertConfig, BertModel
from transformers.models.bert.modeling_bert import BertLayer

from core.errors import EncoderError
from retriever.builtin.weights import BLOCK, DIMENSIONS, LAYERS, MATRICES, MAX_TOKENS, NORMS, PAD, Weights


def bert_of(weights: Weights, vocabulary: int) -> BertModel:
    """Return a transformers BertModel with all weights but those of the word table."""
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=DIMENSIONS,
        num_hidden_layers=LAYERS,
        num_attention_heads=12,
        intermediate_size=4 * DIMENSIONS,
        max_position_embeddings=MAX_TOKENS,
        type_vocab_size=2,
        layer_norm_eps=1e-12,
        pad_token_id=min(PAD, vocabulary - 1),
    )
    config._attn_implementation = "eager"
    model = BertModel(config, add_pooling_layer=False)
    model.eval()  # type: ignore[no-untyped-call]
    state = {name: torch.from_numpy(array.copy()) for name, array in _state(weights)}
    missing, unexpected = model.load_state_dict(state, strict=False)
    if unexpected or set(missing) != {"embeddings.word_embeddings.weight"}:
        raise EncoderError("内置模型与已安装的 transformers 版本不符，请按 requirements.txt 重新安装依赖。")
    return model


def _state(weights: Weights) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    yield "embeddings.position_embeddings.weight", weights.floats("emb.pos").reshape(MAX_TOKENS, DIMENSIONS)
    yield "embeddings.token_type_embeddings.weight", weights.floats("emb.type").reshape(2, DIMENSIONS)
    yield "embeddings.LayerNorm.weight", weights.floats("emb.ln.w")
    yield "embeddings.LayerNorm.bias", weights.floats("emb.ln.b")
    for layer in range(LAYERS):
        for short, (long, shape) in MATRICES.items():
            yield f"encoder.layer.{layer}.{long}.weight", weights.matrix(f"l{layer}.{short}.w", shape)
            yield f"encoder.layer.{layer}.{long}.bias", weights.floats(f"l{layer}.{short}.b")
        for short, long in NORMS.items():
            yield f"encoder.layer.{layer}.{long}.weight", weights.floats(f"l{layer}.{short}.w")
            yield f"encoder.layer.{layer}.{long}.bias", weights.floats(f"l{layer}.{short}.b")


class WordTable(torch.nn.Module):
    """The word table in its 4-bit blocks, an eighth of its size in fp32."""

    def __init__(self, weights: Weights) -> None:
        """Take the table of `weights`."""
        super().__init__()
        scales, nibbles = weights.blocks("emb.word")
        self.register_buffer("scales", torch.from_numpy(scales.reshape(-1, DIMENSIONS // BLOCK).copy()))
        self.register_buffer("nibbles", torch.from_numpy(nibbles.reshape(-1, DIMENSIONS // 2).copy()))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return the vectors of words by their numbers."""
        packed = self.nibbles[ids].float().unflatten(-1, (DIMENSIONS // BLOCK, BLOCK // 2))  # type: ignore[index]
        high = torch.floor(packed / 16)
        values = torch.cat([packed - 16 * high, high], dim=-1) - 8
        return (values * self.scales[ids].float().unsqueeze(-1)).flatten(-2)  # type: ignore[index]


class MeanPooled(torch.nn.Module):
    """Token numbers, shape (1, tokens), to the mean token vector, shape (1, 384)."""

    def __init__(self, weights: Weights) -> None:
        """Take the weights."""
        super().__init__()
        self.bert = bert_of(weights, vocabulary=1)
        self.bert.embeddings.word_embeddings = WordTable(weights)  # type: ignore[assignment]
        self.eval()

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Return the vector, not normalised."""
        hidden: torch.Tensor = self.bert(input_ids=input_ids).last_hidden_state
        return hidden.mean(dim=1)


class Reader(torch.nn.Module):
    """Token numbers of a question and a text to one number: the higher, the likelier the text answers the question.

    A head of two layers on the first token.
    """

    def __init__(self, bert: BertModel) -> None:
        """Start from the weights of `bert`, with a head that knows nothing yet."""
        super().__init__()
        self.bert = bert
        self.hidden = torch.nn.Linear(DIMENSIONS, DIMENSIONS)
        self.out = torch.nn.Linear(DIMENSIONS, 1)
        self.frozen = 0
        """So many layers, from below, are not trained."""
        self.eval()

    def forward(self, input_ids: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Return one number a pair, shape (pairs,).

        Args:
            input_ids: token numbers, shape (pairs, tokens).
            mask: what is added to the scores of attention, shape (pairs, 1, 1, tokens); none where no pair is padded.
        """
        layers = cast(Sequence[BertLayer], self.bert.encoder.layer)
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            hidden = self.bert.embeddings(input_ids=input_ids)
            for layer in layers[: self.frozen]:
                hidden = _passed(layer, hidden, hidden, mask)
        for layer in layers[self.frozen : -1]:
            hidden = _passed(layer, hidden, hidden, mask)
        # Of the last layer, only the first token is wanted.
        first = _passed(layers[-1], hidden[:, :1], hidden, mask)[:, 0]
        scores: torch.Tensor = self.out(torch.tanh(self.hidden(first)))[:, 0]
        return scores


def adapted_reader(weights: Weights, adapter: Mapping[str, npt.NDArray[np.float32]]) -> Reader:
    """Return the trained reader: `weights` with what `adapter` adds to them, and its head."""
    bert = bert_of(weights, vocabulary=1)
    bert.embeddings.word_embeddings = WordTable(weights)  # type: ignore[assignment]
    reader = Reader(bert)
    _adapt(reader, adapter)
    return reader


def adapted_encoder(weights: Weights, adapter: Mapping[str, npt.NDArray[np.float32]]) -> MeanPooled:
    """Return the trained encoder of questions: `weights` with what `adapter` adds to them."""
    encoder = MeanPooled(weights)
    _adapt(encoder, adapter)
    return encoder


def _adapt(network: torch.nn.Module, adapter: Mapping[str, npt.NDArray[np.float32]]) -> None:
    """Add the differences of an adapter to a network, and put its head in the place of the network's."""
    parameters = dict(network.named_parameters())
    with torch.no_grad():
        for name, array in adapter.items():
            if name.startswith("bert."):
                parameters[name].add_(torch.from_numpy(array))
            else:
                parameters[name].copy_(torch.from_numpy(array))


def _passed(layer: BertLayer, asking: torch.Tensor, hidden: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    own = layer.attention.self
    queries, keys, values = (
        part.unflatten(-1, (own.num_attention_heads, own.attention_head_size)).transpose(1, 2)
        for part in (own.query(asking), own.key(hidden), own.value(hidden))
    )
    mixed = torch.nn.functional.scaled_dot_product_attention(queries, keys, values, mask).transpose(1, 2).flatten(-2)
    attended = layer.attention.output(mixed, asking)
    made: torch.Tensor = layer.output(layer.intermediate(attended), attended)
    return made
