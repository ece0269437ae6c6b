"""Rotation, its width and the layers without it, on rotations written in different ways."""

import pytest

from .decoder import facts_with

TABLE = (
    "a = torch.outer(torch.arange(s).float(), self.inv); a = torch.cat((a, a), -1); c, n = a.cos(), a.sin()"
)
TURN = "(t * c + torch.cat((-t[..., {h}:], t[..., :{h}]), -1) * n)"
MADE = "self.register_buffer('inv', torch.ones({pairs}))"


def rotated(width: int, turn: str) -> str:
    """Statements that rotate the first ``width`` dimensions of queries and keys."""
    part, rest = f"t[..., :{width}]", f"t[..., {width}:]"
    whole = f"turn = lambda t: {turn.format(h=width // 2)}; "
    return f"{TABLE}; {whole}part = lambda t: torch.cat((turn({part}), {rest}), -1); q, k = part(q), part(k)"


@pytest.mark.parametrize("width", [2, 4])
def test_rotary_dim_is_the_width_that_meets_the_cosines(width: int) -> None:
    facts = facts_with(made=MADE.format(pairs=width // 2), head=rotated(width, TURN))
    assert (facts["position_scheme"].value, facts["rotary_dim"].value, facts["nope_layers"].value) == (
        "rope",
        width,
        [],
    )


def test_no_rotation_and_no_table_is_none() -> None:
    facts = facts_with()
    assert facts["position_scheme"].value == "none"
    assert facts["rotary_dim"].value is None and facts["rotary_dim"].unknown is None


def test_frequencies_without_a_declaration_are_unknown() -> None:
    facts = facts_with(made=MADE.format(pairs=2), head=rotated(4, TURN))
    assert facts["rope_theta"].value is None and facts["rope_theta"].unknown


def test_a_bias_by_position_is_not_called_none() -> None:
    slope = "scores = scores + (torch.arange(s)[None, :] - torch.arange(s)[:, None]).float() * 0.5"
    facts = facts_with(scores=slope)
    assert facts["position_scheme"].value is None and "positions" in (facts["position_scheme"].unknown or "")


FROM_DATA = "p = (x[..., 0] > 0).long().cumsum(-1) - 1; "
PICKED = "c, n = (t[p][:, None] for t in (self.c, self.n)); "


@pytest.mark.parametrize(
    ("made", "table"),
    [
        (MADE.format(pairs=2), "a = p[:, :, None].float() * self.inv; a = torch.cat((a, a), -1)[:, None]; c, n = a.cos(), a.sin(); "),  # noqa: E501
        ("self.c, self.n = nn.Buffer(torch.ones(9, 4)), nn.Buffer(torch.ones(9, 4))", PICKED),
    ],
)  # fmt: skip
def test_positions_that_depend_on_the_tokens_are_not_called_none(made: str, table: str) -> None:
    turn = f"turn = lambda t: {TURN.format(h=2)}; q, k = turn(q), turn(k)"
    facts = facts_with(made=made, head=FROM_DATA + table + turn)
    for name in ("position_scheme", "rotary_dim", "rope_theta", "rope_type"):
        assert facts[name].value is None and facts[name].unknown


def test_cosines_that_meet_the_tokens_outside_of_attention_are_not_called_none() -> None:
    """Retention rotates queries and keys, and takes no softmax."""
    mixed = "return self.o(torch.matmul(scores, v).transpose(1, 2).reshape(b, s, -1))"
    facts = facts_with(made=MADE.format(pairs=2), head=rotated(4, TURN), scores=mixed)
    for name in ("position_scheme", "rotary_dim", "rope_theta"):
        assert facts[name].value is None and facts[name].unknown


@pytest.mark.parametrize("first", ["a.cos(), a.sin()", "a.sin(), a.cos()"])
def test_cosines_and_sines_beside_each_other_in_one_table(first: str) -> None:
    """As in ChatGLM: neighbours of a head make a pair, and so do their cosine and sine."""
    c, n = ("m[..., 0]", "m[..., 1]") if first.startswith("a.cos") else ("m[..., 1]", "m[..., 0]")
    even, odd = "t[..., 0::2]", "t[..., 1::2]"
    table = (
        f"a = torch.outer(torch.arange(s).float(), self.inv); m = torch.stack(({first}), -1)[None, None]; "
    )
    pairs = f"({even} * {c} - {odd} * {n}, {odd} * {c} + {even} * {n})"
    turn = f"turn = lambda t: torch.stack({pairs}, -1).flatten(-2)"
    inverse = "self.register_buffer('inv', 1.0 / (10000 ** (torch.arange(0, 4, 2).float() / 4)))"
    facts = facts_with(made=inverse, head=f"{table}{turn}; q, k = turn(q), turn(k)")
    assert (facts["position_scheme"].value, facts["rotary_dim"].value) == ("rope", 4)
    assert (facts["rope_theta"].value, facts["rope_type"].value) == (10000.0, "default")


STORED = (
    "f = torch.outer(torch.arange(64).float(), 1.0 / (10000 ** (torch.arange(0, 4, 2).float() / 4)))\n"
    "        self.register_buffer('c', f.cos()); self.register_buffer('n', f.sin())"
)
HALVES = "t[..., :2], t[..., 2:]"


@pytest.mark.parametrize(
    ("parts", "turned", "scheme"),
    [
        (HALVES, "torch.cat([a * c - b * n, b * c + a * n], -1)", "rope"),
        (HALVES, "torch.cat([a * c + b * n, a * (-n) + b * c], -1)", "rope"),
        ("t[..., ::2], t[..., 1::2]", "torch.cat([a * c - b * n, a * n + b * c], -1)", "rope"),
        ("t.reshape(*t.shape[:-1], -1, 2).unbind(-1)", "torch.stack([a * c - b * n, a * n + b * c], -1).flatten(3)", "rope"),  # noqa: E501
        (HALVES, "torch.cat([a * c - b * n, a * n - b * c], -1)", None),
        (HALVES, "torch.cat([a * c - b * n, b * c - a * n], -1)", None),
        (HALVES, "torch.cat([a * c - b * n, a * c + b * n], -1)", None),
        (HALVES, "torch.cat([b * c - a * n, b * n + a * c], -1)", None),
    ],
)  # fmt: skip
def test_both_parts_of_a_rotation_written_out(parts: str, turned: str, scheme: str | None) -> None:
    head = f"c, n = self.c[:s], self.n[:s]; q, k = ((lambda a, b: {turned})(*({parts})) for t in (q, k))"
    facts = facts_with(made=STORED, head=head)
    assert facts["position_scheme"].value == scheme
    assert facts["rotary_dim"].value == (4 if scheme else None)
    assert facts["rope_theta"].value == (10000.0 if scheme else None)


INSISTS = (
    "if attention_mask is None: raise ValueError('a mask')\n        {use}"  # as CodeShell's forward does
)


def test_a_forward_that_goes_nowhere_without_a_mask_is_given_one_of_ones() -> None:
    use = "x = x + self.table(attention_mask.long().cumsum(-1) - 1)"
    facts = facts_with(
        stored="self.table = nn.Embedding(64, config.hidden_size)",
        stream=INSISTS.format(use=use),
        asked="attention_mask=None",
        given="attention_mask=attention_mask",
    )
    assert facts["position_scheme"].value == "learned"  # a mask's sums count the tokens
    assert (facts["activation"].value, facts["norm_type"].value) == ("silu", "RMSNorm")


def test_a_forward_that_refuses_the_mask_too_keeps_its_first_reason() -> None:
    facts = facts_with(
        stream=INSISTS.format(use="raise KeyError('no end')"),
        asked="attention_mask=None",
        given="attention_mask=attention_mask",
    )
    assert facts["activation"].value is None and "a mask" in (facts["activation"].unknown or "")
