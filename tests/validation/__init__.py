"""A challenge shows that it is fair; broken on purpose, the validation names what is broken."""
