"""What runs in the pod's edge container: relay, gateway, encoder, control socket.

``python -m harness.edge`` is the container's one process. It owns the network namespace that
the candidate's service joins, so whatever listens here is bound before the service starts.
"""
