"""The tree against the vectors of certificate transparency, and against the definition written out naively."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarborg.evidence.merkle import (
    EMPTY_ROOT,
    Tree,
    consistency_holds,
    consistency_proof,
    inclusion_holds,
    inclusion_proof,
    leaf_hash,
    node_hash,
    range_root,
)

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive_root(leaves):
    """RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def nodes_of(bodies):
    """`node(level, index)` from the bodies."""
    return lambda level, index: naive_root(bodies[index << level : (index + 1) << level])


def tree_of(bodies):
    tree = Tree()
    for body in bodies:
        tree.add(leaf_hash(body))
    return tree


def test_roots_are_those_of_the_known_vectors():
    tree, bodies = Tree(), [bytes.fromhex(leaf) for leaf in LEAVES]
    assert tree.root() == EMPTY_ROOT == naive_root([])
    for body, root in zip(bodies, ROOTS, strict=True):
        tree.add(leaf_hash(body))
        assert tree.root().hex() == root


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [
        (0, 1, []),
        (
            0,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            5,
            8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
    ],
)
def test_inclusion_proofs_are_those_of_the_known_vectors(index, size, proof):
    bodies = [bytes.fromhex(leaf) for leaf in LEAVES]
    made = inclusion_proof(index, size, nodes_of(bodies))
    assert [step.hex() for step in made] == proof
    assert inclusion_holds(leaf_hash(bodies[index]), index, size, made, bytes.fromhex(ROOTS[size - 1]))


def test_every_proof_of_every_small_tree_holds_and_every_changed_one_does_not():
    bodies = [bytes([n]) for n in range(20)]
    node, roots = nodes_of(bodies), [naive_root(bodies[:n]) for n in range(21)]
    for size in range(1, 21):
        assert range_root(0, size, node) == tree_of(bodies[:size]).root() == roots[size]
        for index in range(size):
            proof, leaf = inclusion_proof(index, size, node), leaf_hash(bodies[index])
            assert inclusion_holds(leaf, index, size, proof, roots[size])
            assert not inclusion_holds(leaf, index + 1, size, proof, roots[size])
            assert not inclusion_holds(leaf, index, size, [*proof, b"x" * 32], roots[size])
            assert not proof or not inclusion_holds(leaf, index, size, proof[1:], roots[size])
            assert not inclusion_holds(leaf_hash(b"other"), index, size, proof, roots[size])
        for old in range(1, size + 1):
            proof = consistency_proof(old, size, node)
            assert consistency_holds(old, size, roots[old], roots[size], proof)
            assert not consistency_holds(old, size, roots[old - 1], roots[size], proof)
            assert not consistency_holds(old, size, roots[old], roots[size - 1], proof)
            assert not consistency_holds(old, size, roots[old], roots[size], [*proof, b"x" * 32])
            assert not proof or not consistency_holds(old, size, roots[old], roots[size], proof[:-1])


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=70), st.data())
def test_a_tree_continued_from_its_peaks_is_the_same_tree(bodies, data):
    cut = data.draw(st.integers(0, len(bodies)))
    first = tree_of(bodies[:cut])
    second = Tree(first.size, first.peaks)
    for body in bodies[cut:]:
        second.add(leaf_hash(body))
    assert second.root() == naive_root(bodies)


@given(st.integers(1, 70))
def test_a_leaf_completes_exactly_the_subtrees_that_end_with_it(size):
    bodies = [b"%d" % n for n in range(size)]
    tree, completed = Tree(), []
    for body in bodies:
        completed = tree.add(leaf_hash(body))
    node = nodes_of(bodies)
    last = size - 1
    assert completed == [node(level, last >> level) for level in range(len(completed))]
    assert len(completed) == (size & -size).bit_length()


def test_a_node_is_never_taken_for_a_leaf():
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


@pytest.mark.parametrize("call", [lambda: inclusion_proof(3, 3, None), lambda: consistency_proof(0, 3, None)])
def test_what_cannot_be_proven_is_refused(call):
    with pytest.raises(ValueError, match="tree"):
        call()


def test_a_tree_with_the_wrong_number_of_peaks_is_refused():
    with pytest.raises(ValueError, match="peak"):
        Tree(3, [b"x" * 32])
