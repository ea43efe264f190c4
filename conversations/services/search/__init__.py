"""Find what a person wrote and was answered: one door, whatever the database is."""

from .finding import Found, Hit, search
from .query import Query, parse_query

__all__ = ["Found", "Hit", "Query", "parse_query", "search"]
