"""One declaration per table that enters from outside."""
