"""Support tickets to desks, by the meaning of what the customer wants and by its wording."""
