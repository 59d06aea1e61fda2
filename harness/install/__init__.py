"""Turns requirements into an environment, inside a container that reaches only the index gateway."""
