"""Learning curves of runs: see curves.py, one folder up."""
