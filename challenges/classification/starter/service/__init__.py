"""Categories of support tickets."""
