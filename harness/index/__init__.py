"""The index gateway: the only thing that an installing container can reach.

GET and HEAD only; it answers with pages of the package index and with files that those pages
list, and with nothing else.
"""
