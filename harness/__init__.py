"""All of ours that runs inside a pod. Never imports ``grader``; the two meet in JSON files only."""
