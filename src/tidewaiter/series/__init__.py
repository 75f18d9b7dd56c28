"""Monthly series of goods with their states, from any evidence."""
