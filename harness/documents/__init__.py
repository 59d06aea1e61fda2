"""What a submission writes about itself: headings, decisions, numbers, and the names it mentions. Judges nothing."""
