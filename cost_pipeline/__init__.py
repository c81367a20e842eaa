"""What a platform pays its clouds, joined with what its customers pay it."""

__version__ = "0.1.0"
