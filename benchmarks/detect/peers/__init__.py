"""Other methods, run as others run them; their packages live in a virtual environment of their own."""
