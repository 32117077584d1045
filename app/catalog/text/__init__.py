"""The words of items: as they are looked for, counted, and told to the text encoder."""
