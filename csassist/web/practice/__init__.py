"""The pages of practice: simulated customers for agents, and for supervisors who practised what."""
