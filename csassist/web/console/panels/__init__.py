"""The panels beside a conversation: what the knowledge says to it, and who the customer is."""
