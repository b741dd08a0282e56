"""The hash tree of RFC 6962 (and RFC 9162): roots, inclusion proofs and consistency proofs, made and checked.

    tree = Tree()                         # keeps only the peaks: at most 64 hashes for any size
    tree.add(leaf_hash(body))             # returns the complete subtrees that this leaf finished, level 0 first
    tree.root()

    inclusion_proof(index, size, node)    # `node(level, index)` gives a complete subtree of 2**level leaves
    consistency_proof(old, new, node)
    inclusion_holds(leaf, index, size, proof, root)
    consistency_holds(old, new, old_root, new_root, proof)

Hashes are 32 bytes of SHA-256. A leaf is hashed behind a zero byte and a node behind a one, so that no node can be
passed off as a leaf (RFC 6962, 2.1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()

Node = Callable[[int, int], bytes]
"""`node(level, index)`: the hash over leaves `index * 2**level` up to and without `(index + 1) * 2**level`."""


def leaf_hash(body: bytes) -> bytes:
    """The hash of one leaf."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A growing tree that remembers its peaks (the complete subtrees, largest first) and nothing else."""

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        if len(self.peaks) != size.bit_count():
            raise ValueError("a tree has one peak for each one in the binary form of its size")

    def add(self, leaf: bytes) -> list[bytes]:
        """Add a leaf hash; returns it and the nodes it completed: the last leaf of a full tree of 8 completes 3."""
        completed = [leaf]
        position = self.size
        while position & 1:
            leaf = node_hash(self.peaks.pop(), leaf)
            completed.append(leaf)
            position >>= 1
        self.peaks.append(leaf)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root over everything added so far."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def _split(size: int) -> int:
    """The largest power of two smaller than `size` (which is at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def range_root(start: int, stop: int, node: Node) -> bytes:
    """The root over leaves `start` up to and without `stop`, where `start` is where a subtree of that size begins."""
    size = stop - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    middle = start + _split(size)
    return node_hash(range_root(start, middle, node), range_root(middle, stop, node))


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """The hashes beside the path from leaf `index` to the root of the first `size` leaves, nearest first."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of this size")
    start, stop, path = 0, size, []
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(range_root(middle, stop, node))
            stop = middle
        else:
            path.append(range_root(start, middle, node))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    """The hashes that show the first `old` leaves of a tree of `new` leaves are unchanged (RFC 6962, 2.1.2)."""
    if not 0 < old <= new:
        raise ValueError("a tree is consistent with an earlier, not empty one")
    start, stop, known, path = 0, new, True, []
    while old < stop:
        middle = start + _split(stop - start)
        if old <= middle:
            path.append(range_root(middle, stop, node))
            stop = middle
        else:
            path.append(range_root(start, middle, node))
            start, known = middle, False
    if not known:
        path.append(range_root(start, stop, node))
    return path[::-1]


def inclusion_holds(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` leads from the leaf hash at `index` to the root of a tree of `size` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    first, last, here = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            here = node_hash(step, here)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            here = node_hash(here, step)
        first, last = first >> 1, last >> 1
    return last == 0 and here == root


def consistency_holds(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree of `new` leaves only added to that of `old` (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not steps:
        return False
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            after = node_hash(after, step)
        first, last = first >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root
