#!/usr/bin/env bash
# jax 0.10.2, NumPy 2.4.6, Python 3.11; seen 2026-11-30
#
# jax.random.choice with weights draws one float32 of 23 random bits for each row and looks it up in a float32 cumulative sum.
# There are 8,388,608 such numbers. Of 16,777,216 rows with equal weights only each second one is ever drawn, for every key;
# of 33,554,432 at most a quarter. Without p, or with jax_enable_x64 and p in float64, all are drawn.
#
#   rows 8,388,608,  drawn with p     even 50.0%, odd 50.0%
#   rows 16,777,216, drawn with p     even  0.0%, odd 100.0%
#   rows 16,777,216, drawn without p  even 50.0%, odd 50.0%
#   rows 16,777,216, p in float64     even 50.0%, odd 50.0%
#
# A sampler that balances classes or weighs rows of a large set, such as tokens, clicks or patches of images, leaves half of
# the data out for the whole training, whatever the seed, and the loss looks well.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
JAX_PLATFORMS=cpu venv/bin/python - <<'PYTHON'
import jax
import jax.numpy as jnp
import numpy as np


def odd(rows, weighted, dtype=jnp.float32):
    shares = []
    for key in (0, 1, 2):
        p = jnp.full((rows,), 1 / rows, dtype) if weighted else None
        drawn = np.asarray(jax.random.choice(jax.random.key(key), rows, (100_000,), p=p))
        shares.append(float(np.mean(drawn % 2)))
    return shares


def tell(what, shares):
    share = np.mean(shares)
    print(f"{what:33} even {1 - share:5.1%}, odd {share:5.1%}")


small, large, plain = odd(2**23, True), odd(2**24, True), odd(2**24, False)
jax.config.update("jax_enable_x64", True)
double = odd(2**24, True, jnp.float64)
tell("rows 8,388,608,  drawn with p", small)
tell("rows 16,777,216, drawn with p", large)
tell("rows 16,777,216, drawn without p", plain)
tell("rows 16,777,216, p in float64", double)
assert large == [1, 1, 1], f"changed: shares of odd rows {large}"
for what, shares in (("8,388,608 rows", small), ("without p", plain), ("in float64", double)):
    assert all(0.49 < share < 0.51 for share in shares), f"changed: {what}: shares of odd rows {shares}"
PYTHON
