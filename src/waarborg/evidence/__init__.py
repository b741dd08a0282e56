"""Evidence: what did happen, append-only, hash-chained, signed, without personal data, checkable without us.

- `kinds`: what an entry may say (a registry that is data, and the guard)
- `log`: append, sign, rotate, prove
- `audit`: verify from lines and name what is wrong
- `bundle`: the log as one file; `receipt`: what one person gets and can check alone
- `merkle`, `heads`, `entry`: the tree, the signatures, the bytes
"""
