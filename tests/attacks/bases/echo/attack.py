"""Nothing: the submission itself is honest; what attacks is how it comes."""
