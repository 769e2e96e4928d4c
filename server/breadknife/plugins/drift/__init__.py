"""Drift: which sentence did a change make false? No model is asked.

`plugin` has the picture. `facts` reads what one version of a file says, `claims/` compares two versions and finds what
documentation still claims, `history/` asks git for the version before.
"""
