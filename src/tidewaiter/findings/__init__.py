"""Facts gathered by subject, ranked, with what must be borne in mind."""
