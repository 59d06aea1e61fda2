"""The candidate's own tests: found, run in the candidate's environment, and tried against seeded bugs.

Three programs. ``survey`` reads the source in a container of ours, never importing it: which files are tests, and
where a small change of behaviour could be seeded. ``run`` starts the suite on one tree, in a fresh container
with the candidate's environment. ``child`` is what ``run`` starts: pytest in the candidate's interpreter.
What ``child`` reports is the candidate's own word; docs/decisions/own-tests.md says what that can and cannot buy.
"""
