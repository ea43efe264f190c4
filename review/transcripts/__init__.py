"""What a reviewer sees of a conversation beside what its owner does: all branches, versions, calls."""
