"""Proves a fix by a test: the test fails with the null as the code is, and passes once the fix is made.

```
place ─▶ scenario: what to call, how the null gets there, the test ─▶ prover ─▶ runner: both texts in a process
```

The test calls the function around the place with ordinary values, then with a mock that gives the null: an attribute or
a method of an argument. `runner.py` runs in the project's own interpreter, so it imports nothing of breadknife; there
nothing may write, connect or start a program.
"""
