"""What reviewers think: labels, scores and verdicts, notes, and how far they agree."""
