"""The claim court: what others published, judged on what was known when they published it."""
