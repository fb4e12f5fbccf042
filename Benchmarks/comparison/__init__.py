"""Compares Lockstep with PyTorch and JAX: see compare.py, one folder up."""
