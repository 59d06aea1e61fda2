"""Sorts support tickets into categories and decides which of them a person should see first."""
