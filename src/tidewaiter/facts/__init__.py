"""Typed, computed statements: one module a family, each fact with the rows that prove it."""
