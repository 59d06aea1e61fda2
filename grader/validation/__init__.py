"""What a challenge must prove of itself before anybody is graded with it."""
