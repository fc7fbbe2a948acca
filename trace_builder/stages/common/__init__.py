"""What several stages share: judging, the shapes of answers, and the rules of the procedure."""
