"""What stands beside a conversation for the agent: knowledge, similar cases, a summary, the customer's profile."""
