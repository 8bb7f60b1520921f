"""The digest: what is new on a shelf, what several agencies admit, and what became of last year's plans."""
