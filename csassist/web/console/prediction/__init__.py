"""Who is at risk of what, and what says so: the board, the customer, the models."""
