"""What leaves the house: mail and payments, each with a dry-run twin."""
