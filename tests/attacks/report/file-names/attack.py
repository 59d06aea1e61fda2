"""The names of the files beside are the attack."""
