"""Find conversations of everybody: what is asked for, one page of it, and what its rows tell."""
