"""The policy: what was promised, as one file. See `model` for the values and `load_policy` for the way in."""

from waarborg.policy.load import load_policy, read_policy
from waarborg.policy.model import Policy

__all__ = ["Policy", "load_policy", "read_policy"]
