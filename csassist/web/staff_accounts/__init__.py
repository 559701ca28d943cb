"""Pages on which members of staff look after their own account: accepting an invitation, passwords, notifications."""
