"""What feeds left out, told from titles and stored picture vectors."""
