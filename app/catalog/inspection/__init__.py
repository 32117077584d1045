"""The catalogue through its merchandiser's eyes."""
