from . import judging, keeping, reading

__all__ = ["judging", "keeping", "reading"]
