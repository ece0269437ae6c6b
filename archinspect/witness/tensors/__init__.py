"""The tensor witness: what names, shapes and dtypes in safetensors headers prove. No weight is read.

`testify` answers, of the contract's facts: embedding_rows, hidden_size, num_hidden_layers,
intermediate_size, head_dim, attention_bias, mlp_bias, lm_head_stored, lm_head_bias,
tie_word_embeddings (only where no head is stored), norm_bias, sub_norm, ffn_gated, num_experts,
moe_layers, moe_intermediate_size, checkpoint_parameters, dtype. Quantities beside them: q_width,
k_width, v_width, qkv_width, o_width (the head side of a projection), qk_norm_stored, qk_norm_over,
latent_attention, shared_experts_stored, lm_head_rows, logical_parameters (elements once unpacked).

Where only the index was read, what follows from names alone is answered, with the index as evidence.
"""

from __future__ import annotations

from archinspect.records import Answer, Snapshot, Unknown
from archinspect.records.tensors import Decoder, Inventory, TensorTestimony
from archinspect.witness.tensors.attention import attention_answers
from archinspect.witness.tensors.decoder import find_decoder
from archinspect.witness.tensors.feed_forward import feed_forward_answers
from archinspect.witness.tensors.inventory import quantization_of, take_inventory
from archinspect.witness.tensors.packed import ZERO_BIAS_METHODS, method_of, unpack
from archinspect.witness.tensors.vocabulary import total_answers, vocabulary_answers

FACTS = (
    "embedding_rows", "lm_head_stored", "checkpoint_parameters", "dtype", "logical_parameters",
)  # fmt: skip
"""What only tensors can say: Unknown, with the reason, where there are none to read."""


def testify(snapshot: Snapshot) -> TensorTestimony:
    """All that the headers and the index of one snapshot say. Never raises on account of their content."""
    inventory = take_inventory(snapshot)
    quantization = quantization_of(snapshot)
    weights = unpack(inventory.tensors.values(), quantization)
    decoder = find_decoder(weights) if weights else None
    answers: dict[str, Answer] = {}
    if inventory.missing is not None:
        answers |= {name: Unknown(inventory.missing) for name in FACTS}
    answers |= total_answers(inventory, weights)
    if isinstance(decoder, str):
        answers |= {name: Unknown(decoder) for name in ("embedding_rows", "lm_head_stored")}
    elif decoder is not None and inventory.missing is None:
        answers |= _decoder_answers(decoder, inventory, method_of(quantization))
    found = decoder if isinstance(decoder, Decoder) else None
    return TensorTestimony(answers, inventory, weights, found, quantization)


def _decoder_answers(decoder: Decoder, inventory: Inventory, method: str | None) -> dict[str, Answer]:
    zero_biases = method in ZERO_BIAS_METHODS
    answers: dict[str, Answer] = {}
    answers |= vocabulary_answers(decoder, inventory)
    answers |= attention_answers(decoder, zero_biases)
    answers |= feed_forward_answers(decoder, zero_biases)
    if inventory.shapeless is not None:
        answers.setdefault("embedding_rows", Unknown(inventory.shapeless))
    return answers
