"""What people keep and what they may do: accounts, access, conversations, feedback, changes to the library."""
