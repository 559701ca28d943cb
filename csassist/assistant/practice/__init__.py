"""Practice: simulated customers to train on, and feedback by rules. It shares no table with real conversations."""
