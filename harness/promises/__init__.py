"""Programs that try what a pod must not allow: run by ``grader doctor --deep`` where a submission would run.

They try each thing once, bounded, change nothing outside of their container, and print one JSON object:
``{promise: [held, what was seen]}``.
"""
